package trail

import (
	"github.com/virtaudit/virtaudit/internal/recent"
	"github.com/virtaudit/virtaudit/record"
)

// A Live is a trail that grows for years: it takes records one by one and tells,
// whenever it is asked, what changed. All that it has told, put together, is what
// a Trail gives for the same records after its End, whenever it was asked. It is
// for one goroutine.
//
// What it forgets it forgets every 1024 facts (see trim), and not when it is asked.
// A record that comes later than that may find told for good what it would change:
// who held a thing together, under which names, and the numbers of sessions.
// Its memory is that of the guests that run, of what they held since their
// start, and of bounded pasts: of guests that were not heard of for 65,536
// others, the name that their denials are told with is forgotten, and how many
// sessions they had; of a host's records that come late or from strange senders,
// a finding that was not added to for 4,096 others begins anew.
type Live struct {
	trail  *Trail
	peek   *peeker
	boots  map[string]int // before the first record, by node
	counts numberer
	finder finder
	// finding is the session of the event that something is found of, or nil.
	finding *liveSession
	series  *recent.Map[repeat, *liveSeries] // of no session
	places  map[place]*livePlace
	out     *changes // since the last Delta
	trims   trims
	owned   []uint64 // facts, in order

	// Since the last collect:
	nodes    []*node
	guests   []*guest
	pending  []*Event
	grown    []*Event // that count more records than they did
	finished []*Session
	rows     []*liveSession // that are given
	dirty    []*livePlace
	told     []*liveSeries
}

// maxPast is how many guests are remembered that have no session, maxSeries how
// many series of findings that are of no session.
const maxPast, maxSeries = 1 << 16, 1 << 12

// NewLive gives an empty one.
func NewLive() *Live {
	l := &Live{
		peek: newPeeker(), counts: newNumberer(),
		series: recent.New[repeat, *liveSeries](maxSeries), places: map[place]*livePlace{}, out: newChanges(),
		trims: newTrims(),
	}
	l.finder = finder{crashed: map[*Session]bool{}, onRepeat: l.onRepeat, own: map[uint64]bool{}}
	l.trail = New(func(s *Session) { l.finished = append(l.finished, s) })
	l.trail.KeepEvents()
	l.trail.owner = l
	return l
}

// SetNumbers tells how many sessions guests had before the first record, by node
// + "\x00" + uuid, or name where there is no uuid.
func (l *Live) SetNumbers(before map[string]int) { l.counts.before = before }

// SetBoots tells which boot of its node the first record is of, as Session.Boot
// counts them.
func (l *Live) SetBoots(boots map[string]int) { l.boots = boots }

// Add takes the next record, and the number of its fact: from 1, and each higher
// than the one before. The node is that of records that name none. The record is
// the caller's again afterwards.
func (l *Live) Add(seq uint64, node string, r *record.Record) {
	if at := seq / trimEvery; at != l.trims.at {
		l.trim()
		l.trims.at = at
	}
	l.trail.fact = seq
	l.trail.Add(node, r)
}

// Own tells that the next record, of that fact, was sent by who asks: nothing is
// found in its sender.
func (l *Live) Own(seq uint64) {
	l.finder.own[seq] = true
	if l.owned = append(l.owned, seq); len(l.owned) > maxOwned {
		delete(l.finder.own, l.owned[0])
		l.owned = l.owned[1:]
	}
}

// maxOwned is of how many records, the last ones, it is known that who asks sent
// them: more than are kept back for their order.
const maxOwned = 1 << 12

// Settle uses all records that are kept back for those that come late: nothing
// that comes belongs before them.
func (l *Live) Settle() {
	for l.trail.window.n > 0 {
		l.trail.use(l.trail.window.pop())
	}
}

// Delta gives what changed since it was last called.
func (l *Live) Delta() *Delta {
	l.collect()
	out := l.out
	l.out = newChanges()
	return out.whole()
}

// collect tells what follows from the records that were used by now. However often
// it is called, what comes of it in the end is the same.
func (l *Live) collect() {
	for _, s := range l.finished {
		l.finish(s)
	}
	for _, g := range l.guests {
		l.look(g)
	}
	for _, g := range l.guests {
		l.presume(g.live)
	}
	l.tellMoved()
	for _, ev := range l.pending {
		l.tell(ev)
	}
	for _, ev := range l.grown {
		l.tellGrown(ev)
	}
	for _, ls := range l.rows {
		l.findSession(ls)
		l.occupy(ls)
		l.counts.put(ls)
	}
	for _, p := range l.dirty {
		l.overlaps(p)
	}
	for _, s := range l.told {
		l.dropSeries(s)
	}
	for _, s := range l.told {
		l.tellSeries(s)
	}
	l.counts.tell(l.out)
	for _, n := range l.nodes {
		l.tellNode(n)
	}
	l.forget()
}

// forget drops what is over.
func (l *Live) forget() {
	for _, s := range l.finished {
		s.live.end()
	}
	for _, g := range l.guests {
		g.live.touched = false
		if g.open == nil && g.starting == nil && g.node.guests[g.key] == g {
			g.forget()
		}
	}
	clear(l.finder.crashed)
	clear(l.pending)
	clear(l.rows)
	l.nodes, l.guests, l.pending, l.rows = l.nodes[:0], l.guests[:0], l.pending[:0], l.rows[:0]
	l.grown, l.finished, l.dirty, l.told = nil, nil, nil, nil
}
