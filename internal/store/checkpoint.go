package store

import (
	"context"
	"database/sql"
	"errors"
)

// A Checkpoint is what is still known of what retention removed.
type Checkpoint struct {
	// Cutoff is the time, in milliseconds since 1970, before which sessions that had
	// ended were removed; 0 if none ever were.
	Cutoff int64
	// Sessions and Facts are how many were removed in all.
	Sessions, Facts int64
	// Numbers is how many sessions of each guest were removed, by node + "\x00" +
	// uuid, or name where there is no uuid. Boots is, for each node, the number of the
	// boot that the first remaining record is of.
	Numbers, Boots map[string]int
}

// The keys of meta that retention uses.
const (
	metaRetaining = "retaining"
	metaHorizon   = "horizon"
	metaCutoff    = "cutoff"
	metaSessions  = "sessions removed"
	metaFacts     = "facts removed"
	metaLast      = "last"
)

// Checkpoint gives what is known of what retention removed. A Deriver of the remaining
// facts begins with it.
func (s *Store) Checkpoint(ctx context.Context) (*Checkpoint, error) {
	c := &Checkpoint{Numbers: map[string]int{}, Boots: map[string]int{}}
	err := s.view(ctx, func(tx querier) error {
		for key, to := range map[string]*int64{metaCutoff: &c.Cutoff, metaSessions: &c.Sessions, metaFacts: &c.Facts} {
			var err error
			if *to, err = metaNumber(ctx, tx, key); err != nil {
				return err
			}
		}
		count := func(to map[string]int) func(scanner) error {
			return func(row scanner) error {
				var key string
				var n int
				err := row.Scan(&key, &n)
				to[key] = n
				return err
			}
		}
		err := each(ctx, tx, `SELECT node || char(0) || uuid || name, n FROM removed_sessions`, nil, count(c.Numbers))
		if err != nil {
			return err
		}
		return each(ctx, tx, keptBoots, []any{began}, count(c.Boots))
	})
	return c, err
}

// keptBoots gives, for each node, the number of the boot that its first remaining record
// is of: how many boots were removed, plus those that began before that record. (Types
// from 1200 on are auditd's, with serials of its own.)
const keptBoots = `SELECT b.node, b.n + (SELECT count(*) FROM events e WHERE e.op = 'boot' AND e.reason = ?1 AND e.node = b.node
	AND e.fact <= (SELECT seq FROM facts WHERE kind = 1 AND node = b.node AND type NOT BETWEEN 1200 AND 1299 ORDER BY seq LIMIT 1))
	FROM (SELECT n.node, coalesce((SELECT n FROM removed_boots r WHERE r.node = n.node), 0) n FROM last_seen n) b
	WHERE ?1 <> '' AND (SELECT value FROM meta WHERE key = 'horizon') > 0`

// keepBoots stores these numbers before the events are removed that show them.
func (w *writer) keepBoots() error {
	return w.exec(`INSERT INTO removed_boots `+keptBoots+` ON CONFLICT DO UPDATE SET n = excluded.n`, began)
}

// metaNumber gives a number of meta; 0 where it isn't there.
func metaNumber(ctx context.Context, q querier, key string) (n int64, err error) {
	return n, each(ctx, q, `SELECT value FROM meta WHERE key = ?`, []any{key}, func(row scanner) error { return row.Scan(&n) })
}

func (w *writer) setMeta(key string, value any) error {
	return w.exec(`INSERT INTO meta VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value`, key, value)
}

func (w *writer) addMeta(key string, n int) error {
	return w.exec(`INSERT INTO meta VALUES (?, ?) ON CONFLICT DO UPDATE SET value = value + excluded.value`, key, n)
}

// noRows tells whether an error is that a query gave nothing.
func noRows(err error) bool { return errors.Is(err, sql.ErrNoRows) }
