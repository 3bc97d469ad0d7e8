package store

import (
	"context"
	"encoding/json"
	"strconv"

	"github.com/virtaudit/virtaudit/internal/trail"
)

// Guests gives guests, and the cursor of those behind.
func (s *Store) Guests(ctx context.Context, q GuestQuery) (list []GuestInfo, next string, err error) {
	err = s.view(ctx, func(tx querier) error {
		list, next, err = guests(ctx, tx, q)
		return err
	})
	return list, next, err
}

func guests(ctx context.Context, tx querier, q GuestQuery) (list []GuestInfo, next string, err error) {
	query, args, err := q.sql()
	if err != nil {
		return nil, "", err
	}
	err = each(ctx, tx, query, args, func(row scanner) error {
		g, err := scanGuest(row)
		list = append(list, g)
		return err
	})
	if err != nil {
		return nil, "", err
	}
	list, next = cut(list, q.Page, func(i int) []any { return []any{list[i].Name, list[i].Node, list[i].UUID} })
	return list, next, addNames(ctx, tx, list)
}

// selectGuests has, of each guest, its last session l and the one r that runs.
const selectGuests = `SELECT g.id, g.node, g.uuid, g.shown, l.virt, l.state, l.last_ms, l.last_serial,
	coalesce((SELECT max(id) FROM sessions WHERE guest = g.id AND state <= 1), 0),
	(SELECT count(*) FROM sessions WHERE guest = g.id), f.first_ms, f.first_serial
	FROM guests g
	JOIN sessions l ON l.id = (SELECT id FROM sessions WHERE guest = g.id ORDER BY first_ms DESC, id DESC LIMIT 1)
	JOIN sessions f ON f.id = (SELECT id FROM sessions WHERE guest = g.id ORDER BY first_ms, id LIMIT 1) `

func scanGuest(row scanner) (GuestInfo, error) {
	var g GuestInfo
	err := row.Scan(&g.id, &g.Node, &g.UUID, &g.Name, &g.Virt, &g.State, &g.Last.Millis, (*number)(&g.Last.Serial),
		(*number)(&g.Running), &g.Sessions, &g.First.Millis, (*number)(&g.First.Serial))
	return g, err
}

func (q *GuestQuery) sql() (string, []any, error) {
	var b builder
	var name, node, uuid string
	if q.Page.After != "" {
		if err := readCursor(q.Page.After, &name, &node, &uuid); err != nil {
			return "", nil, err
		}
	}
	b.conds = append(b.conds, "g.shown IS NOT NULL")
	b.guest(q.Guest)
	// No two have the same of all these; their numbers are others after a rebuild.
	order := b.behind(q.Page, []string{"g.shown", "g.node", "g.uuid"}, name, node, uuid)
	return selectGuests + b.where() + order + " LIMIT " + strconv.Itoa(q.Page.limit()+1), b.args, nil
}

// addNames gives guests all names that they had.
func addNames(ctx context.Context, tx querier, list []GuestInfo) error {
	byID := make(map[int64]*GuestInfo, len(list))
	for i := range list {
		byID[list[i].id] = &list[i]
	}
	ids, err := idsOf(list)
	if err != nil {
		return err
	}
	return each(ctx, tx, `SELECT n.guest, n.name FROM json_each(?) j CROSS JOIN names n INDEXED BY names_guest ON n.guest = j.value
		ORDER BY n.guest, n.name`, []any{ids}, func(row scanner) error {
		var id int64
		var name string
		err := row.Scan(&id, &name)
		if g := byID[id]; g != nil {
			g.Names = append(g.Names, name)
		}
		return err
	})
}

// idsOf gives the numbers of guests as a list in JSON.
func idsOf(list []GuestInfo) (string, error) {
	ids := make([]int64, len(list))
	for i := range list {
		ids[i] = list[i].id
	}
	text, err := json.Marshal(ids)
	return string(text), err
}

// Definitions gives the observations that define guests, by time.
func (s *Store) Definitions(ctx context.Context, g Guest, p Page) (list []Definition, next string, err error) {
	var b builder
	var at, seq int64
	if p.After != "" {
		if err := readCursor(p.After, &at, &seq); err != nil {
			return nil, "", err
		}
	}
	b.guest(g)
	b.conds = append(b.conds, "d.defines")
	order := b.behind(p, []string{"d.millis", "d.fact"}, at, seq)
	query := `SELECT g.node, g.uuid, coalesce(g.shown, g.name), d.millis, d.fact FROM observed d JOIN guests g ON g.id = d.guest ` +
		b.where() + order + " LIMIT " + strconv.Itoa(p.limit()+1)
	err = each(ctx, s.read, query, b.args, func(row scanner) error {
		var d Definition
		err := row.Scan(&d.Node, &d.UUID, &d.Name, &d.Millis, (*number)(&d.Fact))
		list = append(list, d)
		return err
	})
	list, next = cut(list, p, func(i int) []any { return []any{list[i].Millis, list[i].Fact} })
	return list, next, err
}

// Unwatched gives for each node when auditd did not write.
func (s *Store) Unwatched(ctx context.Context) (map[string][]trail.Span, error) {
	return unwatched(ctx, s.read)
}

func unwatched(ctx context.Context, q querier) (map[string][]trail.Span, error) {
	spans := map[string][]trail.Span{}
	err := each(ctx, q, `SELECT node, from_ms, from_serial, to_ms, to_serial, said, booted FROM unwatched ORDER BY node, nth`, nil,
		func(row scanner) error {
			var node string
			var sp trail.Span
			err := row.Scan(&node, &sp.From.Millis, (*number)(&sp.From.Serial), &sp.To.Millis, (*number)(&sp.To.Serial), &sp.Said, &sp.Booted)
			spans[node] = append(spans[node], sp)
			return err
		})
	return spans, err
}

// LastSeen gives the last record of each node.
func (s *Store) LastSeen(ctx context.Context) (map[string]trail.Moment, error) {
	return lastSeen(ctx, s.read)
}

func lastSeen(ctx context.Context, q querier) (map[string]trail.Moment, error) {
	last := map[string]trail.Moment{}
	err := each(ctx, q, `SELECT node, ms, serial FROM last_seen`, nil, func(row scanner) error {
		var node string
		var m trail.Moment
		err := row.Scan(&node, &m.Millis, (*number)(&m.Serial))
		last[node] = m
		return err
	})
	return last, err
}
