package store

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/virtaudit/virtaudit/internal/trail"
)

// earlier is a schema that came before that of today, as far as this test goes:
// its facts had no mark of what is settled.
var earlier = strings.Replace(schema1, "	settled INTEGER NOT NULL,\n", "", 1)

// TestMigration fills a file of version 1 and opens it with a program that has
// two more versions.
func TestMigration(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	old, err := open(path, Options{MachineID: "m1"}, []string{earlier})
	if err != nil {
		t.Fatal(err)
	}
	execStore(t, old, `INSERT INTO facts VALUES (1, 5, 'kvm01', '', 0, 17, 0, x'74657874')`)
	if err := old.Close(); err != nil {
		t.Fatal(err)
	}
	steps := []string{
		earlier,
		`ALTER TABLE facts RENAME TO old_facts;` + factsOf(t) + `;
			INSERT INTO facts SELECT seq, kind, node, source, type, millis, serial, 0, text FROM old_facts; DROP TABLE old_facts`,
		`CREATE TABLE added (x INTEGER) STRICT`,
	}
	s, err := open(path, Options{MachineID: "m1"}, steps)
	if err != nil {
		t.Fatal(err)
	}
	f, err := s.Fact(t.Context(), 1)
	if err != nil || string(f.Text) != "text" || f.Stamp.Millis != 17 || s.NextSeq() != 2 {
		t.Errorf("got %+v, %v", f, err)
	}
	commit(t, s, &Batch{Facts: watched(2, 1)})
	execStore(t, s, `INSERT INTO added VALUES (1)`)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := open(path, Options{}, steps[:2]); !errors.Is(err, ErrNewer) {
		t.Errorf("a program that knows version 2 gives %v, want ErrNewer", err)
	}
}

// factsOf gives the statement of the schema that makes the facts.
func factsOf(t *testing.T) string {
	t.Helper()
	_, behind, ok := strings.Cut(schema1, "CREATE TABLE facts (")
	body, _, ok2 := strings.Cut(behind, ") STRICT;")
	if !ok || !ok2 {
		t.Fatal("the schema has no facts")
	}
	return "CREATE TABLE facts (" + body + ") STRICT"
}

func execStore(t *testing.T, s *Store, query string) {
	t.Helper()
	if _, err := s.w.conn.ExecContext(t.Context(), query); err != nil {
		t.Fatal(err)
	}
}

// TestFailedMigrationLeavesTheFile has a step that fails behind one that works.
func TestFailedMigrationLeavesTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	s, err := open(path, Options{}, migrations)
	if err != nil {
		t.Fatal(err)
	}
	commit(t, s, &Batch{Facts: watched(1, 2)})
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	steps := append(slices.Clone(migrations), `CREATE TABLE added (x INTEGER); INSERT INTO nothing VALUES (1)`)
	if _, err := open(path, Options{}, steps); err == nil || !strings.Contains(err.Error(), fmt.Sprint("version ", len(steps))) {
		t.Fatalf("a migration that fails gives %v", err)
	} else if strings.Contains(err.Error(), "closed") {
		t.Errorf("a migration that fails tells of what was closed behind it: %v", err)
	}
	if s, err = open(path, Options{}, migrations); err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if n := countFacts(t, s); n != 2 {
		t.Errorf("%d facts are left, want 2", n)
	}
}

// TestReaderWantsNewestSchema has a file that its service hasn't opened yet.
func TestReaderWantsNewestSchema(t *testing.T) {
	s := openTemp(t)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	steps := migrations
	migrations = append(slices.Clone(steps), `CREATE TABLE added (x INTEGER)`)
	defer func() { migrations = steps }()
	if _, err := OpenRead(s.Path()); err == nil || !strings.Contains(err.Error(), fmt.Sprint("version ", len(steps))) {
		t.Errorf("OpenRead of an older file gives %v", err)
	}
}

// TestMigrationOfEvents: events of a file that knew no belonging have their
// sessions still, and new ones may belong to others.
func TestMigrationOfEvents(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	old, err := open(path, Options{}, migrations[:1])
	if err != nil {
		t.Fatal(err)
	}
	ev := trail.Event{Fact: 3, SessionID: 7, At: trail.Moment{Millis: 10}}
	if err := old.w.putEvent(&ev); err != nil {
		t.Fatal(err)
	}
	if err := old.Close(); err != nil {
		t.Fatal(err)
	}
	s := reopen(t, path)
	later := trail.Event{Fact: 4, SessionID: 4, At: trail.Moment{Millis: 20}}
	writeDelta(t, s, &trail.Delta{Events: []*trail.Event{&later}, Belongs: map[uint64]uint64{4: 7}})
	list, _, err := s.Events(t.Context(), EventQuery{Session: 7})
	if err != nil || len(list) != 2 || list[0].SessionID != 7 || list[1].SessionID != 7 {
		t.Errorf("events of session 7: %+v, %v", list, err)
	}
}
