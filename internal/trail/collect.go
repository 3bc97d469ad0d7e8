package trail

import (
	"cmp"
	"slices"
)

// A Guest is a virtual machine or container of a node, with its sessions in
// order.
type Guest struct {
	Node, UUID, Name, Virt string
	Sessions               []*Session
}

// A Collector keeps all sessions that a trail gives.
type Collector struct{ sessions []*Session }

// Session takes a session; it is what New wants.
func (c *Collector) Session(s *Session) { c.sessions = append(c.sessions, s) }

// Sessions gives the sessions, each node's in the order of its boots and their
// serials, and the nodes' by time.
func (c *Collector) Sessions() []*Session {
	c.sessions = SortSessions(c.sessions)
	c.number()
	return c.sessions
}

// guestID tells guests apart: by uuid, or by name where there is none.
type guestID struct{ node, uuid, name string }

func (s *Session) guestID() guestID {
	if s.UUID != "" {
		return guestID{node: s.Node, uuid: s.UUID}
	}
	return guestID{node: s.Node, name: s.Name}
}

// number counts each guest's sessions.
func (c *Collector) number() {
	count := map[guestID]int{}
	for _, s := range c.sessions {
		count[s.guestID()]++
		s.Number = count[s.guestID()]
	}
}

// Guests gives the guests of some sessions by node and name. A guest has the
// name of its last session.
func Guests(sessions []*Session) []*Guest {
	byID := map[guestID]*Guest{}
	var guests []*Guest
	for _, s := range sessions {
		g := byID[s.guestID()]
		if g == nil {
			g = &Guest{Node: s.Node, UUID: s.UUID}
			byID[s.guestID()] = g
			guests = append(guests, g)
		}
		g.Name, g.Virt = s.Name, s.Virt
		g.Sessions = append(g.Sessions, s)
	}
	slices.SortStableFunc(guests, func(a, b *Guest) int {
		return cmp.Or(cmp.Compare(a.Node, b.Node), cmp.Compare(a.Name, b.Name), cmp.Compare(a.UUID, b.UUID))
	})
	return guests
}
