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

// lastSeq is the number of the last fact, which retention may have removed.
const lastSeq = `max(coalesce((SELECT max(seq) FROM facts), 0), coalesce((SELECT value FROM meta WHERE key = 'last'), 0))`
