package agent

import (
	"errors"
	"testing"
	"time"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/store"
	"github.com/virtaudit/virtaudit/record"
)

// TestRetentionBesideTheWriter: what is offered while old facts are removed is taken
// long before that is done.
func TestRetentionBesideTheWriter(t *testing.T) {
	w := newWriter(t, &kernel{})
	const n = 60_000
	for from := 0; from < n; from += maxFacts {
		var b store.Batch
		for i := from; i < min(from+maxFacts, n); i++ {
			b.Facts = append(b.Facts, fact.Fact{
				Seq: uint64(i + 1), Kind: fact.Observation, Node: "here", Source: "proc", Stamp: record.Stamp{Millis: int64(i + 1)}, Text: []byte("{}"),
			})
		}
		if err := w.store.Commit(t.Context(), &b); err != nil {
			t.Fatal(err)
		}
	}
	w.next = w.store.NextSeq()
	told := false
	w.removed = func() { told = true }
	go w.run(t.Context())
	removed := make(chan struct{})
	go func() {
		defer close(removed)
		if err := w.removeBefore(t.Context(), time.UnixMilli(n)); err != nil {
			t.Error(err)
		}
	}()
	taken := 0
	for done := false; !done; taken++ {
		tick := fact.Fact{Kind: fact.Tick, Source: "log", Stamp: record.Stamp{Millis: n}, Text: fact.Encode(fact.Ticked{Source: "log", At: n})}
		o := &offer{facts: []fact.Fact{tick}}
		if err := errors.Join(w.hand(t.Context(), o), o.wait(t.Context())); err != nil {
			t.Fatal(err)
		}
		select {
		case <-removed:
			done = true
		default:
		}
	}
	c, err := w.store.Checkpoint(t.Context())
	if err != nil || c.Facts < n/2 || taken < 3 {
		t.Errorf("%d facts removed (%v), %d offers taken meanwhile", c.Facts, err, taken)
	}
	if !told {
		t.Error("nobody is told that something was removed")
	}
	if w.cutoff.Load() != n {
		t.Errorf("records before %d are dropped", w.cutoff.Load())
	}
}
