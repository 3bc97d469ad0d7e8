package agent

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/virtaudit/virtaudit/internal/demo"
	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/reconcile"
	"github.com/virtaudit/virtaudit/internal/store"
)

// TestRetentionIsRebuild: after a retention, and with all that is told behind it,
// the rows are those that a rebuild from what is left gives.
func TestRetentionIsRebuild(t *testing.T) {
	t.Parallel()
	facts := demoFacts(t)
	removed := int64(0)
	tenths := []int{7, 10, 2, 4, 6, 8, 9}
	for _, tenth := range tenths[:cases(len(tenths), 2)] {
		w := newWriter(t, &kernel{})
		w.node = facts[0].Node
		n := len(facts) * tenth / 10
		go w.run(t.Context())
		w.handAll(t, facts[:n])
		subscribed, cancel := w.feed.subscribe()
		defer cancel()
		w.mustRemove(t, latest(facts[:n]))
		for range subscribed { // it ends where all is to be read anew
		}
		w.handAll(t, facts[n:])
		c, err := w.store.Checkpoint(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		removed += c.Sessions
		equalsRebuild(t, w.store, c)
	}
	if removed < 3 {
		t.Errorf("%d sessions went", removed)
	}
}

// demoFacts are those of a real host's day.
func demoFacts(t *testing.T) (facts []fact.Fact) {
	t.Helper()
	for f, err := range demo.Facts() {
		if err != nil {
			t.Fatal(err)
		}
		f.Seq = 0
		facts = append(facts, f)
	}
	return facts
}

// mustRemove removes what is over since before a time.
func (w *writer) mustRemove(t *testing.T, millis int64) {
	t.Helper()
	if err := w.removeBefore(t.Context(), time.UnixMilli(millis)); err != nil {
		t.Fatal(err)
	}
}

func latest(facts []fact.Fact) (millis int64) {
	for i := range facts {
		millis = max(millis, facts[i].Stamp.Millis)
	}
	return millis
}

// handAll has the writer's own goroutine take facts, some at a time.
func (w *writer) handAll(t *testing.T, facts []fact.Fact) {
	t.Helper()
	for some := range slices.Chunk(facts, 50) {
		o := &offer{facts: some}
		if err := errors.Join(w.hand(t.Context(), o), o.wait(t.Context())); err != nil {
			t.Fatal(err)
		}
	}
}

func equalsRebuild(t *testing.T, s *store.Store, c *store.Checkpoint) {
	t.Helper()
	was := dumpOf(t, s)
	err := s.Rebuild(t.Context(), func() store.Deriver {
		return reconcile.New(reconcile.Options{Numbers: c.Numbers, Boots: c.Boots})
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if is := dumpOf(t, s); !bytes.Equal(was, is) {
		a, b := bytes.Split(was, []byte("\n")), bytes.Split(is, []byte("\n"))
		for i := range min(len(a), len(b)) {
			if !bytes.Equal(a[i], b[i]) {
				t.Fatalf("after %d sessions and %d facts went, line %d is\n%s\na rebuild gives\n%s", c.Sessions, c.Facts, i, a[i], b[i])
			}
		}
		t.Fatalf("%d lines, a rebuild gives %d", len(a), len(b))
	}
}

func dumpOf(t *testing.T, s *store.Store) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := s.Dump(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestRetentionCutShort: where the service ended after a retention and before the
// rows were derived anew, it is known; where nothing was removed, nothing is to do.
func TestRetentionCutShort(t *testing.T) {
	w := newWriter(t, &kernel{})
	w.mustRemove(t, begun)
	if by, err := w.store.State(t.Context(), rulesKey); err != nil || string(by) != string(w.derived()[rulesKey]) {
		t.Errorf("with nothing removed: derived by %q (%v)", by, err)
	}
	old := fact.Fact{Kind: fact.Observation, Source: "proc", Text: []byte("{}")}
	old.Stamp.Millis = begun - 3600_000
	w.tell(t.Context(), 0, old)
	ctx, cancel := context.WithCancel(t.Context())
	w.removed = cancel // the service stops when it was removed
	if err := w.removeBefore(ctx, time.UnixMilli(begun)); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if by, err := w.store.State(t.Context(), rulesKey); err != nil || string(by) == string(w.derived()[rulesKey]) {
		t.Errorf("cut short: derived by %q (%v)", by, err)
	}
}

// TestRetentionKeepsIntents: what is open of emission stays open, and is sent once.
func TestRetentionKeepsIntents(t *testing.T) {
	w := newWriter(t, &kernel{})
	w.emitter.open[1] = &intent{}
	w.lacking = []lack{{since: begun}}
	if err := w.rederive(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(w.emitter.open) != 1 || len(w.lacking) != 1 {
		t.Errorf("%d intents, %d lacking records are left", len(w.emitter.open), len(w.lacking))
	}
}

// TestRederivingIsOwed: where the rows could not be derived anew behind a retention,
// that is done before anything else is removed: what they still tell of would be
// counted twice.
func TestRederivingIsOwed(t *testing.T) {
	t.Parallel()
	facts := demoFacts(t)
	for _, tenth := range []int{5, 9, 6, 7, 8}[:cases(5, 2)] {
		for _, late := range []bool{false, true} { // more is told before that is tried again
			w := newWriter(t, &kernel{})
			w.node = facts[0].Node
			n := len(facts) * tenth / 10
			go w.run(t.Context())
			w.handAll(t, facts[:n])
			ctx, cancel := context.WithCancel(t.Context())
			w.removed = cancel
			cutoff := latest(facts[:n])
			if err := w.removeBefore(ctx, time.UnixMilli(cutoff)); !errors.Is(err, context.Canceled) {
				t.Fatalf("it was to be cut short: %v", err)
			}
			was := w.checkpoint(t)
			if late {
				w.handAll(t, facts[n:])
			}
			w.mustRemove(t, cutoff)
			if !late {
				w.handAll(t, facts[n:])
			}
			is := w.checkpoint(t)
			if was.Sessions == 0 || is.Sessions != was.Sessions || !maps.Equal(is.Numbers, was.Numbers) {
				t.Errorf("%d/10, late %t: %d sessions went, %v; tried again they are %d, %v",
					tenth, late, was.Sessions, was.Numbers, is.Sessions, is.Numbers)
			}
			equalsRebuild(t, w.store, is)
			if by, err := w.store.State(t.Context(), rulesKey); err != nil || string(by) != string(w.derived()[rulesKey]) {
				t.Errorf("%d/10, late %t: the rows are said to be derived by %q (%v)", tenth, late, by, err)
			}
		}
	}
}

func (w *writer) checkpoint(t *testing.T) *store.Checkpoint {
	t.Helper()
	c, err := w.store.Checkpoint(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestDerivingAnewIsAlive: a step of it, such as deleting all rows, may take minutes.
func TestDerivingAnewIsAlive(t *testing.T) {
	now := time.UnixMilli(begun)
	w := newWriter(t, &kernel{})
	w.tell(t.Context(), 0, ownRecord(t))
	w.health.now = func() time.Time { return now }
	seen := 0
	err := w.deriveAnew(t.Context(), func(*fact.Fact) {
		seen++
		if now = now.Add(stuckAtLength - time.Second); !w.health.alive() {
			t.Error("the writer is said to hang")
		}
	}, nil)
	if err != nil || seen == 0 || !w.health.alive() {
		t.Errorf("%d facts seen (%v); alive: %t", seen, err, w.health.alive())
	}
}
