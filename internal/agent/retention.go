package agent

import (
	"context"
	"time"
)

// retentionPeriod is how often what is too old is looked for.
const retentionPeriod = 6 * time.Hour

// retain removes what is older than keep, again and again. It does so beside the
// writer: the store lets the two go in turns.
func (w *writer) retain(ctx context.Context, keep time.Duration) {
	if keep <= 0 {
		return
	}
	tick := time.NewTimer(time.Minute)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		cutoff := w.now().Add(-keep)
		w.removeBefore(ctx, cutoff)
		tick.Reset(retentionPeriod)
	}
}

func (w *writer) removeBefore(ctx context.Context, cutoff time.Time) {
	w.cutoff.Store(cutoff.UnixMilli())
	sessions, facts, err := w.store.Retain(ctx, cutoff.UnixMilli())
	w.removed()
	if err != nil {
		w.log.Error("can't remove what is too old", "before", cutoff, "error", err)
		return
	}
	if facts > 0 {
		w.log.Info("removed what is too old", "before", cutoff, "sessions", sessions, "facts", facts)
	}
}
