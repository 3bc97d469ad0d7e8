package trail

import (
	"cmp"
	"slices"
)

// numberer counts guests' sessions, in the order of a Collector.
type numberer struct {
	before  map[string]int
	guests  *cache[string, *guestNumbers]
	changed []*guestNumbers
}

// guestNumbers are a guest's sessions: the last ones, and how many were before.
type guestNumbers struct {
	base    int
	last    []*numbered
	changed bool
}

// numbered is a session with its number.
type numbered struct {
	guest  string
	id     uint64
	boot   int
	first  Moment
	number int
	over   bool
	given  *Session // in this Delta
	*guestNumbers
}

// maxNumbered is how many ended sessions of a guest can get another number, as
// one that was before them came out of order.
const maxNumbered = 4

func newNumberer() numberer {
	return numberer{guests: newCache[string, *guestNumbers](maxPast)}
}

// numberKey names a guest as SetNumbers does.
func numberKey(s *Session) string { return s.Node + "\x00" + cmp.Or(s.UUID, s.Name) }

// put takes a session as it is given.
func (c *numberer) put(ls *liveSession) {
	s := ls.given
	key := numberKey(s)
	if ls.number != nil && ls.number.guest != key {
		c.remove(ls)
	}
	if ls.number == nil {
		g := c.guests.get(key)
		if g == nil {
			g = &guestNumbers{base: c.before[key]}
			c.guests.put(key, g)
		}
		ls.number = &numbered{guest: key, id: s.ID, boot: s.Boot, first: s.First, guestNumbers: g}
		i := len(g.last)
		for i > 0 && compareNumbered(ls.number, g.last[i-1]) < 0 {
			i--
		}
		g.last = slices.Insert(g.last, i, ls.number)
	}
	if c.guests.get(key) == nil { // forgotten while it ran
		c.guests.put(key, ls.number.guestNumbers)
	}
	ls.number.given, ls.number.over = s, ls.over
	c.change(ls.number.guestNumbers)
}

func compareNumbered(a, b *numbered) int {
	return cmp.Or(
		cmp.Compare(a.boot, b.boot), cmp.Compare(a.first.Serial, b.first.Serial), cmp.Compare(a.first.Millis, b.first.Millis),
	)
}

// remove takes a session out that turned out to be another guest's.
func (c *numberer) remove(ls *liveSession) {
	n := ls.number
	ls.number = nil
	n.last = slices.DeleteFunc(n.last, func(o *numbered) bool { return o == n })
	c.change(n.guestNumbers)
}

func (c *numberer) change(g *guestNumbers) {
	if !g.changed {
		g.changed = true
		c.changed = append(c.changed, g)
	}
}

// tell gives the sessions their numbers, those that are not given apart.
func (c *numberer) tell(out *changes) {
	for _, g := range c.changed {
		g.changed = false
		for i, n := range g.last {
			number := g.base + i + 1
			switch {
			case n.given != nil:
				n.given.Number = number
			case n.number != number:
				out.number(n.id, number)
			}
			n.number, n.given = number, nil
		}
		for over := len(g.last); over > maxNumbered && g.last[0].over; over-- {
			g.base++
			g.last = slices.Delete(g.last, 0, 1)
		}
	}
	c.changed = c.changed[:0]
}
