package store

import (
	"context"

	"github.com/virtaudit/virtaudit/internal/trail"
)

// wholeTrail is all that is derived.
type wholeTrail struct {
	Sessions  []*trail.Session
	Events    []*trail.Event
	Findings  []*trail.Finding
	Unwatched map[string][]trail.Span
	LastSeen  map[string]trail.Moment
}

// all gives the whole trail, in the order that the trail of a log has: events and
// findings know their sessions.
func (s *Store) all(ctx context.Context) (*wholeTrail, error) {
	var t wholeTrail
	err := s.view(ctx, func(tx querier) (err error) {
		byID := map[uint64]*trail.Session{}
		if err := allSessions(ctx, tx, byID); err != nil {
			return err
		}
		t.Sessions = inOrder(byID)
		if t.Events, err = events(ctx, tx, selectEvents+`ORDER BY e.node, e.place, e.nth`); err != nil {
			return err
		}
		for _, ev := range t.Events {
			ev.Join(byID[ev.SessionID])
		}
		t.Events = trail.SortEvents(t.Events)
		if t.Findings, err = findings(ctx, tx, selectFindings); err != nil {
			return err
		}
		link(t.Findings, byID)
		trail.SortFindings(t.Findings)
		if t.Unwatched, err = unwatched(ctx, tx); err != nil {
			return err
		}
		t.LastSeen, err = lastSeen(ctx, tx)
		return err
	})
	return &t, err
}

func allSessions(ctx context.Context, tx querier, byID map[uint64]*trail.Session) error {
	err := each(ctx, tx, `SELECT `+sessionColumns+fromSessions, nil, func(row scanner) error {
		s, err := scanSession(row)
		byID[s.ID] = s
		return err
	})
	if err != nil {
		return err
	}
	return fill(ctx, tx, func(id uint64) *trail.Session { return byID[id] }, "true")
}
