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

// Sessions gives the sessions by the time of their first record, and of those
// at one time by serial, node and guest.
func (c *Collector) Sessions() []*Session {
	slices.SortStableFunc(c.sessions, func(a, b *Session) int {
		return cmp.Or(
			cmp.Compare(a.First.Millis, b.First.Millis),
			cmp.Compare(a.Node, b.Node),
			cmp.Compare(a.First.Serial, b.First.Serial),
			cmp.Compare(a.UUID, b.UUID),
		)
	})
	return c.sessions
}

// Guests gives the guests by node and name, each with its sessions. A guest
// has the name of its last session.
func (c *Collector) Guests() []*Guest {
	type key struct{ node, uuid, name string }
	byKey := map[key]*Guest{}
	var guests []*Guest
	for _, s := range c.Sessions() {
		k := key{node: s.Node, uuid: s.UUID}
		if k.uuid == "" {
			k.name = s.Name
		}
		g := byKey[k]
		if g == nil {
			g = &Guest{Node: s.Node, UUID: s.UUID}
			byKey[k] = g
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
