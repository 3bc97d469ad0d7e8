package store

import (
	"context"
	"fmt"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/trail"
)

// A Batch is what is committed at once: facts, what was derived from them, and the
// states that must be stored together with them.
type Batch struct {
	// Facts are numbered from NextSeq on.
	Facts []fact.Fact
	// Delta is what the facts changed in the trail; nil means nothing.
	Delta *trail.Delta
	// State has the values to set by key; nil deletes a key.
	State map[string][]byte
}

// Commit writes a batch as a whole or not at all. After ErrFull the same batch can be
// committed again. A context that is done only stops it before it begins.
func (s *Store) Commit(ctx context.Context, b *Batch) error {
	if s.w == nil {
		return ErrReadOnly
	}
	w := s.w
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	for i := range b.Facts {
		if want := w.next + uint64(i); b.Facts[i].Seq != want {
			return fmt.Errorf("%w: %d, where %d is next", ErrOrder, b.Facts[i].Seq, want)
		}
	}
	if err := w.transact(func() error { return w.put(b) }); err != nil {
		return fmt.Errorf("store %s: commit: %w", s.path, err)
	}
	w.next += uint64(len(b.Facts))
	s.back.wrote()
	return nil
}

func (w *writer) put(b *Batch) error {
	if err := w.putFacts(b.Facts); err != nil {
		return err
	}
	if b.Delta != nil {
		if err := w.putDelta(b.Delta); err != nil {
			return err
		}
	}
	return w.putState(b.State)
}

// NextSeq is the number of the next fact.
func (s *Store) NextSeq() uint64 {
	if s.w == nil {
		return 0
	}
	s.w.mu.Lock()
	defer s.w.mu.Unlock()
	return s.w.next
}
