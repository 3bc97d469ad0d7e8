package store

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/virtaudit/virtaudit/internal/trail"
)

// writerEnv makes of the test's program one that writes a store until it is
// killed.
const writerEnv = "VIRTAUDIT_TEST_WRITER"

func TestMain(m *testing.M) {
	for env, do := range map[string]func(string) error{writerEnv: writeForever, readerEnv: readCount} {
		path := os.Getenv(env)
		if path == "" {
			continue
		}
		if err := do(path); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// readerEnv makes of it one that counts the facts of a store.
const readerEnv = "VIRTAUDIT_TEST_READER"

// readCount tells how many facts a store has.
func readCount(path string) error {
	s, err := OpenRead(path)
	if err != nil {
		return err
	}
	defer s.Close()
	n := 0
	for _, err := range s.Facts(context.Background(), 0) {
		if err != nil {
			return err
		}
		n++
	}
	fmt.Println(n)
	return nil
}

// writeForever commits batches of several facts each, one after another, with
// the number of each in the state and in a session, and tells of each when it is
// committed.
func writeForever(path string) error {
	s, err := Open(path, Options{})
	if err != nil {
		return err
	}
	number, err := batchNumber(context.Background(), s)
	if err != nil {
		return err
	}
	m := newMaker(9)
	for {
		number++
		if err := s.Commit(context.Background(), numbered(m, s.NextSeq(), number)); err != nil {
			return err
		}
		fmt.Println(number)
	}
}

// batchFacts is how many facts a batch of the writer has.
const batchFacts = 7

func numbered(m maker, next, number uint64) *Batch {
	x := m.session(number)
	x.Number = int(number)
	return &Batch{
		Facts: watched(next, batchFacts), Delta: &trail.Delta{Sessions: []*trail.Session{x}},
		State: map[string][]byte{"batch": binary.BigEndian.AppendUint64(nil, number)},
	}
}

func batchNumber(ctx context.Context, s *Store) (uint64, error) {
	value, err := s.State(ctx, "batch")
	if err != nil || value == nil {
		return 0, err
	}
	return binary.BigEndian.Uint64(value), nil
}

// TestKilledWriterLosesNothing kills a process that writes at random moments,
// and looks at what is left: whole batches, and all that it told of.
func TestKilledWriterLosesNothing(t *testing.T) {
	kills := 40
	if testing.Short() {
		kills = 5
	}
	path := filepath.Join(t.TempDir(), "store.db")
	for range kills {
		told := killWriter(t, path, time.Duration(rand.IntN(120))*time.Millisecond)
		s, err := Open(path, Options{})
		if err != nil {
			t.Fatal(err)
		}
		checkBatches(t, s, told)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// killWriter lets a process write for a time after its first commit, and gives
// the last batch that it told of.
func killWriter(t *testing.T, path string, after time.Duration) (told uint64) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), writerEnv+"="+path)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if told == 0 {
			time.AfterFunc(after, func() { _ = cmd.Process.Kill() })
		}
		if told, err = strconv.ParseUint(lines.Text(), 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	if err := cmd.Wait(); err == nil || stderr.Len() > 0 {
		t.Fatalf("the writer ended by itself: %v, %s", err, stderr.Bytes())
	}
	return told
}

func checkBatches(t *testing.T, s *Store, told uint64) {
	t.Helper()
	number, err := batchNumber(t.Context(), s)
	if err != nil || number < told {
		t.Fatalf("batch %d is the last (%v), and %d was told of", number, err, told)
	}
	if want := number*batchFacts + 1; s.NextSeq() != want || uint64(countFacts(t, s)) != want-1 {
		t.Fatalf("%d facts are there and %d is next, want %d", countFacts(t, s), s.NextSeq(), want)
	}
	c, err := s.Counts(t.Context())
	if err != nil || uint64(c.Sessions) != number {
		t.Fatalf("%d sessions are there (%v), want %d", c.Sessions, err, number)
	}
	var check string
	if err := s.read.QueryRowContext(t.Context(), `PRAGMA integrity_check`).Scan(&check); err != nil || check != "ok" {
		t.Fatalf("the file's integrity: %s, %v", check, err)
	}
}
