package reconcile

import (
	"cmp"
	"math"
	"slices"

	"github.com/virtaudit/virtaudit/internal/trail"
)

// A run is judged as a whole, so a guest that runs for years and gets and loses many
// things would cost ever more. So what it had long ago is settled: it is no longer
// judged, and what was said of it stays. That must not change any result. So what is
// settled is everything of one name up to a time at which nothing had that name: nothing
// that comes later is matched with it, nor it with that. If something turns up that
// touches it nevertheless, or the log changes what it says of it, the run is judged as if
// nothing had been settled (unsettle.go).

// settleAfter is how many milliseconds past a thing the log must be read before it is
// settled. Witnesses lag behind by less.
const settleAfter = 600_000

// settleFrom is how long a run must be (see length) before some of it is settled for the
// first time. It is done again when what is left has doubled.
const settleFrom = 64

// settleRuns settles what can be of the runs that have a long past.
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

// length is how many things, quantities and holdings of a run are judged.
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

// A settling decides what of a run is settled, and settles it.
type settling struct {
	*judge
	past  *settled
	items []*item
	of    map[*track]*item
	found map[*track][]string // IDs of findings
}

// An item is something that may be settled: a thing that a witness shows, or a holding
// of the log.
type item struct {
	extent
	track *track // nil for a holding
	place int    // of a holding, among those that are judged
	stays bool   // it is not settled
}

// settle settles what can be settled of a run that goes on.
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

// settling judges a run, and lists what may be settled of it.
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

// settles tells whether a run's witnesses have told all that they could of times long
// past: their sources are watched, and have been for a while.
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

// old tells whether the log was read past a time by settleAfter.
func (s *settling) old(at int64) bool { return at != forever && at+s.settleAfter <= s.node.mark }

// list makes the items.
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

// mayGo tells whether a thing went long ago, and nothing about it is still to be
// decided. As long as the run goes on a missing record of its end may be asked for.
func (s *settling) mayGo(t *track) bool {
	found := s.found[t]
	for _, id := range found {
		if len(s.missing[id]) > 0 {
			return false
		}
	}
	return t.ended && s.old(t.end.by) && (len(found) == 0 || len(t.endWants) == 0)
}

// choose finds the items that stay because they touch others that do.
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

// A chain follows from what stays to what it touches.
type chain struct {
	*settling
	since    map[call]int64   // from when on items with this call stay
	touching map[call][]*item // the items that such items touch, the last ones first
	next     []call           // calls still to be followed
}

// stays notes that an item stays.
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
	if t.into != nil { // whether its end is recorded is found with what came instead
		c.with(t.into)
	}
	if t.old != nil && !c.endRecorded(t.old) {
		c.with(t.old)
	}
}

// with notes that the item of a track stays too.
func (c *chain) with(t *track) {
	if it := c.of[t]; it != nil && !it.stays {
		c.stays(it)
	}
}

// endRecorded tells whether the log has the end of a thing, regardless of what came in
// its place.
func (s *settling) endRecorded(t *track) bool {
	place, paired := s.pairs[t]
	return paired && s.sameEnd(t, &s.log.Holdings[place])
}

// follow notes that all items stay that are touched by those with a call.
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

// An extent is from when to when an item matters, and to what. Things and holdings with
// the same key may be matched with each other, and what a process has open with what
// definitions and records name.
type extent struct {
	from, to    int64
	as, against []call
}

// A call is a name and the role in which it is used.
type call struct {
	role
	key
}

type role uint8

const (
	is    role = iota // the thing or holding of that key
	names             // a name in a definition or a record
	opens             // a name of what a process has open
)

// calls gives the calls that something has, and those of what it touches.
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

// extentOf gives the extent of a thing.
func extentOf(t *track) extent {
	from, to := t.interval()
	as, against := calls(t.declared(), t.key, t.names)
	return extent{min(from, to), to, as, against}
}

// extentOfHolding gives the extent of a holding of the log. more are names that the
// thing has beside the holding's own.
func extentOfHolding(h *trail.Holding, more []string) extent {
	k := keyOf(h.Kind, h.ID, h.Sub)
	as, against := calls(true, k, alias(more[:len(more):len(more)], k.id))
	return extent{sinceOf(h), heldTo(h), as, against}
}

// touches tells whether something that matters from a time on, and something that
// matters up to another, may affect each other. The margin is larger than that of any
// rule of a judge.
func touches(from, to, window int64) bool {
	return to > math.MaxInt64-3*window || to+3*window >= from
}
