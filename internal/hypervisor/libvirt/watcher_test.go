package libvirt

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/virtaudit/virtaudit/guest"
)

func TestSeenChangedGone(t *testing.T) {
	g := newFake("web")
	d := startDaemon(t, g)
	w := watchDaemon(t, d, nil)

	next[Connected](t, w)
	seen, _ := next[Seen](t, w)
	if seen.Name != "web" || seen.UUID != g.uuid() || seen.ID != 1 || seen.State != "running" || seen.Reason != "booted" ||
		seen.XML != g.xml || seen.Spec.VCPUs != 1 || !seen.From.IsZero() || seen.To.IsZero() {
		t.Errorf("seen %+v", seen)
	}
	next[Swept](t, w)

	d.change(func() { g.define(3) })
	changed, _ := next[Changed](t, w)
	want := []guest.Change{{Guest: changed.Spec, Op: guest.Update, Old: guest.VCPUs(1), New: guest.VCPUs(3)}}
	if !slices.Equal(changed.Changes, want) || len(changed.Told) != 0 || changed.Was != "running" || !changed.From.Before(changed.To) {
		t.Errorf("changed %+v", changed)
	}

	d.change(func() { g.state = 3 })
	if changed, _ = next[Changed](t, w); changed.Was != "running" || changed.State != "paused" || changed.Reason != "user" || len(changed.Changes) != 0 {
		t.Errorf("paused: %+v", changed)
	}

	d.change(func() { d.guests = nil })
	if gone, _ := next[Gone](t, w); gone.Name != "web" || gone.Spec.VCPUs != 3 || gone.From.Before(changed.From) || !gone.From.Before(gone.To) {
		t.Errorf("gone %+v", gone)
	}
	_, before := next[Swept](t, w)
	none[Seen](t, before)
}

func TestEventTells(t *testing.T) {
	g := newFake("web")
	d := startDaemon(t, g)
	w := watchDaemon(t, d, func(c *Config) { c.Period, c.Settle = time.Hour, 300*time.Millisecond })
	next[Swept](t, w)

	d.change(func() { g.define(2) })
	d.send(t, eventFrame(354, g, func(b *payload) { b.text("rng1") }))
	event, _ := next[Event](t, w)
	if event.Kind != "device-added" || event.Get("device") != "rng1" || event.UUID != g.uuid() || event.At.IsZero() {
		t.Errorf("event %+v", event)
	}
	changed, _ := next[Changed](t, w)
	if len(changed.Told) != 1 || changed.Told[0].Kind != "device-added" || len(changed.Changes) != 1 {
		t.Errorf("changed %+v", changed)
	}
	// What the definition shows only a while after its event.
	d.afterNextRead(func() { g.define(4) })
	d.send(t, eventFrame(333, g, func(b *payload) { b.text("rng0") }))
	next[Event](t, w)
	if changed, _ = next[Changed](t, w); changed.Told[len(changed.Told)-1].Kind != "device-removed" {
		t.Errorf("settled %+v", changed)
	}

	d.afterNextRead(func() { d.guests = nil })
	d.send(t, eventFrame(318, g, func(b *payload) { b.words(5, 1) }))
	next[Event](t, w)
	gone, _ := next[Gone](t, w)
	if last := gone.Told[len(gone.Told)-1]; last.Get("event") != "stopped" || last.Get("detail") != "destroyed" {
		t.Errorf("gone %+v", gone)
	}
}

// A guest that was started anew between two reads is another run.
func TestRestarted(t *testing.T) {
	g := newFake("web")
	d := startDaemon(t, g)
	w := watchDaemon(t, d, nil)
	next[Swept](t, w)
	d.change(func() {
		g.id = 2
		g.define(1)
	})
	gone, before := next[Gone](t, w)
	none[Seen](t, before)
	seen, _ := next[Seen](t, w)
	if gone.ID != 1 || seen.ID != 2 || seen.From.IsZero() || seen.From.After(gone.To) {
		t.Errorf("gone %+v\nseen %+v", gone, seen)
	}
}

// What happened while nobody watched is found when it is watched again.
func TestReconnect(t *testing.T) {
	same, other, lost := newFake("same"), newFake("other"), newFake("lost")
	d := startDaemon(t, same, other, lost)
	w := watchDaemon(t, d, nil)
	swept, _ := next[Swept](t, w)
	d.stop()
	if lost, _ := next[Lost](t, w); lost.Err == nil || lost.At.Before(swept.To) {
		t.Errorf("lost %+v", lost)
	}
	d.change(func() {
		other.define(2)
		d.guests = []*fakeGuest{same, other, newFake("new")}
	})
	restarted := time.Now()
	d.listen(t)
	next[Connected](t, w)
	_, items := next[Swept](t, w)
	var changed Changed
	var gone Gone
	var seen Seen
	for _, item := range items {
		switch item := item.(type) {
		case Changed:
			changed = item
		case Gone:
			gone = item
		case Seen:
			seen = item
		default:
			t.Errorf("neither that a guest is gone nor that one is seen: %+v", item)
		}
	}
	if len(items) != 3 || changed.Name != "other" || gone.Name != "lost" || seen.Name != "new" {
		t.Fatalf("after the restart %+v", items)
	}
	for name, span := range map[string]Span{"changed": changed.Span, "gone": gone.Span, "seen": seen.Span} {
		if !span.From.Before(restarted) || span.From.IsZero() || !span.To.After(restarted) {
			t.Errorf("%s between %v and %v; nobody watched at %v", name, span.From, span.To, restarted)
		}
	}
}

// A Watcher that knows what was before tells only what is new.
func TestSeed(t *testing.T) {
	same, changes, ends := newFake("same"), newFake("changes"), newFake("ends")
	d := startDaemon(t, same, changes, ends)
	first := watchDaemon(t, d, nil)
	var seed Seed
	swept, items := next[Swept](t, first)
	for _, item := range items {
		if seen, ok := item.(Seen); ok {
			seed.Guests = append(seed.Guests, Known{Guest: seen.Guest, Read: seen.To})
		}
	}
	seed.Listed = swept.From
	if err := first.end(); err == nil || len(seed.Guests) != 3 {
		t.Fatal(err, seed)
	}

	changes.define(2)
	d.change(func() { d.guests = []*fakeGuest{same, changes} })
	second := watchDaemon(t, d, func(c *Config) { c.Seed = seed })
	_, items = next[Swept](t, second)
	if len(items) != 3 {
		t.Fatalf("after a restart one guest ended and one changed, told are %+v", items)
	}
	gone, isGone := items[1].(Gone)
	changed, isChanged := items[2].(Changed)
	if !isGone || gone.Name != "ends" || !isChanged || len(changed.Changes) != 1 || changed.From.After(swept.To) {
		t.Errorf("after a restart one guest ended and one changed, told are %+v", items)
	}
}

// A guest that can't be read leaves the others alone.
func TestFailed(t *testing.T) {
	refused, broken, fine := newFake("refused"), newFake("broken"), newFake("fine")
	refused.err = "cannot tell"
	broken.xml = `<domain type='kvm' id='1'><name>broken</name><memory>much</memory></domain>`
	d := startDaemon(t, refused, broken, fine)
	w := watchDaemon(t, d, nil)
	_, items := next[Swept](t, w)
	told := map[string]string{}
	for _, item := range items {
		switch item := item.(type) {
		case Failed:
			told[item.Name] = item.Err.Error()
		case Seen:
			told[item.Name] = "seen"
		}
	}
	if told["fine"] != "seen" || !strings.Contains(told["refused"], "cannot tell") || !strings.Contains(told["broken"], "memory") {
		t.Errorf("told %v", told)
	}
	// It is told once, and what comes after is told again.
	_, items = next[Swept](t, w)
	none[Failed](t, items)
	d.change(func() {
		refused.err = ""
		broken.define(1)
	})
	one, _ := next[Seen](t, w)
	two, _ := next[Seen](t, w)
	if names := []string{one.Name, two.Name}; !slices.Contains(names, "refused") || !slices.Contains(names, "broken") {
		t.Errorf("seen %v", names)
	}
	d.change(func() { fine.err = "not now" })
	if failed, _ := next[Failed](t, w); failed.Name != "fine" || failed.Spec == nil {
		t.Errorf("failed %+v", failed)
	}
	d.change(func() { fine.err = "" })
	_, items = next[Swept](t, w)
	_, more := next[Swept](t, w)
	none[Changed](t, append(items, more...))
}

// A guest can make events as fast as it likes, and isn't read for each of them;
// but it is at once when it ends.
func TestEventsKeepGap(t *testing.T) {
	g := newFake("web")
	d := startDaemon(t, g)
	w := watchDaemon(t, d, func(c *Config) { c.Period, c.Settle, c.Gap = time.Hour, time.Hour, time.Hour })
	next[Swept](t, w)
	for range 100 {
		d.send(t, eventFrame(319, g, nil)) // it was rebooted
	}
	for range 100 {
		next[Event](t, w)
	}
	d.change(func() { d.guests = nil })
	d.send(t, eventFrame(318, g, func(b *payload) { b.words(5, 0) })) // it is stopped
	next[Gone](t, w)
	reads := 0
	d.change(func() { reads = d.calls[212] })
	if reads != 3 {
		t.Errorf("the guest was read %d times: want one of the sweep, of the first event, and of the stop", reads)
	}
}

// A daemon that lets itself be asked and then closes, again and again, is asked
// ever less often: each time makes facts.
func TestClosesAgainAndAgain(t *testing.T) {
	d := startDaemon(t, newFake("web"))
	w := watchDaemon(t, d, func(c *Config) { c.MaxRetry = time.Hour })
	var waited time.Duration
	for range 6 {
		next[Swept](t, w)
		d.change(func() {
			for _, conn := range d.conns {
				conn.Close()
			}
			d.conns = nil
		})
		lost, _ := next[Lost](t, w)
		again, _ := next[Connected](t, w)
		waited = again.At.Sub(lost.At)
	}
	if least := 16 * time.Millisecond; waited < least {
		t.Errorf("after the sixth time it waited %v, not %v at the least", waited, least)
	}
}
