package store

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/virtaudit/virtaudit/internal/fact"
)

// hosts removes what is of no session, before the horizon: the cutoff, the first
// session that stays, or a time that auditd didn't write which touches that.
func (r *retention) hosts(ctx context.Context) error {
	horizon, err := r.s.horizonAt(ctx, r.cutoff)
	if err != nil || horizon < r.w.horizon {
		return err
	}
	if err := r.raise(ctx, horizon); err != nil {
		return err
	}
	for _, remove := range []func(int64) (bool, error){r.hostEvents, r.hostFindings, r.ended} {
		for more := true; more; {
			if more, err = r.step(ctx, func() (bool, error) { return remove(horizon) }); err != nil {
				return err
			}
		}
	}
	return r.hostFacts(ctx, horizon)
}

// raise keeps the horizon first of all: what is removed before it isn't to come
// again by what is committed meanwhile.
func (r *retention) raise(ctx context.Context, horizon int64) error {
	_, err := r.step(ctx, func() (bool, error) { return false, r.w.setMeta(metaHorizon, horizon) })
	if err == nil {
		r.w.setHorizon(horizon)
	}
	return err
}

func (s *Store) horizonAt(ctx context.Context, cutoff int64) (int64, error) {
	horizon := cutoff
	err := s.view(ctx, func(tx querier) error {
		least := func(row scanner) error {
			var at int64
			err := row.Scan(&at)
			horizon = min(horizon, at)
			return err
		}
		for class := range irregular + 1 {
			err := each(ctx, tx, `SELECT first_ms FROM sessions WHERE class = ? ORDER BY first_ms LIMIT 1`, []any{class}, least)
			if err != nil {
				return err
			}
		}
		return each(ctx, tx, `SELECT from_ms FROM unwatched WHERE from_ms < ?1 AND (to_ms = 0 AND to_serial = 0 OR to_ms >= ?1)`, []any{horizon}, least)
	})
	return horizon, err
}

// began is the reason of events of boots that the trail counts.
const began = "serials began anew"

func (r *retention) hostEvents(horizon int64) (more bool, err error) {
	w := r.w
	err = w.exec(`INSERT INTO removed_boots SELECT node, count(*) FROM
		(SELECT node, op, reason FROM events WHERE at_ms < ? AND session = 0 ORDER BY at_ms, fact, nth LIMIT ?)
		WHERE op = 'boot' AND reason = ? GROUP BY node ON CONFLICT DO UPDATE SET n = n + excluded.n`, horizon, retainRows, began)
	if err != nil {
		return false, err
	}
	facts, err := w.numbers(`DELETE FROM events WHERE (fact, nth) IN
		(SELECT fact, nth FROM events WHERE at_ms < ? AND session = 0 ORDER BY at_ms, fact, nth LIMIT ?) RETURNING fact`, horizon, retainRows)
	if err != nil {
		return false, err
	}
	return len(facts) == retainRows, r.forget(facts)
}

func (r *retention) hostFindings(horizon int64) (more bool, err error) {
	ids, err := r.w.numbers(`DELETE FROM findings WHERE id IN
		(SELECT id FROM findings WHERE at_ms < ?1 AND until_ms < ?1 AND session = 0 LIMIT ?2) RETURNING 1`, horizon, retainRows)
	return len(ids) == retainRows, err
}

// ended removes the times that auditd didn't write.
func (r *retention) ended(horizon int64) (more bool, err error) {
	return false, r.w.exec(`DELETE FROM unwatched WHERE to_ms < ? AND (to_ms > 0 OR to_serial > 0)`, horizon)
}

// hostFacts removes facts that no event is told by, kind by kind; what a witness
// showed shortly before the horizon may be of a session behind it, and the last
// word on whether a source is watched counts on.
func (r *retention) hostFacts(ctx context.Context, horizon int64) error {
	last, err := r.lastWatches(ctx, horizon)
	if err != nil {
		return err
	}
	for kind, limit := range map[fact.Kind]int64{
		fact.Record: horizon, fact.Observation: horizon - early, fact.Watch: horizon, fact.Tick: horizon, fact.Intent: horizon,
	} {
		index := "kind = 1"
		if kind != fact.Record {
			index = fmt.Sprintf("kind = %d AND kind <> 1", kind)
		}
		query := `SELECT seq, millis, serial FROM facts WHERE ` + index + ` AND millis < ? AND (millis, serial, seq) > (?, ?, ?)
			AND seq NOT IN (SELECT value FROM json_each(?)) ORDER BY millis, serial, seq LIMIT ?`
		at := place{millis: always}
		for more := true; more; {
			if more, err = r.step(ctx, func() (more bool, err error) {
				var facts []int64
				// Some stay: the next ones are those behind them.
				if facts, at, err = r.w.places(query, limit, at.millis, at.serial, at.seq, last, retainRows); err != nil {
					return false, err
				}
				return len(facts) == retainRows, r.forget(facts)
			}); err != nil {
				return err
			}
		}
	}
	return nil
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

// lastWatches gives the last word on each source before a time, as a list in
// JSON.
func (r *retention) lastWatches(ctx context.Context, horizon int64) (string, error) {
	ids := []int64{}
	err := each(ctx, r.s.read, `SELECT max(seq) FROM facts WHERE kind = 3 AND kind <> 1 AND millis < ? GROUP BY node, source`, []any{horizon},
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
