package store

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/virtaudit/virtaudit/internal/fact"
)

// horizon is before what facts of no session are removed: those that were both told
// before that time and numbered before that number. Clocks are set back, so a fact of
// a session that stays may seem older than that, but it came later. Of records, only
// those up to the last one that was told of, as the trail has not looked at the others
// yet: they may be of a session that stays.
type horizon struct{ millis, seq, told int64 }

// hosts removes what is of no session, before the horizon: the cutoff, the first
// session that stays, or a time that auditd didn't write which touches that.
func (r *retention) hosts(ctx context.Context) error {
	h, err := r.s.horizonAt(ctx, r.cutoff)
	if err != nil {
		return err
	}
	if _, err := r.step(ctx, func() (bool, error) { return false, r.w.setMeta(metaHorizon, h.millis) }); err != nil {
		return err
	}
	return r.hostFacts(ctx, h)
}

func (s *Store) horizonAt(ctx context.Context, cutoff int64) (horizon, error) {
	h := horizon{millis: cutoff, seq: forever}
	err := s.view(ctx, func(tx querier) error {
		least := func(to *int64) func(scanner) error {
			return func(row scanner) error {
				at := *to
				err := row.Scan(&at)
				*to = min(*to, at)
				return err
			}
		}
		for class := range irregular + 1 {
			err := each(ctx, tx, `SELECT first_ms FROM sessions WHERE class = ? ORDER BY first_ms LIMIT 1`, []any{class}, least(&h.millis))
			if err != nil {
				return err
			}
		}
		// What is committed from now on is not looked at.
		for _, query := range []string{
			`SELECT id FROM sessions ORDER BY id LIMIT 1`, `SELECT run FROM belongs ORDER BY run LIMIT 1`, `SELECT ` + lastSeq + ` + 1`,
		} {
			if err := each(ctx, tx, query, nil, least(&h.seq)); err != nil {
				return err
			}
		}
		err := each(ctx, tx, `SELECT fact FROM events WHERE type <> 0 ORDER BY fact DESC LIMIT 1`, nil, func(row scanner) error { return row.Scan(&h.told) })
		if err != nil {
			return err
		}
		return each(ctx, tx, `SELECT from_ms FROM unwatched WHERE from_ms < ?1 AND (to_ms = 0 AND to_serial = 0 OR to_ms >= ?1)`, []any{h.millis}, least(&h.millis))
	})
	return h, err
}

// hostFacts removes facts, kind by kind, with what they tell of the host; what a
// witness showed shortly before the horizon may be of a session behind it, and the
// last word on whether a source is watched counts on.
func (r *retention) hostFacts(ctx context.Context, h horizon) error {
	last, err := r.lastWatches(ctx, h)
	if err != nil {
		return err
	}
	for kind, limit := range map[fact.Kind]int64{
		fact.Record: h.millis, fact.Observation: h.millis - early, fact.Watch: h.millis, fact.Tick: h.millis, fact.Intent: h.millis,
	} {
		// "kind <> 1" says what follows, so that SQLite takes the index facts_other.
		index, behind := fmt.Sprintf("kind = %d AND kind <> 1", kind), h.seq
		if kind == fact.Record {
			index, behind = "kind = 1", min(h.seq, h.told+1)
		}
		query := `SELECT seq, millis, serial FROM facts WHERE ` + index + ` AND millis < ? AND (millis, serial, seq) > (?, ?, ?)
			AND seq < ? AND seq NOT IN (SELECT value FROM json_each(?)) ORDER BY millis, serial, seq LIMIT ?`
		at := place{millis: always}
		for more := true; more; {
			if more, err = r.step(ctx, func() (more bool, err error) {
				var facts []int64
				// Some stay: the next ones are those behind them.
				if facts, at, err = r.w.places(query, limit, at.millis, at.serial, at.seq, behind, last, retainRows); err != nil {
					return false, err
				}
				return len(facts) == retainRows, r.forget(facts, h.millis)
			}); err != nil {
				return err
			}
		}
	}
	return nil
}

// began is the reason of events of boots that the trail counts.
const began = "serials began anew"

// deleteTold deletes the events that a fact told, and counts those of boots.
func (w *writer) deleteTold(seq int64) error {
	err := w.exec(`INSERT INTO removed_boots SELECT node, count(*) FROM events WHERE fact = ? AND op = 'boot' AND reason = ?
		GROUP BY node ON CONFLICT DO UPDATE SET n = n + excluded.n`, seq, began)
	if err != nil {
		return err
	}
	return w.exec(`DELETE FROM events WHERE fact = ?`, seq)
}

// place is where a fact is among those of its kind.
type place struct{ millis, serial, seq int64 }

// places gives the numbers of facts, and the place of the last one.
func (w *writer) places(query string, args ...any) (facts []int64, at place, err error) {
	st, err := w.stmt(query)
	if err != nil {
		return nil, at, err
	}
	rows, err := st.QueryContext(background, args...)
	if err != nil {
		return nil, at, err
	}
	defer rows.Close()
	for rows.Next() {
		if err := rows.Scan(&at.seq, &at.millis, &at.serial); err != nil {
			return nil, at, err
		}
		facts = append(facts, at.seq)
	}
	return facts, at, rows.Err()
}

// lastWatches gives the last word on each source before the horizon, as a list in
// JSON.
func (r *retention) lastWatches(ctx context.Context, h horizon) (string, error) {
	ids := []int64{}
	err := each(ctx, r.s.read, `SELECT max(seq) FROM facts WHERE kind = 3 AND kind <> 1 AND millis < ? AND seq < ? GROUP BY node, source`, []any{h.millis, h.seq},
		func(row scanner) error {
			var seq int64
			err := row.Scan(&seq)
			ids = append(ids, seq)
			return err
		})
	if err != nil {
		return "", err
	}
	text, err := json.Marshal(ids)
	return string(text), err
}
