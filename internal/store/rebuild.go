package store

import (
	"context"
	"fmt"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/trail"
)

// A Deriver makes the trail of facts.
type Deriver interface {
	// Add takes the next fact. An error is of that fact alone, which is skipped.
	Add(*fact.Fact) error
	// Delta gives what the facts since the last call changed.
	Delta() *trail.Delta
}

// derived are the tables that can be made anew from the facts.
var derived = append([]string{
	"guests", "names", "resources", "senders", "sessions", "belongs", "events", "findings", "observed", "unwatched", "last_seen",
}, parts...)

// rebuildStep is how many facts go into one Delta.
const rebuildStep = 4096

// Rebuild derives all anew from the facts, in one transaction: until it is done
// all who read see what was there before, and after an error or a crash it is
// there still. derive gives a Deriver that knows nothing but the Checkpoint; state
// is set as by Commit.
func (s *Store) Rebuild(ctx context.Context, derive func() Deriver, state map[string][]byte) error {
	if s.w == nil {
		return ErrReadOnly
	}
	w := s.w
	w.mu.Lock()
	defer w.mu.Unlock()
	err := w.transact(func() error {
		if err := w.keepBoots(); err != nil {
			return fmt.Errorf("boots: %w", err)
		}
		for _, table := range derived {
			if err := w.exec(`DELETE FROM ` + table); err != nil {
				return fmt.Errorf("%s: %w", table, err)
			}
		}
		w.forget()
		if err := s.derive(ctx, derive()); err != nil {
			return err
		}
		return w.putState(state)
	})
	if err != nil {
		return fmt.Errorf("store %s: rebuild: %w", s.path, err)
	}
	return nil
}

func (s *Store) derive(ctx context.Context, d Deriver) error {
	n := 0
	for f, err := range s.Facts(ctx, 0) {
		if err != nil {
			return err
		}
		if err := s.w.putObserved(f); err != nil {
			return fmt.Errorf("guest of fact %d: %w", f.Seq, err)
		}
		if d.Add(f) != nil {
			continue // as when it was new
		}
		if n++; n%rebuildStep == 0 {
			if err := s.w.putDelta(d.Delta()); err != nil {
				return err
			}
		}
	}
	return s.w.putDelta(d.Delta())
}
