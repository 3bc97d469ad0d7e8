package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// putState sets and deletes states.
func (w *writer) putState(state map[string][]byte) error {
	for key, value := range state {
		var err error
		if value == nil {
			err = w.exec(`DELETE FROM state WHERE key = ?`, key)
		} else {
			err = w.exec(`INSERT INTO state VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value`, key, value)
		}
		if err != nil {
			return fmt.Errorf("state %q: %w", key, err)
		}
	}
	return nil
}

// State gives what is kept under a key, nil where there is nothing.
func (s *Store) State(ctx context.Context, key string) ([]byte, error) {
	var value []byte
	err := s.read.QueryRowContext(ctx, `SELECT value FROM state WHERE key = ?`, key).Scan(&value)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return notNil(value), classify(err)
}

// notNil makes of the driver's nil the empty value that it stands for.
func notNil(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

// States gives what is kept under all keys that begin so.
func (s *Store) States(ctx context.Context, prefix string) (map[string][]byte, error) {
	query, args := `SELECT key, value FROM state`, []any(nil)
	if from, to := prefixRange(prefix); to != "" {
		query, args = query+` WHERE key >= ? AND key < ?`, []any{from, to}
	}
	states := map[string][]byte{}
	err := each(ctx, s.read, query, args, func(row scanner) error {
		var key string
		var value []byte
		err := row.Scan(&key, &value)
		states[key] = notNil(value)
		return err
	})
	return states, err
}

// prefixRange gives the texts between which all lie that begin with a prefix:
// from the first up to, and without, the second, which is empty where there is
// no end.
func prefixRange(prefix string) (from, to string) {
	b := []byte(prefix)
	for len(b) > 0 {
		if last := len(b) - 1; b[last] < 0xff {
			b[last]++
			return prefix, string(b)
		}
		b = b[:len(b)-1]
	}
	return prefix, ""
}
