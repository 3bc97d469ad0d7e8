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
