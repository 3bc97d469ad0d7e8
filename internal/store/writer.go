package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"sync"
)

// writer is the one connection that writes.
type writer struct {
	mu    sync.Mutex
	db    *sql.DB
	conn  *sql.Conn
	stmts map[string]*sql.Stmt
	next  uint64 // number of the next fact

	dicts    *dictionaries
	sessions *written
}

// background is the context of statements within a transaction: one that has
// begun isn't given up halfway, and watching a context costs more than most of
// these statements.
var background = context.Background()

func newWriter(ctx context.Context, path string, steps []string) (_ *writer, err error) {
	w := &writer{stmts: map[string]*sql.Stmt{}, dicts: newDictionaries(), sessions: newWritten()}
	if w.db, err = sql.Open("sqlite", dsn(path, fmt.Sprintf("mode=rw&_busy_timeout=%d", busy.Milliseconds()))); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, w.close())
		}
	}()
	w.db.SetMaxOpenConns(1)
	if w.conn, err = w.db.Conn(ctx); err != nil {
		return nil, classify(err)
	}
	h, err := readHeader(ctx, w.conn)
	if err != nil {
		return nil, classify(err)
	}
	if !h.empty() { // before anything is changed
		if err := h.check(len(steps)); err != nil {
			return nil, err
		}
	}
	if err := w.configure(ctx); err != nil {
		return nil, err
	}
	if err := migrate(ctx, w.conn, h, steps); err != nil {
		return nil, err
	}
	return w, nil
}

// configure sets what SQLite doesn't keep in the file, and what must be set
// before the first table.
func (w *writer) configure(ctx context.Context) error {
	_, err := w.conn.ExecContext(ctx, `
		PRAGMA auto_vacuum = incremental;
		PRAGMA journal_mode = wal;
		PRAGMA synchronous = full;
		PRAGMA wal_autocheckpoint = `+strconv.Itoa(walPages)+`;
		PRAGMA journal_size_limit = 67108864;
		PRAGMA cache_size = -32768;
		PRAGMA trusted_schema = off;`)
	return classify(err)
}

// load reads what the writer keeps in memory.
func (w *writer) load(ctx context.Context) error {
	row := w.conn.QueryRowContext(ctx, `SELECT `+lastSeq)
	var last uint64
	if err := row.Scan(&last); err != nil {
		return classify(err)
	}
	w.next = last + 1
	return nil
}

// stmt gives a prepared statement.
func (w *writer) stmt(query string) (*sql.Stmt, error) {
	if st := w.stmts[query]; st != nil {
		return st, nil
	}
	st, err := w.conn.PrepareContext(background, query)
	if err != nil {
		return nil, err
	}
	w.stmts[query] = st
	return st, nil
}

func (w *writer) exec(query string, args ...any) error {
	st, err := w.stmt(query)
	if err != nil {
		return err
	}
	_, err = st.ExecContext(background, args...)
	return err
}

// transact does something in one transaction: wholly, or not at all.
func (w *writer) transact(do func() error) (err error) {
	if err := w.exec("BEGIN IMMEDIATE"); err != nil {
		return classify(err)
	}
	defer func() {
		if err == nil {
			err = w.exec("COMMIT")
		}
		if err != nil {
			w.rollback()
			err = classify(err)
		}
	}()
	return do()
}

// rollback undoes what a transaction did. Where SQLite already did so by
// itself, there is none left, and ROLLBACK is an error.
func (w *writer) rollback() {
	_ = w.exec("ROLLBACK")
	w.forget()
}

// forget empties what is remembered of the file.
func (w *writer) forget() {
	w.dicts.forget()
	w.sessions = newWritten()
}

func (w *writer) close() error {
	var errs []error
	for _, st := range w.stmts {
		errs = append(errs, st.Close())
	}
	if w.conn != nil {
		errs = append(errs, w.conn.Close())
	}
	return errors.Join(append(errs, w.db.Close())...)
}
