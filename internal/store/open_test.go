package store

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/virtaudit/virtaudit/internal/fact"
)

// openTemp opens a new store that is closed with the test.
func openTemp(t testing.TB) *Store {
	t.Helper()
	return reopen(t, filepath.Join(t.TempDir(), "virtaudit", "store.db"))
}

func reopen(t testing.TB, path string) *Store {
	t.Helper()
	s, err := Open(path, Options{MachineID: "m1"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func commit(t testing.TB, s *Store, b *Batch) {
	t.Helper()
	if err := s.Commit(context.Background(), b); err != nil {
		t.Fatal(err)
	}
}

// watched makes n facts, numbered from a number on.
func watched(from uint64, n int) []fact.Fact {
	facts := make([]fact.Fact, n)
	for i := range facts {
		f := &facts[i]
		f.Seq, f.Kind, f.Node, f.Source = from+uint64(i), fact.Watch, "kvm01", "file"
		f.Stamp.Millis = 1_700_000_000_000 + int64(f.Seq)
		f.Text = fact.Encode(fact.Watched{Source: "file", Up: true, At: f.Stamp.Millis})
	}
	return facts
}

func TestOpenMakesPrivateFiles(t *testing.T) {
	s := openTemp(t)
	commit(t, s, &Batch{Facts: watched(1, 3)})
	for name, want := range map[string]os.FileMode{
		filepath.Dir(s.Path()): 0o700, s.Path(): 0o600, s.Path() + "-wal": 0o600, s.Path() + "-shm": 0o600, s.Path() + ".lock": 0o600,
	} {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != want {
			t.Errorf("%s has mode %o, want %o", name, got, want)
		}
	}
}

// TestOpenTakesRightsAway: a copy that all could read is a store that none can but
// its owner.
func TestOpenTakesRightsAway(t *testing.T) {
	s := openTemp(t)
	commit(t, s, &Batch{Facts: watched(1, 3)})
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(s.Path(), 0o644); err != nil {
		t.Fatal(err)
	}
	s = reopen(t, s.Path())
	commit(t, s, &Batch{Facts: watched(4, 1)})
	for _, name := range []string{s.Path(), s.Path() + "-wal", s.Path() + "-shm"} {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != 0o600 {
			t.Errorf("%s has mode %o", name, got)
		}
	}
}

// TestOpenBehindLink: a file has one writer, whatever it is called.
func TestOpenBehindLink(t *testing.T) {
	s := openTemp(t)
	link := filepath.Join(t.TempDir(), "link.db")
	if err := os.Symlink(s.Path(), link); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(link, Options{}); !errors.Is(err, ErrInUse) {
		t.Errorf("a second Open gives %v, want ErrInUse", err)
	}
	r, err := OpenRead(link)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	nowhere := filepath.Join(t.TempDir(), "nowhere.db")
	if err := os.Symlink(nowhere+".not", nowhere); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(nowhere, Options{}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("behind a link to no file: %v", err)
	}
}

func TestOpenFolder(t *testing.T) {
	dir := t.TempDir()
	_, write := Open(dir, Options{})
	_, read := OpenRead(dir)
	for _, err := range []error{write, read} {
		if err == nil || !strings.Contains(err.Error(), "it is a folder") {
			t.Errorf("a folder is opened with %v", err)
		}
	}
}

// TestOpenDamaged: what SQLite calls malformed says what to do.
func TestOpenDamaged(t *testing.T) {
	s := openTemp(t)
	commit(t, s, &Batch{Facts: watched(1, 100)})
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(s.Path())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(s.Path(), text[:len(text)/3], 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(s.Path(), Options{}); err == nil || !strings.Contains(err.Error(), "the file is damaged") {
		t.Errorf("a third of a store is opened with %v", err)
	}
}

func TestOpenIsDurable(t *testing.T) {
	s := openTemp(t)
	for pragma, want := range map[string]string{"synchronous": "2", "journal_mode": "wal", "auto_vacuum": "2"} {
		var got string
		if err := s.w.conn.QueryRowContext(t.Context(), "PRAGMA "+pragma).Scan(&got); err != nil {
			t.Fatal(err)
		}
		if got != want {
			t.Errorf("%s is %s, want %s", pragma, got, want)
		}
	}
}

func TestOpenRefusesSecondWriter(t *testing.T) {
	s := openTemp(t)
	if _, err := Open(s.Path(), Options{}); !errors.Is(err, ErrInUse) {
		t.Errorf("a second Open gives %v, want ErrInUse", err)
	}
	commit(t, s, &Batch{Facts: watched(1, 1)}) // the first one still writes
}

func TestOpenRefusesOtherMachine(t *testing.T) {
	s := openTemp(t)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(s.Path(), Options{MachineID: "m2"}); err == nil || !strings.Contains(err.Error(), "of the machine m1") {
		t.Errorf("Open with another machine's id gives %v", err)
	}
	s = reopen(t, s.Path())
	if id, err := machineID(t.Context(), s.w.conn); err != nil || id != "m1" {
		t.Errorf("the machine is %q (%v), want m1", id, err)
	}
}

func TestOpenRefusesOtherFiles(t *testing.T) {
	garbage := filepath.Join(t.TempDir(), "garbage")
	if err := os.WriteFile(garbage, []byte(strings.Repeat("no database ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	foreign := filepath.Join(t.TempDir(), "foreign")
	execFile(t, foreign, `CREATE TABLE t (x)`)
	for _, path := range []string{garbage, foreign} {
		before, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Open(path, Options{}); !errors.Is(err, ErrNotStore) {
			t.Errorf("Open(%s) gives %v, want ErrNotStore", filepath.Base(path), err)
		}
		if _, err := OpenRead(path); !errors.Is(err, ErrNotStore) {
			t.Errorf("OpenRead(%s) gives %v, want ErrNotStore", filepath.Base(path), err)
		}
		if after, err := os.ReadFile(path); err != nil || string(after) != string(before) {
			t.Errorf("%s was changed (%v)", filepath.Base(path), err)
		}
	}
}

func TestOpenRefusesNewer(t *testing.T) {
	s := openTemp(t)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	execFile(t, s.Path(), `PRAGMA user_version = 99`)
	for name, open := range map[string]func() (*Store, error){
		"Open":     func() (*Store, error) { return Open(s.Path(), Options{}) },
		"OpenRead": func() (*Store, error) { return OpenRead(s.Path()) },
	} {
		if _, err := open(); !errors.Is(err, ErrNewer) || !strings.Contains(err.Error(), "version 99") {
			t.Errorf("%s gives %v, want ErrNewer and the version", name, err)
		}
	}
}

// execFile runs a script on a database file.
func execFile(t *testing.T, path, script string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), script); err != nil {
		t.Fatal(err)
	}
}

func TestOpenReadMissing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "none.db")
	if _, err := OpenRead(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("OpenRead of no file gives %v", err)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("OpenRead made a file")
	}
}

// TestOpenReadOfNewFile: a service that starts makes the file, and then what is in it.
func TestOpenReadOfNewFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new.db")
	if err := makeFile(path); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenRead(path); err == nil || errors.Is(err, ErrNotStore) || !strings.Contains(err.Error(), "nothing is in it yet") {
		t.Errorf("OpenRead of a new file gives %v", err)
	}
}

func TestOpenReadBesideWriter(t *testing.T) {
	s := openTemp(t)
	r, err := OpenRead(s.Path())
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	commit(t, s, &Batch{Facts: watched(1, 5)})
	if n := countFacts(t, r); n != 5 {
		t.Errorf("a reader sees %d facts, want 5", n)
	}
	if err := r.Commit(t.Context(), &Batch{Facts: watched(6, 1)}); !errors.Is(err, ErrReadOnly) {
		t.Errorf("a reader's Commit gives %v", err)
	}
}

func countFacts(t *testing.T, s *Store) (n int) {
	t.Helper()
	for _, err := range s.Facts(t.Context(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		n++
	}
	return n
}
