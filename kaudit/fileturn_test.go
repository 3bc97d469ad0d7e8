//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package kaudit

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// Close ends the calls that wait for their turn, when that whose turn it is has
// ended.
func TestFileClosedWhileLocked(t *testing.T) {
	path := filepath.Join(t.TempDir(), "audit.log")
	f, err := OpenFile(t.Context(), path, FileOptions{})
	if err != nil {
		t.Fatal(err)
	}
	holder, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer holder.Close()
	if err := flock(holder, syscall.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	const calls = 3
	results := make(chan error, calls)
	for range calls {
		go func() { results <- f.Send(context.Background(), aMessage) }()
	}
	for len(f.turns.token) > 0 {
		time.Sleep(time.Millisecond) // until one has its turn; the others wait, or will
	}
	closed := make(chan error)
	go func() { closed <- f.Close() }()
	for range calls - 1 {
		if err := <-results; !errors.Is(err, os.ErrClosed) {
			t.Errorf("error %v, want that of a closed file", err)
		}
	}
	if err := unlock(holder); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(<-results, <-closed); err != nil {
		t.Error(err)
	}
	if text, err := os.ReadFile(path); err != nil || bytes.Count(text, []byte("\n")) != 1 {
		t.Errorf("%q, %v; want one record", text, err)
	}
}
