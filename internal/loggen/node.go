package loggen

import (
	"fmt"
	"math/rand/v2"
	"strconv"
)

// apart is how many picked records stand between the start or stop of a
// session and an AVC or anomaly of that session, at least.
const apart = 24

// node is one host: a kernel, an auditd, a libvirtd and guests.
type node struct {
	sim    *sim
	rng    *rand.Rand
	name   string
	prefix string // "node=NAME " or nothing
	labels Labels
	queue  queue
	guests []*guest
	lately []*guest // that acted, not all different
	subj   string   // ` subj=...` of ordinary processes, or nothing

	skew   int64 // of the clock
	serial uint64
	daemon uint64 // auditd's own serial
	stamp  []byte // "SECONDS.MILLIS:SERIAL" of the event being written
	buf    []byte

	libvirtd sender
	nextPid  int
	pids     map[int]bool // of running guests
	pairs    map[pair]bool
	past     []pastRun // a few runs that have ended
	machines int       // cgroups are numbered

	virtLines int64
	goDownAt  int64 // by virtLines
	orderly   bool  // how it went down last
	draining  bool  // an orderly shutdown has begun
	bootAt    int64 // by the clock, when the node is down
	isDown    bool
}

func newNode(s *sim, index int) *node {
	n := &node{
		sim:    s,
		rng:    rand.New(rand.NewPCG(s.cfg.Seed, uint64(index)+1)),
		labels: (s.cfg.Labels + Labels(index)) % labelKinds,
		queue:  queue{out: s.out, late: s.cfg.Late},
		pids:   map[int]bool{},
		pairs:  map[pair]bool{},
	}
	if s.cfg.Nodes > 1 {
		n.name = fmt.Sprintf("kvm%02d.example.org", index+1)
		n.prefix = "node=" + n.name + " "
	}
	n.subj = [labelKinds]string{" subj=unconfined", " subj=system_u:system_r:init_t:s0", ""}[n.labels]
	n.serial = 5000 + n.rng.Uint64N(50_000)
	n.daemon = 1000 + n.rng.Uint64N(9000)
	n.skew = n.rng.Int64N(40)
	n.nextPid = firstGuestPid + n.rng.IntN(1000)
	n.orderly = n.chance(2)
	n.startLibvirtd()
	n.addGuests(index)
	n.scheduleDown(5)
	return n
}

func (n *node) addGuests(index int) {
	count := n.sim.cfg.Guests / n.sim.cfg.Nodes
	if index < n.sim.cfg.Guests%n.sim.cfg.Nodes {
		count++
	}
	for i := range count {
		n.guests = append(n.guests, newGuest(n.sim.cfg.Seed, index, i))
	}
	if n.sim.cfg.FreshStart {
		return
	}
	for i := range min(count, 3+count/50) {
		n.ranBefore(n.guests[i*7%count])
		n.lately = append(n.lately, n.guests[i*7%count])
	}
}

// ranBefore makes a guest run before the log begins.
func (n *node) ranBefore(g *guest) {
	if g.state != off {
		return
	}
	g.begin(n.newRun())
	g.startKnown, g.seen = false, false
}

// scheduleDown says when the node goes down next, by VIRT records for a guest.
func (n *node) scheduleDown(atLeast int) {
	n.goDownAt = n.virtLines + int64(max(len(n.guests), 20))*int64(atLeast+n.rng.IntN(atLeast))
}

func (n *node) raw() bool { return n.sim.cfg.Raw }

func (n *node) millis() int64 { return n.sim.clock + n.skew }

// chance is true once in so many times.
func (n *node) chance(in int) bool { return n.rng.IntN(in) == 0 }

// next gives the coming event its place.
func (n *node) next() Event {
	if n.sim.cfg.ClockSteps && n.chance(5000) {
		n.skew -= n.rng.Int64N(1500)
	}
	n.serial++
	if n.chance(40) {
		n.serial += n.rng.Uint64N(3) // events that a rule dropped
	}
	return n.at(n.serial)
}

// at sets the stamp of the coming lines.
func (n *node) at(serial uint64) Event {
	e := Event{Millis: n.millis(), Serial: serial}
	b := strconv.AppendInt(n.stamp[:0], e.Millis/1000, 10)
	ms := e.Millis % 1000
	b = append(b, '.', byte('0'+ms/100), byte('0'+ms/10%10), byte('0'+ms%10), ':')
	n.stamp = strconv.AppendUint(b, serial, 10)
	return e
}

// head appends a line up to its fields.
func (n *node) head(b []byte, typ string) []byte {
	b = append(b, n.prefix...)
	b = append(b, "type="...)
	b = append(b, typ...)
	b = append(b, " msg=audit("...)
	b = append(b, n.stamp...)
	return append(b, "): "...)
}

// emit writes an event with the next serial and does what it does.
func (n *node) emit(e *event) {
	n.emitAt(e, n.next())
}

func (n *node) emitAt(e *event, at Event) {
	if e.ordered {
		n.queue.flush()
	}
	n.count(e, at)
	first := n.overtaken(e)
	for i := range e.records[:first] {
		r := &e.records[i]
		n.buf = n.line(n.buf[:0], r)
		n.queue.write(n.buf, 1, r.picked)
	}
	if rest := e.records[first:]; len(rest) > 0 {
		n.holdRecords(rest)
	}
	if e.then != nil {
		e.then(at)
	}
}

func (n *node) line(b []byte, r *record) []byte {
	b = n.head(b, r.typ)
	b = append(b, r.body...)
	return append(b, '\n')
}

func (n *node) count(e *event, at Event) {
	for i := range e.records {
		r := &e.records[i]
		if r.picked {
			n.sim.tally.record(r, at.Millis)
		}
		if r.virt {
			n.virtLines++
		}
	}
}

// overtaken says which record of the event comes late, with those after it:
// mostly none.
func (n *node) overtaken(e *event) int {
	if e.ordered || !n.queue.room() || !n.chance(24) || e.picks() > 1 {
		return len(e.records)
	}
	return n.rng.IntN(len(e.records))
}

func (n *node) holdRecords(rs []record) {
	n.buf = n.buf[:0]
	pick := false
	for i := range rs {
		n.buf = n.line(n.buf, &rs[i])
		pick = pick || rs[i].picked
	}
	waitLines := 1 + n.rng.IntN(12)
	if n.chance(8) {
		waitLines = -1
	}
	n.queue.hold(n.buf, len(rs), pick, waitLines, 1+n.rng.IntN(n.queue.maxWait()))
}
