package agent

import (
	"context"
	"errors"
	"time"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/store"
	"github.com/virtaudit/virtaudit/internal/trail"
)

// retentionPeriod is how often it is checked for what is too old. After a failure, such as
// a full disk, it is tried again after retentionAgain, then after twice that, and so on:
// deriving everything anew takes long, and nothing else is taken meanwhile.
const (
	retentionPeriod = 24 * time.Hour
	retentionAgain  = 10 * time.Minute
)

// retain removes what is older than keep, again and again. It runs beside the writer; the
// store lets the two take turns.
func (w *writer) retain(ctx context.Context, keep time.Duration) {
	if keep <= 0 {
		return
	}
	tick := time.NewTimer(time.Minute)
	defer tick.Stop()
	for again := retentionAgain; ; {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		err := w.removeBefore(ctx, w.now().Add(-keep))
		if err == nil || ctx.Err() != nil {
			again = retentionAgain
			tick.Reset(retentionPeriod)
			continue
		}
		w.log.Error("what is too old can't be removed, or the trail not be derived anew behind that", "again in", again, "error", err)
		tick.Reset(again)
		again = min(2*again, retentionPeriod)
	}
}

// removeBefore removes what ended before a time, and then has the rows derived anew from
// what is left, as some tell of what several sessions did. As long as that is owed nothing
// more is removed: the rows still tell of removed sessions, which would be counted twice.
// If the service ends before, it is done at the next start.
func (w *writer) removeBefore(ctx context.Context, cutoff time.Time) error {
	if w.owed {
		if err := w.askAnew(ctx); err != nil {
			return err
		}
	}
	if err := w.remove(ctx, cutoff); err != nil || !w.owed {
		return err
	}
	return w.askAnew(ctx)
}

// remove removes what ended before a time, and notes whether the rows have to be derived
// anew after that.
func (w *writer) remove(ctx context.Context, cutoff time.Time) error {
	if err := w.setRules([]byte("retention")); err != nil {
		return err
	}
	sessions, facts, err := w.store.Retain(ctx, cutoff.UnixMilli())
	if sessions == 0 && facts == 0 && err == nil {
		return w.setRules(w.derived()[rulesKey])
	}
	w.cutoff.Store(cutoff.UnixMilli())
	w.owed = true
	w.removed()
	w.log.Info("removed what is too old", "before", cutoff, "sessions", sessions, "facts", facts)
	return err
}

// askAnew has the writer derive all rows anew.
func (w *writer) askAnew(ctx context.Context) error {
	again := rederiving{ctx, make(chan error, 1)}
	select {
	case w.rederivings <- again:
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case err := <-again.done:
		w.owed = err != nil
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// setRules stores by which rules the rows count as derived.
func (w *writer) setRules(by []byte) error {
	return w.store.Commit(context.Background(), &store.Batch{Delta: &trail.Delta{}, State: map[string][]byte{rulesKey: by}})
}

func (w *writer) derived() map[string][]byte {
	return DerivedState(time.Duration(w.window) * time.Millisecond)
}

// A rederiving asks the writer to derive all rows anew, until the context ends.
type rederiving struct {
	ctx  context.Context
	done chan error
}

// rederive derives all rows anew, as if what retention removed had never been. Open
// intents stay as they are.
func (w *writer) rederive(ctx context.Context) error {
	if !w.stored() {
		return errors.New("what came before is not stored")
	}
	w.miss() // what the old Deriver has still to tell
	if err := w.deriveAnew(ctx, func(*fact.Fact) {}, w.derived()); err != nil {
		return err
	}
	w.deriver.Missing() // these are known already, or were not to be sent
	w.feed.reset()
	return nil
}
