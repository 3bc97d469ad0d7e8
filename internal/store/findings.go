package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/virtaudit/virtaudit/internal/trail"
)

// Findings gives findings, and the cursor of those behind. Their sessions are
// without holdings.
func (s *Store) Findings(ctx context.Context, q FindingQuery) (list []*trail.Finding, next string, err error) {
	query, args, err := q.sql()
	if err != nil {
		return nil, "", err
	}
	err = s.view(ctx, func(tx querier) error {
		if list, err = findings(ctx, tx, query, args...); err != nil {
			return err
		}
		list, next = cut(list, q.Page, func(i int) []any { return []any{list[i].At.Millis, list[i].ID} })
		return addSessions(ctx, tx, list)
	})
	return list, next, err
}

// Finding gives a finding by its ID, or ErrNotFound.
func (s *Store) Finding(ctx context.Context, id string) (found *trail.Finding, err error) {
	err = s.view(ctx, func(tx querier) error {
		list, err := findings(ctx, tx, selectFindings+`WHERE f.id = ?`, id)
		if err != nil {
			return err
		}
		if len(list) == 0 {
			return fmt.Errorf("finding %q: %w", id, ErrNotFound)
		}
		found = list[0]
		return addSessions(ctx, tx, list)
	})
	return found, err
}

const selectFindings = `SELECT f.id, f.kind, f.severity, f.node, coalesce(g.uuid, ''), f.name, f.session, f.others,
	f.at_ms, f.at_serial, f.until_ms, f.until_serial, coalesce(r.kind, ''), coalesce(r.rid, ''), coalesce(r.sub, ''),
	f.count, f.text, f.proof, f.witness, f.facts
	FROM findings f LEFT JOIN guests g ON g.id = f.guest LEFT JOIN resources r ON r.id = f.resource `

func findings(ctx context.Context, q querier, query string, args ...any) (list []*trail.Finding, err error) {
	err = each(ctx, q, query, args, func(row scanner) error {
		n, err := scanFinding(row)
		list = append(list, n)
		return err
	})
	return list, err
}

func scanFinding(row scanner) (*trail.Finding, error) {
	var n trail.Finding
	var others, proof, facts string
	err := row.Scan(&n.ID, &n.Kind, &n.Severity, &n.Node, &n.UUID, &n.Name, (*number)(&n.SessionID), &others,
		&n.At.Millis, (*number)(&n.At.Serial), &n.Until.Millis, (*number)(&n.Until.Serial),
		&n.Resource.Kind, &n.Resource.ID, &n.Resource.Sub, &n.Count, &n.Text, &proof, &n.By, &facts)
	if err == nil {
		n.OtherIDs, err = unlist[uint64](others)
	}
	if err == nil {
		n.Proof, err = unlist[trail.Moment](proof)
	}
	if err == nil {
		n.Facts, err = unlist[uint64](facts)
	}
	return &n, err
}

func (q *FindingQuery) sql() (string, []any, error) {
	var b builder
	var at int64
	var id string
	if q.Page.After != "" {
		if err := readCursor(q.Page.After, &at, &id); err != nil {
			return "", nil, err
		}
	}
	if q.Guest != (Guest{}) {
		b.guestOf("f", q.Guest)
	}
	if q.Session != 0 {
		b.and("f.session = ? AND f.session > 0", int64(q.Session))
	}
	if q.To != 0 {
		b.and("f.at_ms <= ?", q.To)
	}
	if q.From != 0 {
		args := []any{q.From, q.From}
		for _, kind := range trail.Lasting {
			args = append(args, string(kind))
		}
		b.and("(f.at_ms >= ? OR f.until_ms >= ? OR f.until_ms = 0 AND f.kind IN (?"+strings.Repeat(", ?", len(trail.Lasting)-1)+"))", args...)
	}
	if q.Severity > 0 {
		b.and("f.severity >= ?", int64(q.Severity))
	}
	in(&b, "f.kind", q.Kinds, func(k trail.FindingKind) any { return string(k) })
	order := b.behind(q.Page, []string{"f.at_ms", "f.id"}, at, id)
	return by(selectFindings, q.index()) + b.where() + order + " LIMIT " + strconv.Itoa(q.Page.limit()+1), b.args, nil
}

// index gives the index to search: the one that finds the fewest.
func (q *FindingQuery) index() string {
	switch {
	case q.Session != 0:
		return "findings_session"
	case q.Guest.named():
		return "findings_guest"
	case len(q.Kinds) > 0:
		return "findings_kind"
	}
	return "findings_time"
}

// addSessions gives findings their sessions, without holdings.
func addSessions(ctx context.Context, tx querier, list []*trail.Finding) error {
	var ids []uint64
	for _, n := range list {
		ids = append(append(ids, n.OtherIDs...), n.SessionID)
	}
	byID, err := sessionsByID(ctx, tx, ids)
	link(list, byID)
	return err
}

// link gives findings their sessions, as far as these are there.
func link(list []*trail.Finding, byID map[uint64]*trail.Session) {
	for _, n := range list {
		n.Session = byID[n.SessionID]
		for _, id := range n.OtherIDs {
			if s := byID[id]; s != nil {
				n.Others = append(n.Others, s)
			}
		}
	}
}

// sessionsByID gives sessions without what they hold.
func sessionsByID(ctx context.Context, tx querier, ids []uint64) (map[uint64]*trail.Session, error) {
	byID := map[uint64]*trail.Session{}
	text, err := json.Marshal(ids)
	if err != nil || len(ids) == 0 {
		return byID, err
	}
	err = each(ctx, tx, `SELECT `+sessionColumns+` FROM json_each(?) j CROSS JOIN sessions s ON s.id = j.value JOIN guests g ON g.id = s.guest`, []any{string(text)}, func(row scanner) error {
		s, err := scanSession(row)
		byID[s.ID] = s
		return err
	})
	return byID, err
}
