package store

import (
	"context"
	"database/sql"
	_ "embed"
	"fmt"
)

// applicationID is "vaud" in the file's header.
const applicationID = 0x76617564

//go:embed schema.sql
var schema1 string

//go:embed schema2.sql
var schema2 string

// migrations bring a file from each version of its schema to the next; the
// first makes an empty file one of version 1. What was released is never edited.
var migrations = []string{schema1, schema2}

// header is what a file says of itself.
type header struct {
	application, version, tables int64
}

func readHeader(ctx context.Context, q *sql.Conn) (header, error) {
	var h header
	row := q.QueryRowContext(ctx, `SELECT application_id, user_version, (SELECT count(*) FROM sqlite_schema)
		FROM pragma_application_id, pragma_user_version`)
	return h, row.Scan(&h.application, &h.version, &h.tables)
}

// empty tells whether nothing was ever written to the file.
func (h header) empty() bool { return h == header{} }

// check tells whether this program can use the file, whose newest schema is
// that.
func (h header) check(newest int) error {
	switch {
	case h.application != applicationID:
		return fmt.Errorf("%w: it is another program's database", ErrNotStore)
	case h.version > int64(newest):
		return fmt.Errorf("%w: its schema has version %d, and this program knows up to %d; a newer virtaudit can read it",
			ErrNewer, h.version, newest)
	case h.version < 1:
		return fmt.Errorf("%w: its schema has no version", ErrNotStore)
	}
	return nil
}

// migrate brings the file to the newest schema, each step in a transaction.
func migrate(ctx context.Context, w *sql.Conn, h header, steps []string) error {
	for v := int(h.version); v < len(steps); v++ {
		script := fmt.Sprintf("BEGIN IMMEDIATE; %s; PRAGMA application_id = %d; PRAGMA user_version = %d; COMMIT",
			steps[v], applicationID, v+1)
		if _, err := w.ExecContext(ctx, script); err != nil {
			_, _ = w.ExecContext(ctx, "ROLLBACK") // where the script didn't get to BEGIN, it fails, too
			return fmt.Errorf("bring the schema to version %d: %w", v+1, classify(err))
		}
	}
	return nil
}
