package kaudit

import (
	"context"
	"errors"
	"os"
	"testing"
	"time"
)

// One call has its turn. The next gets it, or learns why not.
func TestTurns(t *testing.T) {
	turns := newTurns()
	if err := turns.take(t.Context()); err != nil {
		t.Fatal(err)
	}
	soon, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if err := turns.take(soon); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("behind a call: %v", err)
	}
	waits := make(chan error)
	go func() { waits <- turns.take(context.Background()) }()
	if !turns.end() || turns.end() {
		t.Error("turns end once")
	}
	if err := <-waits; !errors.Is(err, os.ErrClosed) {
		t.Errorf("what waits at the end: %v", err)
	}
	turns.leave()
	turns.await()
}

// A turn that is free is not for a call that is too late. A select takes any of
// the reasons to go on, so this is tried often.
func TestTurnsTooLate(t *testing.T) {
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	open, closed := newTurns(), newTurns()
	closed.end()
	for range 100 {
		if err := open.take(ended); !errors.Is(err, context.Canceled) {
			t.Fatalf("after the context's end: %v", err)
		}
		if err := closed.take(t.Context()); !errors.Is(err, os.ErrClosed) {
			t.Fatalf("after the end: %v", err)
		}
	}
}
