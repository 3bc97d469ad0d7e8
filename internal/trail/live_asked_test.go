package trail

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// wildLog is a log of few guests, disks and senders, of which many lines come very
// much too late.
func wildLog(seed uint64) []byte {
	rnd := rand.New(rand.NewPCG(seed, 11))
	s := newScene()
	guests := 1 + rnd.IntN(6)
	for range 1 + rnd.IntN(2) {
		for range 100 + rnd.IntN(500) {
			s.wildEvent(rnd, rnd.IntN(guests))
		}
		if rnd.IntN(3) == 0 {
			s.boot()
		}
	}
	lines := s.lines
	if rnd.IntN(4) > 0 {
		lines = disorder(rnd, lines, 1+rnd.IntN(900))
	}
	return []byte(strings.Join(lines, "\n") + "\n")
}

// wildEvent is something of a guest, and mostly a session's start or stop.
func (s *scene) wildEvent(rnd *rand.Rand, n int) {
	uuid := fmt.Sprintf("%08d-2222-4333-8444-555555555555", n)
	path := fmt.Sprintf("/disk%d", rnd.IntN(2))
	switch rnd.IntN(14) {
	case 0, 1, 2:
		s.disk(uuid, "start", "?", path, "success").start(uuid, 100+n)
	case 3, 4, 5:
		s.stop(uuid, "shutdown")
	case 6:
		s.label(uuid, "x").disk(uuid, "start", "?", path, "success").failedStart(uuid)
	case 7:
		for range rnd.IntN(3) * rnd.IntN(40) { // a start that takes its time
			s.disk(uuid, "start", "?", path, "success")
		}
	case 8:
		s.strange(uuid, rnd.IntN(4))
	case 9:
		s.open(uuid).nic(uuid, "attach", "?", mac)
	default:
		s.randomEvent(rnd)
	}
}

// strange adds a record that no daemon sent, in the middle of a start maybe.
func (s *scene) strange(uuid string, n int) {
	s.line("VIRT_RESOURCE", fmt.Sprintf(`pid=%d uid=0 auid=1 ses=1 msg='virt=kvm resrc=disk reason=start %s old-disk="?" new-disk="/s" exe="/opt/s%d" hostname=? addr=? terminal=? res=success'`, n, who(uuid), n%2))
}

// A Live gives the same rows whenever it was asked, however far records come out
// of order: what it forgets, it forgets by its facts.
func TestLiveHoweverAsked(t *testing.T) {
	t.Parallel()
	for seed := range uint64(cases(40, 5)) {
		log := wildLog(seed)
		want := grow(t, log, func() bool { return false }).lines()
		rnd := rand.New(rand.NewPCG(seed, 12))
		for _, often := range []int{1, 7, 90, 700} {
			got := grow(t, log, func() bool { return rnd.IntN(often) == 0 }).lines()
			compareTexts(t, fmt.Sprintf("seed %d, one in %d", seed, often), got, want)
		}
	}
}

// A start that takes thousands of records, and may be part of the session that
// runs, is told in the same way in the end.
func TestLiveLongStart(t *testing.T) {
	t.Parallel()
	s := newScene()
	s.disk(uuidA, "start", "?", "/a", "success").start(uuidA, 42)
	for i := range maxKept + 2*trimEvery {
		if s.disk(uuidA, "start", "?", fmt.Sprint("/", i), "success"); i%10 == 0 {
			s.strange(uuidA, i%7)
		}
	}
	s.start(uuidA, 43).stop(uuidA, "shutdown")
	log := []byte(strings.Join(s.lines, "\n") + "\n")
	want := grow(t, log, func() bool { return false }).lines()
	for _, often := range []int{30, 900} {
		rnd := rand.New(rand.NewPCG(1, 13))
		compareTexts(t, fmt.Sprint("one in ", often), grow(t, log, func() bool { return rnd.IntN(often) == 0 }).lines(), want)
	}
}

// Of how many records a Live is told that they are the asker's own, it keeps the
// last ones in mind.
func TestLiveOwnIsBounded(t *testing.T) {
	l := NewLive()
	for seq := range uint64(3 * maxOwned) {
		l.Own(seq)
	}
	if n := len(l.finder.own); n != maxOwned || !l.finder.own[3*maxOwned-1] || l.finder.own[2*maxOwned-1] {
		t.Errorf("%d records are known", n)
	}
}

// lines are all rows in an order, with their IDs.
func (r *rows) lines() []string {
	var all []string
	for _, id := range slices.Sorted(maps.Keys(r.sessions)) {
		all = append(all, asJSON(r.sessions[id]))
	}
	for _, ev := range r.events {
		all = append(all, fmt.Sprintf("%016x.%d %s", ev.Fact, ev.Nth, asJSON(ev)))
	}
	for _, n := range r.findings {
		c := *n
		c.Session, c.Others = nil, nil
		all = append(all, n.ID+asJSON(c))
	}
	slices.Sort(all)
	return append(all, asJSON(r.spans), asJSON(r.seen))
}

// TestEmptiedPlace: a place that nobody holds any more for some time is found again
// when others hold it later.
func TestEmptiedPlace(t *testing.T) {
	const uuidC, other = "00000003-2222-4333-8444-555555555555", "00000009-2222-4333-8444-555555555555"
	s := newScene()
	s.start(uuidA, 1).disk(uuidA, "attach", "?", "/d", "success").disk(uuidA, "detach", "/d", "?", "success")
	var trims []int
	trim := func() { // the next record is behind a trim
		trims = append(trims, len(s.lines))
		s.vcpus(other, "update", 1, 2)
	}
	trim()
	s.stop(uuidA, "shutdown")
	trim()
	s.start(uuidB, 2).disk(uuidB, "attach", "?", "/d", "success")
	trim()
	s.start(uuidC, 3).disk(uuidC, "attach", "?", "/d", "success")
	c := settled(s)
	clear(c.settled)
	late := uint64(0)
	for i := range c.records {
		if slices.Contains(trims, i) {
			late += trimEvery
		}
		c.records[i].seq += late
		c.settled[c.records[i].seq] = true
	}
	c.check(t, 1)
}
