package reconcile

import (
	"cmp"
	"math"
	"slices"

	"github.com/virtaudit/virtaudit/internal/trail"
)

// What a run had once is settled when it is over for long: it is judged no more,
// so that a guest's long life costs no more than what it had of late. That must
// change nothing, so only what nothing else can change is settled, and what can
// change nothing else: all that is of one name, up to a time at which nothing was
// of that name. Where something turns up that does touch what is settled, or what
// the log has of that is another, the run is judged as if nothing had been
// settled (settled.go).

// settleAfter is how many milliseconds the log must be read past what is settled.
// It is more than witnesses lag behind.
const settleAfter = 600_000

// settleFrom is with how many things, or quantities, of the past a run is settled
// for the first time, and again when what is left has doubled.
const settleFrom = 64

// settleRuns settles those that have a long past.
func (d *Deriver) settleRuns() {
	for _, r := range d.runs {
		if n := r.length(); n >= max(r.settleAt, d.settleFrom) {
			d.settle(r)
			r.settleAt = 2 * r.length()
		}
		if r.tooMuch() {
			d.shed(r)
		}
	}
}

// length is how much of a run is judged.
func (r *run) length() int {
	n := len(r.past) + len(r.values)
	if s := r.session; s != nil {
		n += len(s.row.Holdings)
		if r.settled.session == s {
			n -= len(r.settled.rows) + len(r.settled.finished.rows)
		}
	}
	return n
}

// A settling is what is settled of a run at once.
type settling struct {
	*judge
	past  *settled
	items []*item
	of    map[*track]*item
	found map[*track][]string
}

// An item is something that may be settled: a thing that a witness shows, or a
// holding of the log.
type item struct {
	extent
	track *track // nil of a holding
	place int    // of a holding, among those that are judged
	stays bool
}

// settle settles what can be of a run that goes on.
func (d *Deriver) settle(r *run) {
	if r.ended || !d.settles(r) || r.following() != nil {
		return
	}
	s := d.settling(r)
	s.choose()
	s.past.cover(r.session, s.items)
	s.take()
	s.values(len(r.values), s.valueMayGo)
	r.touch()
}

// settling judges a run for what may be settled of it.
func (d *Deriver) settling(r *run) *settling {
	j := d.judge(r)
	j.give()
	s := settling{judge: j, past: r.settled, of: map[*track]*item{}, found: map[*track][]string{}}
	for id, t := range j.foundOf {
		if j.found[id] != nil {
			s.found[t] = append(s.found[t], id)
		}
	}
	s.list()
	return &s
}

// settles tells whether all that a run's witnesses could tell of a time that is
// long past was told: their sources are watched, and have been for a while.
func (d *Deriver) settles(r *run) bool {
	n := r.guest.node
	for w := range r.views {
		v := &r.views[w]
		if v.seen && (d.down.Peek(sourceKey{n.name, v.source}).since != 0 || v.up+d.settleAfter > n.mark) {
			return false
		}
	}
	return true
}

// old tells whether the log was read that far past a time.
func (s *settling) old(at int64) bool { return at != forever && at+s.settleAfter <= s.node.mark }

// list lists all that is judged.
func (s *settling) list() {
	names := map[key][]string{}
	for _, t := range s.run.tracks() {
		it := &item{extent: extentOf(t), track: t, stays: !s.mayGo(t)}
		s.items, s.of[t] = append(s.items, it), it
		if t.declared() {
			names[t.key] = append(names[t.key], t.names...)
		}
	}
	if s.log == nil {
		return
	}
	for i := range s.log.Holdings {
		h := &s.log.Holdings[i]
		s.items = append(s.items, &item{
			extent: extentOfHolding(h, names[keyOf(h.Kind, h.ID, h.Sub)]), place: i, stays: !endedByRecord(h) || !s.old(heldTo(h)),
		})
	}
}

// mayGo tells whether a thing is over for long, and nothing is asked for it any
// more. A record that is missing of its end may be, as long as the run goes on.
func (s *settling) mayGo(t *track) bool {
	found := s.found[t]
	for _, id := range found {
		if len(s.missing[id]) > 0 {
			return false
		}
	}
	return t.ended && s.old(t.end.by) && (len(found) == 0 || len(t.endWants) == 0)
}

// choose finds what stays, as something does that it touches.
func (s *settling) choose() {
	c := chain{since: map[call]int64{}, settling: s, touching: map[call][]*item{}}
	for _, it := range s.items {
		for _, call := range it.against {
			c.touching[call] = append(c.touching[call], it)
		}
	}
	for _, items := range c.touching {
		slices.SortFunc(items, func(a, b *item) int { return cmp.Compare(b.to, a.to) })
	}
	for _, it := range s.items {
		if it.stays {
			c.stays(it)
		}
	}
	for len(c.next) > 0 {
		call := c.next[len(c.next)-1]
		c.next = c.next[:len(c.next)-1]
		c.follow(call)
	}
}

// A chain is what stays because something else does.
type chain struct {
	*settling
	since    map[call]int64   // what is called so stays from then on
	touching map[call][]*item // what is touched by what is called so, the last ones first
	next     []call
}

// stays notes that something does.
func (c *chain) stays(it *item) {
	it.stays = true
	for _, call := range it.as {
		if since, ok := c.since[call]; !ok || it.from < since {
			c.since[call] = it.from
			c.next = append(c.next, call)
		}
	}
	t := it.track
	if t == nil {
		return
	}
	if t.into != nil { // whether its end is recorded is told by what came instead
		c.with(t.into)
	}
	if t.old != nil && !c.endRecorded(t.old) {
		c.with(t.old)
	}
}

// with notes that a thing stays too.
func (c *chain) with(t *track) {
	if it := c.of[t]; it != nil && !it.stays {
		c.stays(it)
	}
}

// endRecorded tells whether the log has the end of a thing, whatever came in its
// place.
func (s *settling) endRecorded(t *track) bool {
	place, paired := s.pairs[t]
	return paired && s.sameEnd(t, &s.log.Holdings[place])
}

// follow notes that all stays which what is called so touches.
func (c *chain) follow(call call) {
	items := c.touching[call]
	n := 0
	for n < len(items) && touches(c.since[call], items[n].to, c.window) {
		if !items[n].stays {
			c.stays(items[n])
		}
		n++
	}
	c.touching[call] = items[n:]
}

// extent is from when to when something counts, and for what. Things and holdings
// of one key may be each other's; and what a process has open is named by
// definitions and by records.
type extent struct {
	from, to    int64
	as, against []call
}

// A call is how something is called, and in what role.
type call struct {
	role
	key
}

type role uint8

const (
	is    role = iota // of a key
	names             // by a definition or a record
	opens             // by a process
)

// calls gives how something is called, and what it touches.
func calls(declared bool, k key, all []string) (as, against []call) {
	mine, others := opens, names
	if declared {
		mine, others = names, opens
		as, against = append(as, call{is, k}), append(against, call{is, k})
	}
	for _, name := range all {
		as = append(as, call{mine, key{id: name}})
		against = append(against, call{others, key{id: name}})
	}
	return as, against
}

// extentOf is that of a thing.
func extentOf(t *track) extent {
	from, to := t.interval()
	as, against := calls(t.declared(), t.key, t.names)
	return extent{min(from, to), to, as, against}
}

// extentOfHolding is that of a holding of the log, which may have more names by
// what it is.
func extentOfHolding(h *trail.Holding, more []string) extent {
	k := keyOf(h.Kind, h.ID, h.Sub)
	as, against := calls(true, k, alias(more[:len(more):len(more)], k.id))
	return extent{sinceOf(h), heldTo(h), as, against}
}

// touches tells whether what stays from a time on may be told by what is up to
// another, or tell it. It is more than any rule of a judge looks around.
func touches(from, to, window int64) bool {
	return to > math.MaxInt64-3*window || to+3*window >= from
}
