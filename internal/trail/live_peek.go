package trail

import "slices"

// peeker ends guests' sessions as the end of a log would, on copies.
type peeker struct {
	trail    *Trail
	node     node
	sessions []*Session
}

func newPeeker() *peeker {
	p := &peeker{node: node{byMCS: map[mcs]*guest{}}}
	p.trail = &Trail{keeps: true, onSession: func(s *Session) { p.sessions = append(p.sessions, s) }}
	return p
}

// end gives a guest's sessions as they were if no more records came, and the
// losses that this would be. Both are the caller's until the next call, what they
// hold for good.
func (p *peeker) end(g *guest) ([]*Session, []*Event) {
	if g.open == nil && g.starting == nil {
		return nil, nil
	}
	p.sessions = p.sessions[:0]
	p.node.name, p.node.boots, p.node.losses = g.node.name, g.node.boots, nil
	clear(p.node.byMCS)
	c := &guest{node: &p.node, key: g.key, uuid: g.uuid, open: g.open.clone(), starting: g.starting.clone()}
	p.trail.endGuest(c)
	for _, s := range p.sessions {
		s.live, s.openedBy = nil, nil
	}
	for _, ev := range p.node.losses {
		ev.SessionID = ev.session.ID
	}
	return p.sessions, p.node.losses
}

// clone gives a copy of a session that nothing which happens to it changes.
func (s *Session) clone() *Session {
	if s == nil {
		return nil
	}
	c := *s
	c.Labels, c.Holdings, c.Steps = slices.Clone(s.Labels), slices.Clone(s.Holdings), slices.Clone(s.Steps)
	c.Permissions, c.Attempts = slices.Clone(s.Permissions), slices.Clone(s.Attempts)
	c.open, c.allowed, c.openedBy, c.closed = nil, nil, nil, closed{}
	return &c
}
