package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"time"

	sqlite3 "modernc.org/sqlite/lib"
)

// Options are how to open a store for writing.
type Options struct {
	// MachineID is the host's; a new file keeps it, and one of another machine
	// is refused. Empty is not looked at.
	MachineID string
}

// A Store is facts and their trail in a file. It is for any number of
// goroutines; writes come one after another.
type Store struct {
	path    string
	read    *sql.DB
	w       *writer // nil in a store for reading
	back    *backfiller
	reader  *Store // on connections of its own; nil in a store for reading
	lock    *os.File
	closing sync.Once
}

// readers is how many queries run at the same time; others wait.
const readers = 4

// busy is how long to wait for a lock in the file; only checkpoints and readers
// that recover the file after a crash take one that stops others.
const busy = 10 * time.Second

// Open opens a store for writing, and makes it, and the last folder of its path,
// where there is none.
func Open(path string, o Options) (*Store, error) {
	return open(path, o, migrations)
}

func open(path string, o Options, steps []string) (_ *Store, err error) {
	path, err = filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = fmt.Errorf("store %s: %w", path, err)
		}
	}()
	if err := makeFile(path); err != nil {
		return nil, err
	}
	if path, err = locate(path); err != nil {
		return nil, err
	}
	s := &Store{path: path}
	if s.lock, err = lock(path); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Close())
		}
	}()
	ctx := context.Background()
	if s.w, err = newWriter(ctx, path, steps); err != nil {
		return nil, err
	}
	if err := makePrivate(path); err != nil {
		return nil, err
	}
	if s.read, err = s.openReaders("mode=ro"); err != nil {
		return nil, err
	}
	if err := s.own(ctx, o.MachineID); err != nil {
		return nil, err
	}
	if s.back, err = newBackfiller(path, backfillPause); err != nil {
		return nil, err
	}
	s.reader = &Store{path: path}
	if s.reader.read, err = s.openReaders("mode=ro"); err != nil {
		return nil, err
	}
	return s, s.w.load(ctx)
}

// makeFile makes an empty file that only its owner may read. SQLite gives the
// files beside it the same rights.
func makeFile(path string) error {
	err := os.Mkdir(filepath.Dir(path), 0o700)
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil // closing a file that SQLite has open would end its locks
	}
	if err != nil {
		return err
	}
	return f.Close()
}

// locate gives where a file is. Behind a link it is that file which has a lock, and
// others beside it.
func locate(path string) (string, error) {
	info, err := os.Lstat(path)
	if err == nil && info.Mode()&fs.ModeSymlink != 0 {
		link := path
		if path, err = filepath.EvalSymlinks(link); err != nil {
			return link, err
		}
		info, err = os.Lstat(path)
	}
	if err == nil && info.IsDir() {
		err = errors.New("it is a folder: name a file in it")
	}
	return path, err
}

// makePrivate takes the rights of others away from a store that came with some, as
// a copy does.
func makePrivate(path string) error {
	for _, name := range []string{path, path + "-wal", path + "-shm"} {
		info, err := os.Stat(name)
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			err = os.Chmod(name, 0o600)
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// dsn gives the driver's name of the file.
func dsn(path, query string) string {
	u := url.URL{Scheme: "file", Path: path, RawQuery: query}
	return u.String()
}

// OpenRead opens a store for reading, beside a service that writes it or
// without one.
func OpenRead(path string) (*Store, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	if path, err = locate(path); err != nil {
		return nil, fmt.Errorf("store %s: %w", path, err)
	}
	s := &Store{path: path}
	err = s.openRead(context.Background(), "mode=ro")
	if wantsFiles(err) && quiet(path) {
		// What is not in use needs none.
		err = s.openRead(context.Background(), "mode=ro&immutable=1")
	}
	if wantsFiles(err) {
		err = fmt.Errorf("it was not closed as it should; the service, or root, can read it: %w", err)
	}
	if err != nil {
		return nil, fmt.Errorf("store %s: %w", path, err)
	}
	return s, nil
}

// wantsFiles tells whether a store can't be opened as the files beside it aren't
// there, and can't be made.
func wantsFiles(err error) bool {
	return codeIs(err, sqlite3.SQLITE_CANTOPEN) || codeIs(err, sqlite3.SQLITE_READONLY)
}

// quiet tells whether all that was written is in the file itself: nobody has it
// open, or crashed.
func quiet(path string) bool {
	if _, err := os.Stat(path); err != nil {
		return false
	}
	wal, err := os.Stat(path + "-wal")
	return errors.Is(err, fs.ErrNotExist) || err == nil && wal.Size() == 0
}

func (s *Store) openRead(ctx context.Context, mode string) (err error) {
	if s.read, err = s.openReaders(mode); err != nil {
		return err
	}
	if err = s.inspect(ctx); err != nil {
		return errors.Join(err, s.read.Close())
	}
	return nil
}

// inspect refuses what isn't a store of this version.
func (s *Store) inspect(ctx context.Context) error {
	conn, err := s.read.Conn(ctx)
	if err != nil {
		return classify(err)
	}
	defer conn.Close()
	h, err := readHeader(ctx, conn)
	if err != nil {
		return classify(err)
	}
	if h.empty() {
		return errors.New("nothing is in it yet: the service makes it a store when it starts")
	}
	if err := h.check(len(migrations)); err != nil {
		return err
	}
	if h.version < int64(len(migrations)) {
		return fmt.Errorf("its schema has version %d, and this program reads version %d: the service brings it to that when it starts",
			h.version, len(migrations))
	}
	return nil
}

func (s *Store) openReaders(mode string) (*sql.DB, error) {
	db, err := sql.Open("sqlite", dsn(s.path, mode+
		fmt.Sprintf("&_busy_timeout=%d&_pragma=cache_size(-8192)&_query_only=1", busy.Milliseconds())))
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(readers)
	db.SetMaxIdleConns(readers)
	return db, nil
}

// own notes whose facts a new store has, and refuses one of another machine.
func (s *Store) own(ctx context.Context, machine string) error {
	was, err := machineID(ctx, s.w.conn)
	switch {
	case err != nil:
		return err
	case was == "" && machine != "":
		_, err = s.w.conn.ExecContext(ctx, `INSERT INTO meta VALUES ('machine', ?)`, machine)
		return classify(err)
	case machine != "" && machine != was:
		return fmt.Errorf("it is of the machine %s, and this one is %s: a service on a copied disk needs a store of its own", was, machine)
	}
	return nil
}

func machineID(ctx context.Context, q *sql.Conn) (id string, err error) {
	err = q.QueryRowContext(ctx, `SELECT value FROM meta WHERE key = 'machine'`).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return id, classify(err)
}

// Reader gives the store for reading alone, on connections of its own: however
// busy these are, who writes goes on. It is closed with the store, and is the
// store itself where that is for reading.
func (s *Store) Reader() *Store {
	if s.reader == nil {
		return s
	}
	return s.reader
}

// Path is where the file is.
func (s *Store) Path() string { return s.path }

// Close writes what is still beside the file into it, and closes it. Closing
// again does nothing.
func (s *Store) Close() (err error) {
	s.closing.Do(func() { err = s.close() })
	return err
}

func (s *Store) close() error {
	var errs []error
	if s.reader != nil {
		errs = append(errs, s.reader.Close())
	}
	if s.read != nil {
		errs = append(errs, s.read.Close())
	}
	if s.back != nil {
		errs = append(errs, s.back.close())
	}
	if s.w != nil {
		errs = append(errs, s.w.close())
	}
	if s.lock != nil {
		errs = append(errs, unlock(s.lock))
	}
	return errors.Join(errs...)
}
