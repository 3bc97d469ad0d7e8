package store

import (
	"context"
	"os"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/trail"
)

// Counts gives figures of the whole store.
func (s *Store) Counts(ctx context.Context) (*Counts, error) {
	c := &Counts{Facts: map[fact.Kind]int64{}, Findings: map[trail.FindingKind]int64{}}
	err := s.view(ctx, func(tx querier) error {
		err := each(ctx, tx, `SELECT kind, n FROM counts`, nil, func(row scanner) error {
			var kind, n int64
			err := row.Scan(&kind, &n)
			c.Facts[fact.Kind(kind)] = n
			return err
		})
		if err != nil {
			return err
		}
		err = each(ctx, tx, `SELECT kind, count(*) FROM findings GROUP BY kind`, nil, func(row scanner) error {
			var kind string
			var n int64
			err := row.Scan(&kind, &n)
			c.Findings[trail.FindingKind(kind)] = n
			return err
		})
		if err != nil {
			return err
		}
		if err := c.times(ctx, tx); err != nil {
			return err
		}
		return each(ctx, tx, `SELECT (SELECT count(*) FROM guests WHERE shown IS NOT NULL),
			(SELECT count(*) FROM sessions WHERE state <= 1), (SELECT count(*) FROM sessions),
			`+lastSeq, nil, func(row scanner) error {
			return row.Scan(&c.Guests, &c.Running, &c.Sessions, (*number)(&c.LastSeq))
		})
	})
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if info, err := os.Stat(s.path + suffix); err == nil {
			c.Bytes += info.Size()
		}
	}
	return c, err
}

// times reads the times of the first and the last fact from the ends of indexes: of
// facts_stamp, and of facts_other, which SQLite only takes if kind <> 1 is said too.
func (c *Counts) times(ctx context.Context, tx querier) error {
	return each(ctx, tx, `SELECT coalesce(min(oldest), 0), coalesce(max(newest), 0), (SELECT user_version FROM pragma_user_version) FROM (
		SELECT (SELECT min(millis) FROM facts WHERE kind = 1 AND millis > 0) oldest, (SELECT max(millis) FROM facts WHERE kind = 1) newest UNION ALL
		SELECT (SELECT min(millis) FROM facts WHERE kind = 2 AND kind <> 1 AND millis > 0), (SELECT max(millis) FROM facts WHERE kind = 2 AND kind <> 1))`,
		nil, func(row scanner) error { return row.Scan(&c.Oldest, &c.Newest, &c.Schema) })
}

// Recorded gives the earliest and the latest time of the records; both are zero
// without any.
func (s *Store) Recorded(ctx context.Context) (first, last trail.Moment, err error) {
	err = s.view(ctx, func(tx querier) error {
		for order, to := range map[string]*trail.Moment{"millis, serial": &first, "millis DESC, serial DESC": &last} {
			err := each(ctx, tx, `SELECT millis, serial FROM facts WHERE kind = 1 ORDER BY `+order+` LIMIT 1`, nil, func(row scanner) error {
				return row.Scan(&to.Millis, (*number)(&to.Serial))
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	return first, last, err
}

// lastSeq is the number of the last fact, which retention may have removed.
const lastSeq = `max(coalesce((SELECT max(seq) FROM facts), 0), coalesce((SELECT value FROM meta WHERE key = 'last'), 0))`
