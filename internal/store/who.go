package store

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/virtaudit/virtaudit/internal/trail"
)

// SessionsHolding gives what trail.Who needs to tell who held a resource, or tried to:
// all such sessions in the trail's order, each with only those parts that concern the
// resource. If a session's start isn't known, the guest's session before it is there
// too, without any parts. If from or to isn't 0, only what was held, or may have been,
// between them counts.
func (s *Store) SessionsHolding(ctx context.Context, r trail.Resource, from, to int64) (list []*trail.Session, err error) {
	err = s.view(ctx, func(tx querier) error {
		search := whoSearch{tx: tx, from: cmp.Or(from, always), to: cmp.Or(to, forever), sessions: map[uint64]*trail.Session{}}
		list, err = search.run(ctx, r)
		return err
	})
	return list, err
}

// whoSearch gathers sessions with what concerns some resources.
type whoSearch struct {
	tx       querier
	from, to int64
	sessions map[uint64]*trail.Session
}

func (w *whoSearch) run(ctx context.Context, r trail.Resource) ([]*trail.Session, error) {
	ids, err := matching(ctx, w.tx, r)
	if err != nil {
		return nil, err
	}
	if err := w.holdings(ctx, r, ids); err != nil {
		return nil, err
	}
	if err := w.part(ctx, attemptParts, "", `p.at_ms BETWEEN ?2 AND ?3 AND `+among, ids); err != nil {
		return nil, err
	}
	if r.Kind == cgroup {
		err = w.part(ctx, permissionParts, w.within(), ofThem+among, ids)
	} else if r.Kind != "" {
		err = w.part(ctx, stepParts, w.within(), ofThem+`p.kind = ?1`, r.Kind)
	}
	if err != nil {
		return nil, err
	}
	if err := w.heads(ctx); err != nil {
		return nil, err
	}
	return inOrder(w.sessions), nil
}

// among is that a part is of one of the resources.
const among = `p.resource IN (SELECT value FROM json_each(?1))`

// ofThem is that a part is of one of the sessions that within gives.
const ofThem = `p.session = s.id AND `

// within is a table of the sessions that have something in the time, beside that
// of their parts.
func (w *whoSearch) within() string {
	searches := eachClass("first_ms", "?2", "?3", w.from, func(class int, cond string) string {
		return fmt.Sprintf(`SELECT id FROM sessions INDEXED BY sessions_time WHERE class = %d`, class) + cond
	})
	return `(` + strings.Join(searches, " UNION ALL ") + `) s CROSS JOIN `
}

// holdings reads the holdings of the resources that touch the time.
func (w *whoSearch) holdings(ctx context.Context, r trail.Resource, ids string) error {
	const touches = `p.hi >= ?2 AND p.lo <= ?3`
	if r.ID == "" { // many resources: rather by their sessions
		return w.part(ctx, holdingParts, w.within(), ofThem+touches+` AND `+among, ids)
	}
	searches := eachClass("p.lo", "?2", "?3", w.from, func(class int, cond string) string {
		return fmt.Sprintf(`SELECT p.session, p.nth FROM json_each(?1) j CROSS JOIN holdings p INDEXED BY holdings_time
			ON p.resource = j.value AND p.class = %d%s AND `+touches, class, cond)
	})
	return w.part(ctx, holdingParts, `(`+strings.Join(searches, " UNION ALL ")+`) c CROSS JOIN `, `p.session = c.session AND p.nth = c.nth`, ids)
}

// part gathers parts, and the sessions that they are of; ?1 is what, ?2 and ?3
// are the time.
func (w *whoSearch) part(ctx context.Context, reader int, beside, where string, what any) error {
	p := &partReaders[reader]
	return each(ctx, w.tx, p.query(beside, where), []any{what, w.from, w.to}, func(row scanner) error {
		return p.read(row, w.session)
	})
}

// session gives a session that was found, or notes it.
func (w *whoSearch) session(id uint64) *trail.Session {
	s := w.sessions[id]
	if s == nil {
		s = &trail.Session{}
		w.sessions[id] = s
	}
	return s
}

// heads reads what the sessions are, and those before them, in the trail's order,
// where these tell since when something was held.
func (w *whoSearch) heads(ctx context.Context) error {
	ids := slices.Collect(maps.Keys(w.sessions))
	text, err := json.Marshal(ids)
	if err != nil {
		return err
	}
	err = each(ctx, w.tx, `WITH found AS MATERIALIZED (
			SELECT s.id, s.guest FROM json_each(?) j CROSS JOIN sessions s ON s.id = j.value WHERE s.class = ?)
		SELECT before FROM (
			SELECT b.id, lag(b.id) OVER (PARTITION BY b.guest ORDER BY b.boot, b.first_serial, b.first_ms, b.id) before
			FROM (SELECT DISTINCT guest FROM found) g CROSS JOIN sessions b INDEXED BY sessions_guest ON b.guest = g.guest)
		WHERE before IS NOT NULL AND id IN (SELECT id FROM found)`,
		[]any{string(text), irregular}, func(row scanner) error {
			var id uint64
			err := row.Scan((*number)(&id))
			ids = append(ids, id)
			return err
		})
	if err != nil {
		return err
	}
	heads, err := sessionsByID(ctx, w.tx, ids)
	for id, s := range heads {
		if had := w.sessions[id]; had != nil {
			s.Holdings, s.Steps, s.Permissions, s.Attempts = had.Holdings, had.Steps, had.Permissions, had.Attempts
		}
	}
	w.sessions = heads
	return err
}

// inOrder gives sessions in the trail's order.
func inOrder(sessions map[uint64]*trail.Session) []*trail.Session {
	list := make([]*trail.Session, 0, len(sessions))
	for _, id := range slices.Sorted(maps.Keys(sessions)) {
		list = append(list, sessions[id])
	}
	return trail.SortSessions(list)
}
