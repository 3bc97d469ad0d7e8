package store

import (
	"errors"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// TestLockIsGivenBack: a store that was closed can be opened, though a process that
// was forked still shares its lock.
func TestLockIsGivenBack(t *testing.T) {
	s := openTemp(t)
	shared, err := syscall.Dup(int(s.lock.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	defer syscall.Close(shared)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := Open(s.Path(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := again.Close(); err != nil {
		t.Error(err)
	}
}

// TestLockOfForked: a lock that somebody else still shares for a moment, as a
// process does that was just forked, is waited for; one that is held is not.
func TestLockOfForked(t *testing.T) {
	path := filepath.Join(t.TempDir(), "trail.db")
	held, err := lock(path)
	if err != nil {
		t.Fatal(err)
	}
	shared, err := syscall.Dup(int(held.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	if err := held.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := lock(path); !errors.Is(err, ErrInUse) {
		t.Errorf("while it is held: %v", err)
	}
	time.AfterFunc(lockPause, func() { _ = syscall.Close(shared) })
	again, err := lock(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := again.Close(); err != nil {
		t.Error(err)
	}
}
