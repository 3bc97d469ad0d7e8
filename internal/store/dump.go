package store

import (
	"bufio"
	"context"
	"encoding/json"
	"io"

	"github.com/virtaudit/virtaudit/internal/trail"
)

// dumpStep is how many rows of a kind a dump has in memory.
const dumpStep = 1000

// Dump writes all that is derived as JSON lines, in an order that depends on what
// it says alone: two stores of the same trail give the same bytes. Texts that are
// no UTF-8 aren't told apart.
func (s *Store) Dump(ctx context.Context, to io.Writer) error {
	out := bufio.NewWriter(to)
	d := dump{ctx: ctx, out: json.NewEncoder(out)}
	err := s.view(ctx, func(tx querier) error {
		d.tx = tx
		for _, write := range []func() error{d.sessions, d.events, d.findings, d.rest} {
			if err := write(); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return out.Flush()
}

type dump struct {
	ctx context.Context
	tx  querier
	out *json.Encoder
}

// line writes something and what it is.
func (d *dump) line(what string, value any) error {
	return d.out.Encode(map[string]any{what: value})
}

func (d *dump) sessions() error {
	for last := int64(0); ; {
		var list []*trail.Session
		err := each(d.ctx, d.tx, `SELECT `+sessionColumns+fromSessions+`WHERE s.id > ? ORDER BY s.id LIMIT ?`, []any{last, dumpStep},
			func(row scanner) error {
				s, err := scanSession(row)
				list = append(list, s)
				return err
			})
		if err != nil || len(list) == 0 {
			return err
		}
		if err := fillAll(d.ctx, d.tx, list); err != nil {
			return err
		}
		for _, s := range list {
			if err := d.line("session", s); err != nil {
				return err
			}
			last = int64(s.ID)
		}
	}
}

func (d *dump) events() error {
	senders := map[int64]*trail.Sender{}
	return each(d.ctx, d.tx, selectEvents+`ORDER BY e.fact, e.nth`, nil, func(row scanner) error {
		ev, err := scanEvent(row, senders)
		if err != nil {
			return err
		}
		return d.line("event", ev)
	})
}

func (d *dump) findings() error {
	return each(d.ctx, d.tx, selectFindings+`ORDER BY f.id`, nil, func(row scanner) error {
		n, err := scanFinding(row)
		if err != nil {
			return err
		}
		return d.line("finding", n)
	})
}

func (d *dump) rest() error {
	spans, err := unwatched(d.ctx, d.tx)
	if err != nil {
		return err
	}
	last, err := lastSeen(d.ctx, d.tx)
	if err != nil {
		return err
	}
	if err := d.line("unwatched", spans); err != nil {
		return err
	}
	if err := d.line("last_seen", last); err != nil {
		return err
	}
	err = d.rows("guest", `SELECT g.node || ' ' || g.uuid || ' ' || g.name || ' ' || g.shown FROM guests g WHERE g.shown IS NOT NULL ORDER BY 1`)
	if err != nil {
		return err
	}
	if err := d.belongs(); err != nil {
		return err
	}
	return d.rows("observed", `SELECT g.node || ' ' || g.uuid || ' ' || g.name || ' ' || o.millis || ' ' || o.fact || ' ' || o.defines
		FROM observed o JOIN guests g ON g.id = o.guest ORDER BY o.fact`)
}

func (d *dump) belongs() error {
	return each(d.ctx, d.tx, `SELECT run, session FROM belongs ORDER BY run`, nil, func(row scanner) error {
		var b struct{ Fact, SessionID uint64 }
		if err := row.Scan((*number)(&b.Fact), (*number)(&b.SessionID)); err != nil {
			return err
		}
		return d.line("belongs", b)
	})
}

// rows writes the texts that a query gives.
func (d *dump) rows(what, query string) error {
	return each(d.ctx, d.tx, query, nil, func(row scanner) error {
		var text string
		if err := row.Scan(&text); err != nil {
			return err
		}
		return d.line(what, text)
	})
}
