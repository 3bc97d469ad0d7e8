package store

import "context"

// isOld is that a session s had ended before ?1, the cutoff, and that its guest
// has none before it that stays.
const isOld = `s.state > 1 AND s.hi < ?1 AND NOT EXISTS (
	SELECT 1 FROM sessions p INDEXED BY sessions_guest WHERE p.guest = s.guest AND (p.first_ms, p.id) < (s.first_ms, s.id)
	AND (p.state <= 1 OR p.hi >= ?1))`

// old gives the sessions that retention removes, by guest and time.
func (s *Store) old(ctx context.Context, cutoff int64) (ids []uint64, err error) {
	return ids, each(ctx, s.read, `SELECT s.id FROM sessions s WHERE `+isOld+` ORDER BY s.guest, s.first_ms, s.id`, []any{cutoff}, func(row scanner) error {
		var id uint64
		err := row.Scan((*number)(&id))
		ids = append(ids, id)
		return err
	})
}

// naming gives the findings that name sessions beside their own, by those.
func (s *Store) naming(ctx context.Context) (map[uint64][]string, error) {
	naming := map[uint64][]string{}
	return naming, each(ctx, s.read, `SELECT id, others FROM findings WHERE others <> ''`, nil, func(row scanner) error {
		var finding, others string
		if err := row.Scan(&finding, &others); err != nil {
			return err
		}
		ids, err := unlist[uint64](others)
		for _, id := range ids {
			naming[id] = append(naming[id], finding)
		}
		return err
	})
}
