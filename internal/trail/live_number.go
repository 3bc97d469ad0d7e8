package trail

import (
	"cmp"
	"slices"

	"github.com/virtaudit/virtaudit/internal/recent"
)

// numberer counts guests' sessions, in the order of a Collector.
type numberer struct {
	before  map[string]int
	guests  *recent.Map[string, *guestNumbers]
	changed []*guestNumbers
	touched map[*guestNumbers]bool // since the last trim
}

// guestNumbers are a guest's sessions: the last ones, and how many are behind
// them that have a number for good, as there were no others when they came.
type guestNumbers struct {
	last    []*numbered
	behind  int
	changed bool
}

// numbered is a session with its number.
type numbered struct {
	guest  string
	id     uint64
	boot   int
	first  Moment
	skip   int // how many before it, and behind the one before it, are not known any more
	number int
	over   bool
	given  *Session // in this collect
	*guestNumbers
}

// maxNumbered is how many ended sessions of a guest can get another number, as
// one that was before them came out of order; but for those that began since the
// last trim but one.
const maxNumbered = 4

func newNumberer() numberer {
	return numberer{guests: recent.New[string, *guestNumbers](maxPast), touched: map[*guestNumbers]bool{}}
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
		g := c.guests.Get(key)
		if g == nil {
			g = &guestNumbers{behind: c.before[key]}
		}
		ls.number = &numbered{guest: key, id: s.ID, boot: s.Boot, first: s.First, guestNumbers: g}
		g.insert(ls.number)
	}
	c.guests.Keep(key, ls.number.guestNumbers) // it may have been forgotten while it ran
	ls.number.given, ls.number.over = s, ls.over
	c.change(ls.number.guestNumbers)
}

// insert puts a session in its place, mostly the last: behind those that are not
// known any more.
func (g *guestNumbers) insert(n *numbered) {
	i := len(g.last)
	for i > 0 && compareNumbered(n, g.last[i-1]) < 0 {
		i--
	}
	if i == len(g.last) {
		n.skip, g.behind = g.behind, 0
	} else {
		n.skip, g.last[i].skip = g.last[i].skip, 0
	}
	g.last = slices.Insert(g.last, i, n)
}

// drop takes the session at a place out, which stands for so many from now on.
func (g *guestNumbers) drop(i, as int) {
	if as += g.last[i].skip; i+1 < len(g.last) {
		g.last[i+1].skip += as
	} else {
		g.behind += as
	}
	g.last = slices.Delete(g.last, i, i+1)
}

func compareNumbered(a, b *numbered) int {
	return cmp.Or(
		cmp.Compare(a.boot, b.boot), cmp.Compare(a.first.Serial, b.first.Serial), cmp.Compare(a.first.Millis, b.first.Millis),
		cmp.Compare(a.id, b.id),
	)
}

// remove takes a session out that turned out to be another guest's.
func (c *numberer) remove(ls *liveSession) {
	n := ls.number
	ls.number = nil
	if i := slices.Index(n.last, n); i >= 0 {
		n.drop(i, 0)
		c.change(n.guestNumbers)
	}
}

func (c *numberer) change(g *guestNumbers) {
	c.touched[g] = true
	if !g.changed {
		g.changed = true
		c.changed = append(c.changed, g)
	}
}

// tell gives the sessions their numbers, those that are not given apart.
func (c *numberer) tell(out *changes) {
	for _, g := range c.changed {
		g.changed = false
		number := 0
		for _, n := range g.last {
			number += n.skip + 1
			switch {
			case n.given != nil:
				n.given.Number = number
			case n.number != number:
				out.number(n.id, number)
			}
			n.number, n.given = number, nil
		}
	}
	c.changed = c.changed[:0]
}

// trim leaves the sessions that began before a fact and before the last ones their
// numbers.
func (c *numberer) trim(before uint64) {
	for g := range c.touched {
		over := 0
		for _, n := range g.last {
			if n.over {
				over++
			}
		}
		for i := 0; i < len(g.last) && over > maxNumbered; {
			if n := g.last[i]; !n.over || n.id >= before {
				i++
				continue
			}
			g.drop(i, 1)
			over--
		}
		if over <= maxNumbered { // otherwise the next trim drops more
			delete(c.touched, g)
		}
	}
	c.guests.Age()
}
