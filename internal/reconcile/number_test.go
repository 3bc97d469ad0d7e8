package reconcile

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/virtaudit/virtaudit/internal/fact"
)

// TestNumbersBesideLongRun: a run that goes on while so many others come and go that
// they aren't kept each stays the first one, and no two have the same number.
func TestNumbersBesideLongRun(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		tied bool             // the log knows the long run
		is   func(i int) bool // it knows that one of the others
	}{
		{"not in the log", false, func(int) bool { return false }},
		{"in the log", false, func(int) bool { return true }},
		{"some in the log", false, func(i int) bool { return i%3 == 0 }},
		{"some and the long run", true, func(i int) bool { return i%3 == 0 }},
	} {
		sc := &scene{}
		long := fact.Observed{PID: 1, Run: "stays"}
		if tc.tied {
			sc.logged(1*s, `op=start reason=booted | vm-pid=1`)
		}
		id := sc.seen(fact.Proc, fact.Seen, -1, 1*s, long)
		if tc.tied {
			id = 1
		}
		at := int64(0)
		for i := range maxNumbered + 50 {
			at = int64(i+1) * 10_000 * s
			o := fact.Observed{PID: 100 + i, Run: fmt.Sprint(i)}
			if tc.is(i) {
				sc.logged(at, fmt.Sprintf(`op=start reason=booted | vm-pid=%d`, o.PID))
			}
			sc.seen(fact.Libvirt, fact.Seen, at-s, at, o)
			if tc.is(i) {
				sc.stopped(at + 10*s)
			}
			sc.seen(fact.Libvirt, fact.Gone, at+10*s, at+10*s, o)
			sc.tick(at + 9000*s)
		}
		sc.seen(fact.Proc, fact.Changed, at, at+9001*s, long)
		sc.tick(at + 9100*s)
		got, _ := derive(t, sc.facts)
		if n := got.sessions[id].Number; n != 1 {
			t.Errorf("%s: the first one has number %d", tc.name, n)
		}
		if wrong := got.misnumbered(); len(wrong) > 0 {
			t.Errorf("%s: sessions out of their order: %q", tc.name, wrong)
		}
		sameRows(t, tc.name, sc.facts, 22)
	}
}

// TestNumbersOfClockSetBack: sessions of the log are numbered in its order, and a run
// behind them that has no records is behind both, though the clock was set back.
func TestNumbersOfClockSetBack(t *testing.T) {
	for _, shown := range []int64{510, 5000} { // soon after, and when the others are over for long
		sc := &scene{}
		sc.tick(3900 * s)
		sc.started(4000 * s)
		sc.stopped(4100 * s)
		sc.tick(4110 * s)
		sc.tick(390 * s)
		sc.started(400 * s)
		sc.stopped(500 * s)
		sc.tick(shown * s)
		sc.seen(fact.Proc, fact.Seen, (shown+89)*s, (shown+90)*s, fact.Observed{PID: 99, Run: "x"})
		sc.tick((shown + 190) * s)
		got, _ := derive(t, sc.facts)
		var numbers []int
		for _, run := range got.ordered() {
			numbers = append(numbers, run.Number)
		}
		if fmt.Sprint(numbers) != "[1 2 3]" {
			t.Errorf("shown at %d: numbers %v", shown, numbers)
		}
		sameRows(t, "set back", sc.facts, 23)
	}
}

// TestNumbersOfLongRunReadLate: a run that goes on stays the first one when the log
// tells of it only after many that came later are forgotten.
func TestNumbersOfLongRunReadLate(t *testing.T) {
	t.Parallel()
	sc := &scene{}
	sc.tick(0)
	sc.seen(fact.Proc, fact.Seen, 9*s, 10*s, fact.Observed{PID: 1, Run: "stays"})
	at := int64(0)
	for i := range maxNumbered + maxOverOfGuest/4 {
		at = int64(i+1) * 100 * s
		o := fact.Observed{PID: 100 + i, Run: fmt.Sprint(i)}
		sc.seen(fact.Libvirt, fact.Seen, at-s, at, o)
		sc.seen(fact.Libvirt, fact.Gone, at+10*s, at+10*s, o)
		sc.looked(hypervisor, at+50*s)
	}
	sc.looked(hypervisor, at+5000*s)
	sc.logged(10*s, `op=start reason=booted | vm-pid=1`)
	id := uint64(len(sc.facts))
	sc.tick(at + 6000*s)
	got, _ := derive(t, sc.facts)
	if n := got.sessions[id].Number; n != 1 {
		t.Errorf("the first one has number %d", n)
	}
	if wrong := got.misnumbered(); len(wrong) > 0 {
		t.Error(wrong)
	}
	sameRows(t, "read late", sc.facts, 24)
}

// TestNumbersOfRandomClocks: whatever a clock does, and whoever knows of them, a
// guest's sessions are numbered one after the other.
func TestNumbersOfRandomClocks(t *testing.T) {
	t.Parallel()
	for seed := range uint64(cases(200, 30)) {
		sc := randomClock(seed)
		if got, _ := derive(t, sc.facts); len(got.misnumbered()) > 0 {
			t.Errorf("seed %d: %q", seed, got.misnumbered())
		}
		sameRows(t, "clock", sc.facts, seed)
	}
}

// randomClock is a guest that is started now and then, and one of its processes that
// may stay, while the clock is set back.
func randomClock(seed uint64) *scene {
	rng := rand.New(rand.NewPCG(seed, 3))
	sc, at := &scene{}, 20_000*s
	sc.tick(at)
	if rng.IntN(2) == 0 {
		sc.seen(fact.Proc, fact.Seen, at, at+s, fact.Observed{PID: 1, Run: "stays"})
	}
	for i := range 12 {
		if rng.IntN(4) == 0 {
			at -= rng.Int64N(5000) * s
		}
		at += (100 + rng.Int64N(300)) * s
		o := fact.Observed{PID: 100 + i, Run: fmt.Sprint(i)}
		logged, shown := rng.IntN(3) > 0, rng.IntN(3) > 0
		if logged {
			sc.logged(at, fmt.Sprintf(`op=start reason=booted | vm-pid=%d`, o.PID))
		}
		if shown {
			sc.seen(fact.Libvirt, fact.Seen, at, at+s, o)
		}
		if logged {
			sc.stopped(at + 20*s)
		}
		if shown {
			sc.seen(fact.Libvirt, fact.Gone, at+20*s, at+21*s, o)
		}
		if rng.IntN(2) == 0 {
			sc.tick(at + rng.Int64N(4000)*s)
		}
	}
	return sc
}
