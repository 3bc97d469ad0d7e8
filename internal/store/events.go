package store

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/virtaudit/virtaudit/internal/trail"
)

// Events gives events, and the cursor of those behind.
func (s *Store) Events(ctx context.Context, q EventQuery) (list []*trail.Event, next string, err error) {
	query, args, err := q.sql()
	if err != nil {
		return nil, "", err
	}
	err = s.view(ctx, func(tx querier) error {
		if list, err = events(ctx, tx, query, args...); err != nil {
			return err
		}
		list, next = cut(list, q.Page, func(i int) []any { return []any{list[i].At.Millis, list[i].Fact, list[i].Nth} })
		if q.Joined {
			return join(ctx, tx, list)
		}
		return nil
	})
	return list, next, err
}

// join gives events their sessions, without holdings.
func join(ctx context.Context, tx querier, list []*trail.Event) error {
	ids := map[uint64]bool{}
	for _, ev := range list {
		ids[ev.SessionID] = true
	}
	byID, err := sessionsByID(ctx, tx, slices.Collect(maps.Keys(ids)))
	for _, ev := range list {
		ev.Join(byID[ev.SessionID])
	}
	return err
}

// sessionOfEvent is the session that an event is of: the one that it was told
// with, or what that turned out to be.
const sessionOfEvent = `coalesce(b.session, e.session)`

const selectEvents = `SELECT e.fact, e.nth, e.place, e.at_ms, e.at_serial, e.node, e.type, coalesce(g.uuid, ''), e.name, e.op, e.reason,
	coalesce(r.kind, ''), coalesce(r.rid, ''), coalesce(r.sub, ''), e.old, e.result, e.marks, e.held, e.held_as, e.late,
	e.sender, coalesce(n.pid, 0), coalesce(n.uid, 0), coalesce(n.auid, 0), coalesce(n.exe, ''),
	e.before_ms, e.before_serial, e.count, ` + sessionOfEvent + `, e.witness, e.text
	FROM events e LEFT JOIN belongs b ON b.run = e.session LEFT JOIN guests g ON g.id = e.guest LEFT JOIN resources r ON r.id = e.resource LEFT JOIN senders n ON n.id = e.sender `

// events reads events; those of one sender share it.
func events(ctx context.Context, q querier, query string, args ...any) (list []*trail.Event, err error) {
	senders := map[int64]*trail.Sender{}
	err = each(ctx, q, query, args, func(row scanner) error {
		ev, err := scanEvent(row, senders)
		list = append(list, ev)
		return err
	})
	return list, err
}

func scanEvent(row scanner, senders map[int64]*trail.Sender) (*trail.Event, error) {
	var ev trail.Event
	var sender int64
	var by trail.Sender
	err := row.Scan((*number)(&ev.Fact), &ev.Nth, (*number)(&ev.Order), &ev.At.Millis, (*number)(&ev.At.Serial), &ev.Node, &ev.Type,
		&ev.UUID, &ev.Name, &ev.Op, &ev.Reason, &ev.Kind, &ev.ID, &ev.Sub, &ev.Old, &ev.Result, &ev.Marks,
		&ev.Held, &ev.HeldAs, &ev.Late, &sender, &by.PID, &by.UID, &by.AUID, &by.Exe,
		&ev.Before.Millis, (*number)(&ev.Before.Serial), &ev.Count, (*number)(&ev.SessionID), &ev.By, &ev.Text)
	if sender != 0 {
		if senders[sender] == nil {
			senders[sender] = &by
		}
		ev.Sender = senders[sender]
	}
	return &ev, err
}

func (q *EventQuery) sql() (string, []any, error) {
	var b builder
	var at, nth int64
	var seq uint64
	if q.Page.After != "" {
		if err := readCursor(q.Page.After, &at, &seq, &nth); err != nil {
			return "", nil, err
		}
	}
	if q.Guest != (Guest{}) {
		b.guestOf("e", q.Guest)
	}
	if q.Session != 0 {
		b.and("e.session > 0 AND e.session IN (SELECT ? UNION ALL SELECT run FROM belongs WHERE session = ?) AND "+sessionOfEvent+" = ?",
			int64(q.Session), int64(q.Session), int64(q.Session))
	}
	if from, to := q.left(at); from != always || to != forever {
		b.and("e.at_ms BETWEEN ? AND ?", from, to)
	}
	if q.Fact != 0 {
		b.and("e.fact = ?", int64(q.Fact))
	}
	in(&b, "e.op", q.Ops, func(op string) any { return op })
	order := b.behind(q.Page, []string{"e.at_ms", "e.fact", "e.nth"}, at, int64(seq), nth)
	return by(selectEvents, q.index()) + b.where() + order + " LIMIT " + strconv.Itoa(q.Page.limit()+1), b.args, nil
}

// left gives the time in which those behind a cursor are, which is at a time: the
// index is then searched from there, and not from where the list begins.
func (q *EventQuery) left(at int64) (from, to int64) {
	from, to = cmp.Or(q.From, always), cmp.Or(q.To, forever)
	switch {
	case q.Page.After == "":
	case q.Page.Newest:
		to = min(to, at)
	default:
		from = max(from, at)
	}
	return from, to
}

// index gives the index to search: the one that finds the fewest.
func (q *EventQuery) index() string {
	switch {
	case q.Fact != 0:
		return "" // the table's own
	case q.Session != 0:
		return "events_session"
	case q.Guest.named():
		return "events_guest"
	}
	return "events_time"
}

// by makes a query of events, or findings, use an index. SQLite can't know how
// many rows a guest has.
func by(query, index string) string {
	if index == "" {
		return query
	}
	before, after, _ := strings.Cut(query, " LEFT JOIN")
	return before + " INDEXED BY " + index + " LEFT JOIN" + after
}

// guestOf adds that a row is of such a guest; a row of a host is of its node.
func (b *builder) guestOf(table string, g Guest) {
	if g.named() {
		var of builder
		of.args = b.args
		of.guest(g)
		b.args = of.args
		b.conds = append(b.conds, table+".guest > 0 AND "+table+".guest IN (SELECT g.id FROM guests g "+of.where()+")")
		return
	}
	b.and(table+".node = ?", g.Node)
}
