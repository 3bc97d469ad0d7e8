package reconcile

import (
	"fmt"
	"strings"
	"testing"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/recent"
	"github.com/virtaudit/virtaudit/internal/trail"
)

// TestForgottenIsBounded: guests that came and went, and monitors that were lost,
// leave no more than the numbers of those that went last.
func TestForgottenIsBounded(t *testing.T) {
	d := New(Options{})
	d.forgotten, d.down = recent.New[forgottenKey, numbers](100), recent.New[sourceKey, down](100)
	sc := &scene{}
	one := func(i int) {
		n := len(sc.facts)
		at := int64(i) * 100 * s
		id := fmt.Sprintf("%08d-2b58-4d2c-b2a1-6a6f6b6b3c11", i)
		o := fact.Observed{UUID: id, PID: 1000 + i, Run: fmt.Sprint(i), Has: base()}
		sc.seen(fact.QMP, fact.Seen, at-s, at, o)
		sc.facts[len(sc.facts)-1].Source = fmt.Sprintf("qmp /run/%d.sock", i)
		sc.watch(fact.Watched{Source: fmt.Sprintf("qmp /run/%d.sock", i), At: start + at + s})
		sc.looked(fmt.Sprintf("qmp /run/%d.sock", i), at+s)
		sc.seen(fact.QMP, fact.Gone, at+s, at+2*s, o)
		sc.tick(at + 99*s)
		feed(t, d, sc.facts[n:])
		d.Delta()
	}
	for i := range 1000 {
		one(i)
	}
	n := d.nodes[host]
	if len(n.guests) != 0 || len(d.runs) != 0 {
		t.Errorf("%d guests and %d runs are kept", len(n.guests), len(d.runs))
	}
	if kept := d.forgotten.Len(); kept > 200 {
		t.Errorf("the numbers of %d guests are kept", kept)
	}
	if kept := d.down.Len(); kept > 200 {
		t.Errorf("%d sources are kept", kept)
	}
	if v := d.forgotten.Peek(forgottenKey{host, fmt.Sprintf("%08d-2b58-4d2c-b2a1-6a6f6b6b3c11", 999)}); v.unlogged != 1 {
		t.Errorf("the last guest had %d sessions", v.unlogged)
	}
}

// TestNumberOfForgotten: a guest of which nothing is kept but a number goes on
// with it, whoever shows it.
func TestNumberOfForgotten(t *testing.T) {
	sc := &scene{}
	sc.watched()
	sc.stopped(60 * s)
	sc.seen(fact.Libvirt, fact.Gone, 59*s, 60*s, fact.Observed{})
	sc.tick(200 * s)
	sc.first(fact.QMP, 299*s, 300*s, base())
	sc.seen(fact.QMP, fact.Gone, 301*s, 302*s, fact.Observed{})
	sc.tick(400 * s)
	sc.started(500 * s)
	sc.tick(600 * s)
	got, _ := derive(t, sc.facts)
	var numbers []int
	for _, run := range got.ordered() {
		numbers = append(numbers, run.Number)
	}
	if fmt.Sprint(numbers) != "[1 2 3]" {
		t.Errorf("numbers %v", numbers)
	}
	sameRows(t, "numbers", sc.facts, 6)
}

// TestLogFarBehind: a run that ended hours before the log was read up to it is
// one session still, as long as the log is read on.
func TestLogFarBehind(t *testing.T) {
	for _, tc := range []struct {
		name     string
		moves    bool
		sessions int
	}{{"read on", true, 1}, {"not read", false, 2}} {
		sc := &scene{}
		sc.logged(-90*s, `resrc=disk reason=attach | old-disk="?" new-disk="/x.img"`)
		sc.stopped(-80 * s)
		sc.first(fact.Libvirt, 0, 1*s, base())
		sc.seen(fact.Libvirt, fact.Gone, 59*s, 60*s, fact.Observed{})
		for i := range int64(30) { // the log is read slowly
			at := 900*s + i*600*s
			if tc.moves {
				sc.tick(-70*s + i*s)
				sc.facts[len(sc.facts)-1].Stamp.Millis = start + at
			} else {
				sc.looked(hypervisor, at)
			}
		}
		sc.started(500)
		sc.stopped(60 * s)
		sc.tick(9 * 3600 * s)
		got, _ := derive(t, sc.facts)
		all := got.ordered()[1:]
		if len(all) != tc.sessions {
			t.Errorf("%s: %d sessions\n%s", tc.name, len(all), got.text())
		}
		sameRows(t, tc.name, sc.facts, 8)
	}
}

// TestOverIsBounded: however far behind the log is, only so many runs that are
// over are kept, the last ones.
func TestOverIsBounded(t *testing.T) {
	t.Parallel()
	d := New(Options{})
	sc := &scene{}
	sc.tick(0)
	for i := range maxOver + 500 {
		o := fact.Observed{UUID: fmt.Sprintf("%08d-2b58-4d2c-b2a1-6a6f6b6b3c11", i), PID: 1000 + i, Run: fmt.Sprint(i)}
		at := int64(100+i) * s
		sc.seen(fact.Libvirt, fact.Seen, at, at, o)
		sc.seen(fact.Libvirt, fact.Gone, at, at+1, o)
		sc.tick(int64(i))
		sc.facts[len(sc.facts)-1].Stamp.Millis = start + at
	}
	feed(t, d, sc.facts)
	if n := len(d.runs); n > maxOver || n < maxOver/2 || d.runs[n-1].pid != 1000+maxOver+499 {
		t.Errorf("%d runs are kept", n)
	}
}

// TestStopMissingAfterJump: that a guest of which the log knows nothing has
// stopped is missing also where the log is read on by a long way at once.
func TestStopMissingAfterJump(t *testing.T) {
	stop := fact.Wanted{Type: "VIRT_CONTROL", Text: "stop", Op: "stop"}
	for _, jump := range []int64{75, 200, 3000, 3700} {
		sc := &scene{}
		sc.tick(0)
		sc.first(fact.Libvirt, -1, 1*s, base())
		id := sc.seen(fact.Libvirt, fact.Gone, 59*s, 60*s, fact.Observed{Wants: []fact.Wanted{stop}})
		sc.tick(jump * s)
		_, missing := derive(t, sc.facts)
		if late := jump > 3600; late != (len(missing) == 0) || !late && missing[0].Observation != id {
			t.Errorf("read to %d s: missing %v", jump, missing)
		}
		d := New(Options{})
		feed(t, d, sc.facts)
		if late := jump > 3600; d.Lacks(id, stop) == late {
			t.Errorf("read to %d s: lacks %v", jump, !late)
		}
		n := len(sc.facts)
		sc.seen(fact.Libvirt, fact.Seen, (jump-1)*s, jump*s, fact.Observed{PID: 78, Run: "2", Has: base()})
		feed(t, d, sc.facts[n:])
		if d.Missing() != nil || d.Lacks(id, stop) {
			t.Errorf("read to %d s: started again, and the stop is missing still", jump)
		}
		sc.tick(2 * 3600 * s)
		feed(t, d, sc.facts[n+1:])
		if len(d.runs) != 1 {
			t.Errorf("%d runs are kept", len(d.runs))
		}
		sameRows(t, "jump", sc.facts, 9)
	}
}

// TestMissedOnce: what was missing is not kept for ever of a run that goes on.
func TestMissedOnce(t *testing.T) {
	sc := &scene{}
	sc.watched()
	at, given := 60*s, 0
	d := New(Options{})
	feed(t, d, sc.facts)
	for range 300 {
		n := len(sc.facts)
		sc.has(fact.Libvirt, at, at+s, base(thing("disk", "/b.img")), wantedFor("attach", "disk", "/b.img"))
		sc.tick(at + 20*s)
		feed(t, d, sc.facts[n:])
		given += len(d.Missing())
		n = len(sc.facts)
		sc.has(fact.Libvirt, at+25*s, at+26*s, base())
		at += 60 * s
		sc.tick(at)
		feed(t, d, sc.facts[n:])
	}
	if n := len(d.runs[0].missed); n > 300 || given != 300 {
		t.Errorf("%d are kept of %d that were missing", n, given)
	}
	r := newRows()
	r.apply(d.Delta())
	n := 0
	for _, f := range r.findings {
		if f.Kind == trail.Unrecorded && strings.HasPrefix(f.Text, "no record tells of the attach") {
			n++
		}
	}
	if n != 300 {
		t.Errorf("%d findings", n)
	}
}

// TestRenumberForgotten: a session that is forgotten counts those before it that
// the log doesn't know, also where it gets another number of the log's.
func TestRenumberForgotten(t *testing.T) {
	sc := &scene{}
	sc.started(0)
	sc.stopped(10 * s)
	sc.tick(50 * s)
	sc.first(fact.QMP, -1, 60*s, base())
	sc.seen(fact.QMP, fact.Gone, 70*s, 71*s, fact.Observed{})
	sc.tick(100 * s)
	forgotten := uint64(len(sc.facts) + 1)
	sc.serial = 100
	sc.started(200 * s)
	sc.stopped(210 * s)
	sc.tick(300 * s)
	sc.tick(400 * s)
	sc.serial = 50
	sc.started(150 * s) // it comes late
	sc.stopped(160 * s)
	sc.tick(600 * s)
	got, _ := derive(t, sc.facts)
	if n := got.sessions[forgotten].Number; n != 4 || len(got.sessions) != 4 {
		t.Errorf("number %d\n%s", n, got.text())
	}
}

// TestRivalsAreForgotten: processes that say one after the other that they are the
// same guest, each before the last ends, are not kept for each other's sake.
func TestRivalsAreForgotten(t *testing.T) {
	d := New(Options{})
	sc := &scene{}
	for i := range 300 {
		at := int64(i) * 40 * s
		sc.seen(fact.Proc, fact.Seen, at, at+s, fact.Observed{PID: 1000 + i, Run: fmt.Sprint(i), Has: []fact.Thing{silent("file", "/x")}})
		if i > 0 {
			sc.seen(fact.Proc, fact.Gone, at+s, at+2*s, fact.Observed{PID: 999 + i, Run: fmt.Sprint(i - 1)})
		}
		sc.tick(at + 39*s)
	}
	feed(t, d, sc.facts)
	chain := 0
	for r := d.runs[len(d.runs)-1]; r != nil; r = r.rival {
		chain++
	}
	if chain > 3 {
		t.Errorf("%d runs are kept, and %d of which they keep each other", len(d.runs), chain)
	}
}

// TestForgottenHoweverAsked: a run of which the stop's record comes late after all is
// forgotten when that is read, whether or not somebody asked what has changed then.
func TestForgottenHoweverAsked(t *testing.T) {
	sc := &scene{}
	sc.watched()
	stop := fact.Wanted{Type: "VIRT_CONTROL", Text: "stop", Op: "stop"}
	sc.seen(fact.Libvirt, fact.Gone, 59*s, 60*s, fact.Observed{Wants: []fact.Wanted{stop}})
	sc.seen(fact.Proc, fact.Gone, 59*s, 60*s, fact.Observed{})
	sc.tick(75 * s)
	sc.stopped(65 * s)
	sc.tick(200 * s)
	for _, asked := range []bool{false, true} {
		d := New(Options{})
		for i := range sc.facts {
			feed(t, d, sc.facts[i:i+1])
			if asked {
				d.Delta()
			}
		}
		if len(d.runs) != 0 {
			t.Errorf("asked %v: %d runs are kept", asked, len(d.runs))
		}
	}
	sc.told(66*s, "lifecycle", "event=stopped detail=shutdown")
	sc.tick(300 * s)
	sameRows(t, "late stop", sc.facts, 18)
}

// TestNumbersWhileTheLogIsBehind: a run that libvirt shows is no session before those
// that the log tells of since, as it is read from its beginning.
func TestNumbersWhileTheLogIsBehind(t *testing.T) {
	sc := &scene{}
	sc.first(fact.Libvirt, -1, 1000*s, base())
	for i := range int64(3) {
		sc.logged(i*100*s, `op=start reason=booted | vm-pid=71`)
		sc.logged(i*100*s+50*s, `op=stop reason=shutdown | vm-pid=0`)
		sc.swept("proc", 1000*s, 1000*s+i)
	}
	sc.logged(400*s, `op=start reason=booted | vm-pid=77`)
	sc.tick(1100 * s)
	got, _ := derive(t, sc.facts)
	var numbers []int
	for _, run := range got.ordered() {
		numbers = append(numbers, run.Number)
	}
	if fmt.Sprint(numbers) != "[1 2 3 4]" {
		t.Errorf("numbers %v", numbers)
	}
	sameRows(t, "behind", sc.facts, 19)
}

// TestNumbersOfForgottenAreBounded: a guest that is started again and again while one
// of its processes stays keeps a bounded past.
func TestNumbersOfForgottenAreBounded(t *testing.T) {
	d := New(Options{})
	sc := &scene{}
	sc.seen(fact.Proc, fact.Seen, -1, 1*s, fact.Observed{PID: 1, Run: "stays"})
	for i := range 2 * maxNumbered {
		at := int64(i+1) * 100 * s
		sc.logged(at, fmt.Sprintf(`op=start reason=booted | vm-pid=%d`, 100+i))
		sc.seen(fact.Libvirt, fact.Seen, at-s, at, fact.Observed{PID: 100 + i, Run: fmt.Sprint(i)})
		sc.stopped(at + 10*s)
		sc.seen(fact.Libvirt, fact.Gone, at+10*s, at+10*s, fact.Observed{PID: 100 + i, Run: fmt.Sprint(i)})
		sc.tick(at + 50*s)
	}
	feed(t, d, sc.facts)
	g := d.nodes[host].guests[uuid]
	if len(g.runs) != 1 || len(g.numbered) > maxNumbered+1 || len(g.numbered) < maxNumbered/2 {
		t.Errorf("%d runs, %d that are forgotten", len(g.runs), len(g.numbered))
	}
}

// restarts is a guest that is started again and again while the log isn't read.
func restarts(n int) *scene {
	sc := &scene{}
	sc.tick(0)
	for i := range n {
		at := int64(i+1) * s
		sc.seen(fact.Libvirt, fact.Seen, at-s, at, fact.Observed{PID: 100 + i, Run: fmt.Sprint(i), Has: base()})
		sc.seen(fact.Libvirt, fact.Gone, at, at+1, fact.Observed{PID: 100 + i, Run: fmt.Sprint(i)})
	}
	return sc
}

// TestOverOfGuestIsBounded: of one guest fewer runs are kept that are over, the last
// ones.
func TestOverOfGuestIsBounded(t *testing.T) {
	d := New(Options{})
	sc := restarts(maxOverOfGuest + 50)
	feed(t, d, sc.facts)
	if n := len(d.runs); n != maxOverOfGuest || d.runs[n-1].pid != 100+maxOverOfGuest+49 {
		t.Errorf("%d runs are kept", n)
	}
	sameRows(t, "restarts", sc.facts, 21)
}

// BenchmarkRestarts is of how long a start takes with as many before it that the log
// wasn't read up to.
func BenchmarkRestarts(b *testing.B) {
	for _, n := range []int{100, 1000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			sc := restarts(n)
			for b.Loop() {
				d := New(Options{})
				for i := range sc.facts {
					if err := d.Add(&sc.facts[i]); err != nil {
						b.Fatal(err)
					}
					d.Delta()
				}
			}
			b.ReportMetric(b.Elapsed().Seconds()*1e6/float64(b.N*n), "us/start")
		})
	}
}
