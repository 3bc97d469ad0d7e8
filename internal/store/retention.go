package store

import (
	"context"
	"fmt"
	"time"

	"github.com/virtaudit/virtaudit/internal/fact"
)

const (
	// retainStep is about how long one transaction of a retention takes: others
	// that write wait so long. One session is never removed by halves.
	retainStep = 40 * time.Millisecond
	// retainRows is how many rows are removed without looking at the time.
	retainRows = 250
	// early is by how many milliseconds a witness may show a guest before its
	// session's first record.
	early = 10_000
)

// Retain removes what is older than a time, in milliseconds since 1970, and tells how
// much. First it removes whole sessions that had ended before that time, except those
// that follow a session of the same guest which stays, with the facts that only they
// need. Then it removes the facts of no session that are older than the cutoff and
// than all sessions that stay, with their events.
//
// If anything was removed, the rest has to be derived anew (Rebuild) before the next
// Retain: some rows still tell of what several sessions did, and of the host's past.
// What that needs beside the facts is in the Checkpoint.
//
// Retain works in steps, and others may write between them. After an error the steps
// that were done stay done.
func (s *Store) Retain(ctx context.Context, cutoff int64) (sessions, facts int, err error) {
	if s.w == nil {
		return 0, 0, ErrReadOnly
	}
	r := retention{s: s, w: s.w, cutoff: cutoff}
	for _, do := range []func(context.Context) error{r.sessions, r.hosts, r.shrink} {
		if err = do(ctx); err != nil {
			err = fmt.Errorf("store %s: retention: %w", s.path, err)
			break
		}
	}
	return r.removed, r.facts, err
}

// A retention is one run of Retain.
type retention struct {
	s      *Store
	w      *writer
	cutoff int64

	removed, facts int
	guest          int64             // whose session was removed last
	counts         map[fact.Kind]int // the facts removed in this step
}

// step calls next in one transaction, until that says that there is no more or the step
// has taken long enough.
func (r *retention) step(ctx context.Context, next func() (more bool, err error)) (more bool, err error) {
	if err := ctx.Err(); err != nil {
		return false, err
	}
	r.w.mu.Lock()
	defer r.w.mu.Unlock()
	removed, facts, begun := r.removed, r.facts, time.Now()
	r.counts = map[fact.Kind]int{}
	err = r.w.transact(func() error {
		if err := r.w.setMeta(metaRetaining, 1); err != nil {
			return err
		}
		for more = true; more && time.Since(begun) < retainStep; {
			if more, err = next(); err != nil {
				return err
			}
		}
		return r.account(r.removed-removed, r.facts-facts)
	})
	if err != nil {
		r.removed, r.facts = removed, facts
	}
	return more, err
}

// account notes how much a step removed, and forbids the deletion of facts again.
func (r *retention) account(sessions, facts int) error {
	w := r.w
	for kind, n := range r.counts {
		if err := w.exec(`UPDATE counts SET n = n - ? WHERE kind = ?`, n, int64(kind)); err != nil {
			return err
		}
	}
	if err := w.addMeta(metaSessions, sessions); err != nil {
		return err
	}
	if err := w.addMeta(metaFacts, facts); err != nil {
		return err
	}
	if sessions+facts > 0 {
		if err := w.setMeta(metaCutoff, r.cutoff); err != nil {
			return err
		}
	}
	if err := w.setMeta(metaLast, int64(w.next-1)); err != nil {
		return err
	}
	return w.exec(`DELETE FROM meta WHERE key = ?`, metaRetaining)
}

// sessions removes the sessions that are old. Something may have been written since they
// were listed, so each is checked again.
func (r *retention) sessions(ctx context.Context) error {
	old, err := r.s.old(ctx, r.cutoff)
	if err != nil {
		return err
	}
	for more := len(old) > 0; more; {
		more, err = r.step(ctx, func() (bool, error) {
			id := old[0]
			old = old[1:]
			return len(old) > 0, r.session(id)
		})
		if err != nil {
			return err
		}
	}
	_, err = r.step(ctx, func() (bool, error) { return false, r.observations() })
	return err
}

// eventsOf selects the events of session ?1, and of what belongs to it.
const eventsOf = `session > 0 AND session IN (SELECT ?1 UNION ALL SELECT run FROM belongs WHERE session = ?1)`

// session removes a session, and the facts that it alone needs.
func (r *retention) session(id uint64) error {
	w := r.w
	guest, err := w.number(`SELECT s.guest FROM sessions s WHERE s.id = ?2 AND `+isOld, []any{r.cutoff, int64(id)})
	if noRows(err) { // merged since, or it had not ended after all
		return nil
	}
	if err != nil {
		return err
	}
	if r.guest != guest {
		if err := r.observations(); err != nil {
			return err
		}
	}
	r.guest = guest
	r.removed++
	facts, err := w.numbers(`SELECT DISTINCT fact FROM events WHERE `+eventsOf, int64(id))
	if err != nil {
		return err
	}
	for _, query := range []string{
		`DELETE FROM events WHERE ` + eventsOf, `DELETE FROM belongs WHERE session = ?`, `DELETE FROM findings WHERE session = ? AND session > 0`,
	} {
		if err := w.exec(query, int64(id)); err != nil {
			return err
		}
	}
	if err := w.deleteSession(id); err != nil {
		return err
	}
	if err := r.forget(facts, always); err != nil {
		return err
	}
	return w.exec(`INSERT INTO removed_sessions SELECT node, uuid, name, 1 FROM guests WHERE id = ?
		ON CONFLICT DO UPDATE SET n = n + 1`, guest)
}

// observations removes the observations of the guest whose sessions were removed last,
// as far as they are older than all that it has left, both by time and by number.
func (r *retention) observations() error {
	facts, err := r.w.numbers(`SELECT fact FROM observed WHERE guest = ?1
		AND millis < min(?2, coalesce((SELECT min(first_ms) - ?3 FROM sessions WHERE guest = ?1), ?2))
		AND fact < coalesce((SELECT min(id, coalesce((SELECT min(run) FROM belongs b WHERE b.session = s.id), id)) FROM sessions s
			WHERE guest = ?1 ORDER BY 1 LIMIT 1), fact + 1)`, r.guest, r.cutoff, early)
	if err != nil {
		return err
	}
	return r.forget(facts, always)
}

// forget removes facts that nothing needs but events of the host before a time, and
// those events with them.
func (r *retention) forget(facts []int64, before int64) error {
	for _, seq := range facts {
		f, err := r.w.deleteFact(seq, before)
		switch {
		case noRows(err):
			continue
		case err != nil:
			return fmt.Errorf("fact %d: %w", seq, err)
		}
		if err := r.w.deleteTold(seq); err != nil {
			return fmt.Errorf("events of fact %d: %w", seq, err)
		}
		if err := r.w.deleteObserved(f); err != nil {
			return fmt.Errorf("guest of fact %d: %w", seq, err)
		}
		r.counts[f.Kind]++
		r.facts++
	}
	return nil
}

// deleteFact deletes a fact, unless it is needed, and gives it.
func (w *writer) deleteFact(seq, before int64) (*fact.Fact, error) {
	st, err := w.stmt(`DELETE FROM facts WHERE seq = ?1 AND NOT EXISTS (SELECT 1 FROM events WHERE fact = ?1 AND (session <> 0 OR at_ms >= ?2))
		AND NOT EXISTS (SELECT 1 FROM last_seen l WHERE kind = 1 AND l.node = facts.node AND l.ms = millis AND l.serial = facts.serial)
		RETURNING ` + factColumns)
	if err != nil {
		return nil, err
	}
	return scanFact(st.QueryRowContext(background, seq, before))
}

// shrink gives free space in the file back to the file system.
func (r *retention) shrink(ctx context.Context) error {
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		free, err := r.vacuum(ctx)
		if err != nil || free == 0 {
			return err
		}
	}
}

// vacuumPages is how many pages are given back at once.
const vacuumPages = 500

// vacuum gives back some pages, and tells how many are left.
func (r *retention) vacuum(ctx context.Context) (left int64, err error) {
	w := r.w
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, err := w.conn.ExecContext(ctx, fmt.Sprintf(`PRAGMA incremental_vacuum(%d); PRAGMA wal_checkpoint(PASSIVE)`, vacuumPages)); err != nil {
		return 0, classify(err)
	}
	return left, classify(w.conn.QueryRowContext(ctx, `PRAGMA freelist_count`).Scan(&left))
}

// numbers gives the numbers that a query gives.
func (w *writer) numbers(query string, args ...any) (list []int64, err error) {
	st, err := w.stmt(query)
	if err != nil {
		return nil, err
	}
	rows, err := st.QueryContext(background, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var n int64
		if err := rows.Scan(&n); err != nil {
			return nil, err
		}
		list = append(list, n)
	}
	return list, rows.Err()
}
