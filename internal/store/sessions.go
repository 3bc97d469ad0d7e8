package store

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/virtaudit/virtaudit/internal/trail"
)

// Sessions gives sessions, and the cursor of those behind.
func (s *Store) Sessions(ctx context.Context, q SessionQuery) (list []*trail.Session, next string, err error) {
	err = s.view(ctx, func(tx querier) error {
		list, next, err = sessions(ctx, tx, q)
		return err
	})
	return list, next, err
}

// Session gives a whole session, or ErrNotFound.
func (s *Store) Session(ctx context.Context, id uint64) (found *trail.Session, err error) {
	err = s.view(ctx, func(tx querier) error {
		found, err = readSession(ctx, tx, id)
		return err
	})
	if err == nil && found == nil {
		err = fmt.Errorf("session %d: %w", id, ErrNotFound)
	}
	return found, err
}

func sessions(ctx context.Context, tx querier, q SessionQuery) (list []*trail.Session, next string, err error) {
	query, args, err := q.sql()
	if err != nil {
		return nil, "", err
	}
	err = each(ctx, tx, query, args, func(row scanner) error {
		s, err := scanSession(row)
		list = append(list, s)
		return err
	})
	list, next = cut(list, q.Page, func(i int) []any { return []any{list[i].First.Millis, list[i].ID} })
	if err == nil && q.Whole {
		err = fillAll(ctx, tx, list)
	}
	return list, next, err
}

// fillAll reads the parts of sessions.
func fillAll(ctx context.Context, tx querier, list []*trail.Session) error {
	byID := make(map[uint64]*trail.Session, len(list))
	ids := make([]uint64, len(list))
	for i, s := range list {
		byID[s.ID], ids[i] = s, s.ID
	}
	text, err := json.Marshal(ids)
	if err != nil {
		return err
	}
	return fill(ctx, tx, func(id uint64) *trail.Session { return byID[id] }, `p.session IN (SELECT value FROM json_each(?))`, string(text))
}

// unstarted is that a session's start isn't known, as trail.Session.StartKnown
// says it: those are all of one class.
var unstarted = fmt.Sprintf("s.class = %d AND s.start_ms = 0 AND s.start_serial = 0 AND s.state <> %d", irregular, trail.Starting)

const fromSessions = ` FROM sessions s JOIN guests g ON g.id = s.guest `

// sql makes the query. Where it is for some time only, and not for some guests,
// the sessions of each class are searched: they are few that don't touch it.
func (q *SessionQuery) sql() (query string, args []any, err error) {
	var b builder
	var keys [2]int64
	if q.Page.After != "" {
		if err := readCursor(q.Page.After, &keys[0], &keys[1]); err != nil {
			return "", nil, err
		}
	}
	b.guest(q.Guest)
	in(&b, "s.state", q.States, func(st trail.State) any { return int64(st) })
	if q.Running {
		b.conds = append(b.conds, "s.state <= 1")
	}
	if q.Unstarted {
		b.conds = append(b.conds, unstarted)
	}
	from, to := cmp.Or(q.From, always), cmp.Or(q.To, forever)
	if q.From != 0 || q.To != 0 {
		b.and("s.hi >= ? AND s.lo <= ?", from, to)
	}
	order := b.behind(q.Page, []string{"s.first_ms", "s.id"}, keys[0], keys[1])
	limit := " LIMIT " + strconv.Itoa(q.Page.limit()+1)
	switch {
	case q.Guest.named():
		// By guest: one has few sessions.
		return `SELECT ` + sessionColumns + ` FROM guests g JOIN sessions s ON s.guest = g.id ` + b.where() + order + limit, b.args, nil
	case q.Running:
		return `SELECT ` + sessionColumns + ` FROM sessions s INDEXED BY sessions_running JOIN guests g ON g.id = s.guest ` +
			b.where() + order + limit, b.args, nil
	}
	return b.byClass(from, to, order, limit), b.args, nil
}

// byClass searches each class of sessions by itself, in its order, and takes the
// first of all of them.
func (b *builder) byClass(from, to int64, order, limit string) string {
	f, t := b.arg(from), b.arg(to)
	searches := eachClass("s.first_ms", f, t, from, func(class int, cond string) string {
		return `SELECT * FROM (SELECT s.id FROM sessions s INDEXED BY sessions_time JOIN guests g ON g.id = s.guest ` +
			b.where() + fmt.Sprintf(" AND s.class = %d", class) + cond + order + limit + `)`
	})
	return `SELECT ` + sessionColumns + ` FROM (` + strings.Join(searches, " UNION ALL ") + `) c
		JOIN sessions s ON s.id = c.id JOIN guests g ON g.id = s.guest ` + order + limit
}
