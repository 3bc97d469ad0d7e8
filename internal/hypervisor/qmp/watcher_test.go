package qmp

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/virtaudit/virtaudit/guest"
)

// watching collects what a watcher tells.
type watching struct {
	t       *testing.T
	reports chan Report
	stop    func()
}

const often = 20 * time.Millisecond

func watch(t *testing.T, o Options, patterns ...string) *watching {
	t.Helper()
	w := &watching{t: t, reports: make(chan Report, 10000)}
	o.Sockets = patterns
	setDefault(&o.Interval, often)
	setDefault(&o.Gap, time.Millisecond)
	watcher, err := NewWatcher(o, func(r Report) { w.reports <- r })
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		watcher.Run(ctx)
	}()
	w.stop = func() {
		cancel()
		<-ended
	}
	t.Cleanup(w.stop)
	return w
}

// next gives the next report that isn't Same.
func (w *watching) next(kind ReportKind) Report {
	w.t.Helper()
	for {
		select {
		case r := <-w.reports:
			switch {
			case r.Kind == kind:
				return r
			case r.Kind != Same:
				w.t.Fatalf("%+v, want %s", r, kind)
			}
		case <-time.After(10 * time.Second):
			w.t.Fatalf("waited in vain for %s", kind)
		}
	}
}

// quiet fails if anything but Same is told for a while.
func (w *watching) quiet() {
	w.t.Helper()
	time.Sleep(10 * often)
	for len(w.reports) > 0 {
		if r := <-w.reports; r.Kind != Same {
			w.t.Errorf("told, though nothing happened: %+v", r)
		}
	}
}

// A change for which QEMU has no event lies between two polls.
func TestWatchPolls(t *testing.T) {
	f := newFake(t)
	w := watch(t, Options{}, f.path)
	found := w.next(Found)
	if found.Snapshot.Spec.Name != "it's" || found.Socket != f.path || !found.From.IsZero() || found.PID != os.Getpid() {
		t.Errorf("the guest that is found: %+v", found)
	}
	same := w.next(Same)
	if !same.From.Equal(found.Snapshot.Begun) || !same.To.After(same.From) {
		t.Errorf("a look that shows nothing new: %+v", same)
	}
	f.set(`qom-get {"path":"/objects/unused","property":"filename"}`, `"/dev/hwrng"`)
	r := w.next(Changed)
	if c := r.Difference.Changes; len(c) != 2 || c[0].Op != guest.Detach || c[1].New != (guest.RNG{Backend: guest.RNGRandom, Path: "/dev/hwrng"}) {
		t.Errorf("the changes of an rng's file: %+v", r.Difference)
	}
	if len(r.Difference.Lost) != 1 || len(r.Difference.Came) != 1 || r.From.IsZero() || !r.To.Equal(r.Snapshot.Ended) {
		t.Errorf("the report of an rng's change: %+v", r)
	}
	w.quiet()
}

// After an event the guest is looked at without waiting for the next poll.
func TestWatchLooksAfterEvents(t *testing.T) {
	f := newFake(t)
	w := watch(t, Options{Interval: time.Hour}, f.path)
	w.next(Found)
	f.set("query-status", `{"status": "paused"}`)
	f.send(`{"event": "RTC_CHANGE"}`)
	if r := w.next(Told); len(r.Events) != 1 || r.Events[0].Name != "RTC_CHANGE" {
		t.Errorf("an event that changes nothing: %+v", r)
	}
	w.quiet()
	f.send(`{"event": "STOP"}`)
	w.next(Told)
	if r := w.next(Changed); !slices.Equal(r.Difference.Came, []Item{Status("paused")}) {
		t.Errorf("the change after an event STOP: %+v", r.Difference)
	}
}

// A guest that sends events all the time isn't asked all the time.
func TestWatchKeepsGap(t *testing.T) {
	f := newFake(t)
	w := watch(t, Options{Interval: time.Hour, Gap: 100 * time.Millisecond}, f.path)
	w.next(Found)
	begun := time.Now()
	for range 100 {
		f.send(`{"event": "DEVICE_TRAY_MOVED"}`)
		time.Sleep(3 * time.Millisecond)
	}
	eventually(t, "it is asked again", func() bool { return f.times("query-status") > 1 })
	n := f.times("query-status")
	if most := 2 + int(time.Since(begun)/(100*time.Millisecond)); n > most {
		t.Errorf("asked %d times, want up to %d", n, most)
	}
}

func TestWatchGone(t *testing.T) {
	f := newFake(t)
	w := watch(t, Options{}, f.path)
	w.next(Found)
	f.hangUp()
	if r := w.next(Gone); r.Err == nil || r.From.IsZero() || r.PID == 0 {
		t.Errorf("a guest that hung up: %+v", r)
	}
	w.next(Found) // the fake is there still, as another guest
	w.stop()
	f.dial() // the monitor is free
}

// A part that can't be had for a while is no loss.
func TestWatchUnknown(t *testing.T) {
	f := newFake(t)
	w := watch(t, Options{}, f.path)
	known := w.next(Found).Snapshot
	f.lack(`qom-list {"path":"/objects"}`)
	for s := known; s.Knows("rngs"); s = w.next(Same).Snapshot {
		known = s
	}
	f.set(`qom-list {"path":"/objects"}`, `[]`)
	r := w.next(Changed) // those of devices are there, and "unused" and the shared memory are gone
	if c := r.Difference.Changes; len(c) != 2 || c[0].Old != (guest.RNG{Backend: guest.RNGRandom, Path: "/dev/random"}) {
		t.Errorf("the changes when the backends went: %+v", r.Difference)
	}
	if !r.From.Equal(known.Begun) {
		t.Errorf("told to lie behind %v, and what was known last is of %v", r.From, known.Begun)
	}
}

// One that doesn't answer is reported once, and doesn't hold up others.
func TestWatchSilent(t *testing.T) {
	f, other := newFake(t), newFake(t)
	w := watch(t, Options{Patience: time.Second}, f.path)
	w.next(Found)
	f.mute("query-block")
	if r := w.next(Silent); !errors.Is(r.Err, context.DeadlineExceeded) || !strings.HasSuffix(r.Err.Error(), "query-block: no answer within 1s") {
		t.Errorf("a guest that doesn't answer query-block: %+v", r)
	}
	w2 := watch(t, Options{}, other.path)
	w2.next(Found)
	w.quiet()
	f.send(`{"event": "STOP"}`)
	w.next(Told)
}

// A socket that another client has is tried once, until there is another of
// that name.
func TestWatchTaken(t *testing.T) {
	f := newFake(t)
	c := f.dial()
	w := watch(t, Options{}, f.path)
	if r := w.next(Taken); !errors.Is(r.Err, ErrTaken) {
		t.Errorf("a socket that another client has: %+v", r)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	w.quiet()
	if err := os.Remove(f.path); err != nil {
		t.Fatal(err)
	}
	f.listen()
	eventually(t, "the new one is found", func() bool {
		r := <-w.reports
		return r.Kind == Found
	})
}

func TestWatchRetriesTaken(t *testing.T) {
	f := newFake(t)
	c := f.dial()
	w := watch(t, Options{RetryTaken: often}, f.path)
	w.next(Taken)
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	w.next(Found)
}

// What isn't a monitor is reported once, and tried less and less.
func TestWatchFailed(t *testing.T) {
	noLeaks(t)
	path := socketPath(t)
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	tries := make(chan int, 1000)
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			fmt.Fprintln(conn, "SSH-2.0")
			conn.Close()
			tries <- 1
		}
	}()
	begun := time.Now()
	w := watch(t, Options{}, path)
	if r := w.next(Failed); !errors.Is(r.Err, ErrProtocol) {
		t.Errorf("a peer that doesn't speak QMP: %+v", r)
	}
	eventually(t, "it is tried again", func() bool { return len(tries) > 1 })
	w.quiet()
	n, most := len(tries), 1
	for wait := often; wait < time.Since(begun); wait *= 2 {
		most++
	}
	if n > most {
		t.Errorf("tried %d times in %v, want up to %d", n, time.Since(begun), most)
	}
	l.Close() // and removes the socket
	if r := w.next(Gone); !errors.Is(r.Err, os.ErrNotExist) {
		t.Errorf("a socket that was removed: %+v", r)
	}
	w.quiet()
}

// A connection that broke is made anew, and the guest is the same.
func TestWatchGoesOn(t *testing.T) {
	f := newFake(t)
	w := watch(t, Options{}, f.path)
	w.next(Found)
	f.mu.Lock() // so that no poll is between
	fmt.Fprintln(f.conn, "garbage")
	f.answers["query-iothreads"] = `{"return": []}`
	f.mu.Unlock()
	if r := w.next(Failed); !errors.Is(r.Err, ErrProtocol) {
		t.Errorf("a guest that sends garbage: %+v", r)
	}
	if r := w.next(Changed); len(r.Difference.Changes) != 1 || r.Difference.Changes[0].Old != guest.IOThreads(1) {
		t.Errorf("the changes since the connection broke: %+v", r.Difference)
	}
	f.mu.Lock()
	fmt.Fprintln(f.conn, "garbage")
	f.answers["query-uuid"] = `{"return": {"UUID": "22222222-2222-3333-4444-555555555555"}}`
	f.mu.Unlock()
	w.next(Failed)
	if r := w.next(Gone); !errors.Is(r.Err, errReplaced) {
		t.Errorf("the guest whose socket another has: %+v", r)
	}
	w.next(Found)
}

func TestWatchPattern(t *testing.T) {
	if _, err := NewWatcher(Options{Sockets: []string{"/run/["}}, nil); !errors.Is(err, filepath.ErrBadPattern) {
		t.Error(err)
	}
	f := newFake(t)
	w := watch(t, Options{}, filepath.Join(filepath.Dir(f.path), "*.sock"))
	if r := w.next(Found); r.Socket != f.path {
		t.Errorf("the socket that a pattern names: %+v", r)
	}
}
