package libvirt

import (
	"errors"
	"testing"
	"time"
)

// A sweep spreads its reads over its period; only the first of a connection
// doesn't.
func TestSweepIsSpread(t *testing.T) {
	const period = time.Hour
	var guests []*fakeGuest
	for _, name := range []string{"a", "b", "c", "d"} {
		guests = append(guests, newFake(name))
	}
	d := startDaemon(t, guests...)
	s := newSession(t, d, Config{Period: period})
	step := func() time.Duration {
		t.Helper()
		if err := s.stepSweep(); err != nil {
			t.Fatal(err)
		}
		return time.Until(s.sweep.due)
	}
	for i := range 5 { // the list and four guests
		if wait := step(); wait > 0 {
			t.Errorf("step %d of the first sweep is followed by a wait of %v", i, wait)
		}
	}
	if wait := step(); wait < period/2-time.Minute || wait > period*3/2 {
		t.Errorf("the first sweep is followed by a wait of %v", wait)
	}
	if wait := step(); wait > 0 {
		t.Errorf("the list is followed by a wait of %v", wait)
	}
	for i := range 4 {
		if wait := step(); wait < period/8-time.Minute || wait > period*3/8 {
			t.Errorf("guest %d is followed by a wait of %v", i, wait)
		}
	}
	if wait := step(); wait > 0 {
		t.Errorf("a whole sweep is followed by a wait of %v", wait)
	}
}

// newSession connects to a daemon for a test that does the steps itself.
func newSession(t testing.TB, d *daemon, c Config) *session {
	t.Helper()
	c.Endpoint = Endpoint{URI: "qemu:///system", Sockets: []string{d.socket}}
	w := New(c)
	w.give = func(Item) {}
	client, err := connect(t.Context(), &w.config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.close)
	return &session{Watcher: w, client: client, stirred: map[string]*stirred{}}
}

// Definitions that there is no room for are told of, and read when there is.
func TestHeld(t *testing.T) {
	d := startDaemon(t, newFake("web"))
	s := newSession(t, d, Config{})
	var items []Item
	s.give = func(i Item) { items = append(items, i) }
	guests, err := s.client.guests()
	if err != nil {
		t.Fatal(err)
	}
	s.held = MaxHeld
	for range 2 {
		if err := s.read(guests[0]); err != nil {
			t.Fatal(err)
		}
	}
	failed, ok := items[0].(Failed)
	if len(items) != 1 || !ok || !errors.Is(failed.Err, ErrHeld) {
		t.Errorf("without room: %+v", items)
	}
	s.held = 0
	if err := s.read(guests[0]); err != nil {
		t.Fatal(err)
	}
	if seen, ok := items[len(items)-1].(Seen); !ok || len(items) != 2 || s.held != len(seen.XML) {
		t.Errorf("with room: %+v, %d held", items, s.held)
	}
}

// Events of guests without end don't make the Watcher hold them all.
func TestStirredAreBounded(t *testing.T) {
	s := &session{Watcher: New(Config{}), stirred: map[string]*stirred{}}
	for i := range MaxGuests + 1 {
		uuid := formatUUID([]byte{byte(i), byte(i >> 8), byte(i >> 16), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0})
		for range 2 {
			s.stir(Event{UUID: uuid})
		}
	}
	if len(s.stirred) != MaxGuests || !s.sweep.again {
		t.Errorf("%d are noted, a sweep is asked for: %t", len(s.stirred), s.sweep.again)
	}
	one := &s.stirred[formatUUID(make([]byte, 16))].told
	for range 2 * maxTold {
		s.stir(Event{UUID: formatUUID(make([]byte, 16))})
	}
	if len(*one) != maxTold {
		t.Errorf("%d events are kept for a guest", len(*one))
	}
}

// The sockets are tried in turn.
func TestNextSocket(t *testing.T) {
	d := startDaemon(t, newFake("web"))
	w := watchDaemon(t, d, func(c *Config) {
		c.Endpoint.Sockets = []string{d.socket + "-modular", d.socket}
	})
	if connected, before := next[Connected](t, w); connected.Socket != d.socket || len(before) != 0 {
		t.Errorf("connected to %s after %+v", connected.Socket, before)
	}
}
