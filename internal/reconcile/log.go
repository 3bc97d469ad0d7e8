package reconcile

import (
	"slices"

	"github.com/virtaudit/virtaudit/internal/trail"
)

// pull takes over what has changed in the trail of the log.
func (d *Deriver) pull() {
	delta := d.log.Delta()
	changed := map[*guest]bool{}
	for _, s := range delta.Sessions {
		changed[d.logged(s)] = true
	}
	for id, n := range delta.Numbers {
		if s := d.sessions[id]; s != nil {
			s.renumber(n)
			changed[s.guest] = true
			continue
		}
		d.out.number(id, n+d.left.Peek(id))
	}
	for g := range changed {
		d.tie(g)
	}
	d.out.pass(delta)
	d.losses(delta)
	for _, s := range delta.Sessions {
		d.give(s)
	}
	for name, spans := range delta.Unwatched {
		d.node(name).unwritten = spans
		d.touch(name)
	}
}

// tie ties a guest's runs to its sessions of the log, and has judged anew what that
// changes.
func (d *Deriver) tie(g *guest) {
	if !g.tie(d.window) && !g.inserted {
		return
	}
	g.inserted = false
	g.touch()
	for _, s := range g.logs { // their numbers may have changed
		if s.run == nil && s.shown != s.number() {
			d.give(s.row)
		}
	}
	d.renumberForgotten(g)
}

// logged takes a session of the log as it is now.
func (d *Deriver) logged(row *trail.Session) *guest {
	s := d.sessions[row.ID]
	isNew := s == nil
	if isNew {
		g := d.node(row.Node).guest(row.UUID, row.Name)
		s = &session{guest: g, row: row, floor: g.floor}
		d.sessions[row.ID] = s
		i, _ := slices.BinarySearchFunc(g.logs, row.ID, func(s *session, id uint64) int { return int(s.row.ID) - int(id) })
		g.logs = slices.Insert(g.logs, i, s)
	}
	if s.row.Number != row.Number || s.row.First != row.First || isNew {
		s.guest.touch()
		s.guest.inserted = s.guest.inserted || !isNew || s.isBeforeOthers()
	}
	s.row = row
	s.guest.name = row.Name
	s.touch()
	was := s.over
	if s.over = row.IsOver(); s.over && !was {
		d.ended = append(d.ended, s)
	}
	return s.guest
}

// losses notes the log's findings that sessions were lost, as a witness may know more
// of when.
func (d *Deriver) losses(delta *trail.Delta) {
	for _, f := range delta.Findings {
		if s := d.sessions[f.SessionID]; s != nil && f.Kind == trail.SessionLost {
			s.lost = f
			s.touch()
		}
	}
	for _, row := range delta.Sessions {
		if s := d.sessions[row.ID]; s != nil && s.lost != nil && slices.Contains(delta.Dropped, s.lost.ID) {
			s.lost = nil
		}
	}
}

// touch has the run judged anew that is tied to the session, or may be.
func (s *session) touch() {
	if s.run != nil {
		s.run.touch()
		return
	}
	for _, r := range s.guest.runs { // it may be one of their following sessions
		r.touch()
	}
}

// give gives out the row of a session that has no run.
func (d *Deriver) give(row *trail.Session) {
	s := d.sessions[row.ID]
	if s == nil || s.run != nil {
		return
	}
	if s.shown = s.number(); s.shown != row.Number {
		copied := *row
		copied.Number = s.shown
		row = &copied
	}
	d.out.session(row)
	if s.lost != nil {
		d.out.findings[s.lost.ID] = s.lost
	}
}

// renumber gives a session the number that it now has in the log.
func (s *session) renumber(n int) {
	copied := *s.row
	copied.Number = n
	s.row = &copied
	s.guest.inserted = true
}

// forget drops a session of the log, and unties its run.
func (d *Deriver) forget(s *session) {
	delete(d.sessions, s.row.ID)
	s.guest.logs = slices.DeleteFunc(s.guest.logs, func(o *session) bool { return o == s })
	if s.run != nil {
		s.run.session, s.run = nil, nil
	}
	s.guest.touch()
}
