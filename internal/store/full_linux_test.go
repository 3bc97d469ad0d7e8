package store

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"syscall"
	"testing"

	"github.com/virtaudit/virtaudit/internal/trail"
)

// smallDisk gives a folder on a file system of its own that has 8 MiB.
func smallDisk(t *testing.T) string {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("needs root, to mount a small file system")
	}
	dir := t.TempDir()
	if err := syscall.Mount("none", dir, "tmpfs", 0, "size=8m,mode=0700"); err != nil {
		t.Skipf("needs a small file system: mount: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// TestFullDisk fills a disk under a store again and again: what was committed
// stays and can be read, and the batch that didn't fit goes in when there is
// room.
func TestFullDisk(t *testing.T) {
	dir := smallDisk(t)
	ballast := filepath.Join(dir, "ballast")
	s := reopen(t, filepath.Join(dir, "store.db"))
	m := newMaker(10)
	number := uint64(0)
	for round := range 4 {
		if err := os.WriteFile(ballast, make([]byte, 4<<20-round<<19), 0o600); err != nil {
			t.Fatal(err)
		}
		failed := fillUp(t, s, m, &number)
		for range 3 {
			if err := s.Commit(t.Context(), failed); !errors.Is(err, ErrFull) {
				t.Fatalf("round %d: once more on the full disk: %v, want ErrFull", round, err)
			}
		}
		checkBatches(t, s, number)
		if got, err := s.Session(t.Context(), number); err != nil || got.ID != number {
			t.Errorf("round %d: the last session: %+v, %v", round, got, err)
		}
		if err := os.Remove(ballast); err != nil {
			t.Fatal(err)
		}
		if err := s.Commit(t.Context(), failed); err != nil {
			t.Fatalf("round %d: with room again: %v", round, err)
		}
		number++
		if got, err := s.Session(t.Context(), number); err != nil || !reflect.DeepEqual(got, failed.Delta.Sessions[0]) {
			t.Errorf("round %d: the session that didn't fit: %+v, %v", round, got, err)
		}
	}
	checkBatches(t, s, number)
}

// fillUp commits until the disk is full, and gives the batch that failed.
func fillUp(t *testing.T, s *Store, m maker, number *uint64) *Batch {
	t.Helper()
	for range 10_000 {
		b := numbered(m, s.NextSeq(), *number+1)
		for len(b.Delta.Sessions[0].Holdings) < 50 {
			b.Delta.Sessions[0].Holdings = append(b.Delta.Sessions[0].Holdings, trail.Holding{Kind: "disk", ID: "/srv/a"})
		}
		err := s.Commit(t.Context(), b)
		if errors.Is(err, ErrFull) {
			return b
		}
		if err != nil {
			t.Fatal(err)
		}
		*number++
	}
	t.Fatal("the disk was never full")
	return nil
}

// TestFullDiskAtOpen opens a store where there is no room for its files.
func TestFullDiskAtOpen(t *testing.T) {
	dir := smallDisk(t)
	if err := os.WriteFile(filepath.Join(dir, "ballast"), make([]byte, 8<<20-3*4096), 0o600); err != nil {
		t.Fatal(err)
	}
	if s, err := Open(filepath.Join(dir, "store.db"), Options{}); !errors.Is(err, ErrFull) {
		t.Errorf("Open on a full disk gives %v, %v, want ErrFull", s, err)
	}
}
