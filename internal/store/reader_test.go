package store

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/virtaudit/virtaudit/internal/trail"
)

// TestReaderIsApart: whoever takes all connections of the reader stops nobody who
// asks the store itself.
func TestReaderIsApart(t *testing.T) {
	s := openTemp(t)
	commit(t, s, &Batch{Facts: watched(1, 3), State: map[string][]byte{"k": {1}}})
	r := s.Reader()
	if r.Reader() != r {
		t.Error("a reader has another one")
	}
	for range readers {
		tx, err := r.read.BeginTx(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		defer tx.Rollback()
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	if v, err := s.State(ctx, "k"); err != nil || len(v) != 1 {
		t.Errorf("the state is %v (%v), want one byte", v, err)
	}
	if _, err := s.FactsAt(ctx, "", trail.Moment{Millis: 1}); err != nil {
		t.Error(err)
	}
	if err := r.Commit(ctx, &Batch{}); !errors.Is(err, ErrReadOnly) {
		t.Errorf("a reader commits: %v", err)
	}
}

// TestReaderSeesWhatIsCommitted at once.
func TestReaderSeesWhatIsCommitted(t *testing.T) {
	s := openTemp(t)
	for n := range uint64(3) {
		commit(t, s, &Batch{Facts: watched(n+1, 1)})
		if f, err := s.Reader().Fact(t.Context(), n+1); err != nil || f.Seq != n+1 {
			t.Errorf("fact %d: %+v, %v", n+1, f, err)
		}
	}
}
