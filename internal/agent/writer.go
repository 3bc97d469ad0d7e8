package agent

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/reconcile"
	"github.com/virtaudit/virtaudit/internal/store"
	"github.com/virtaudit/virtaudit/record"
)

// offer is what a source has to say, and where it stands when it has said so.
type offer struct {
	facts []fact.Fact
	state map[string][]byte
	// readTo is up to when the log was read, of the log's offers; whole tells
	// that nothing of it is known to be missing since the service was here last.
	readTo int64
	whole  bool
	done   chan struct{}
}

// Bounds of one commit.
const maxFacts = 8192

// writer is who numbers facts, derives the trail from them and commits both. All
// of it is for its own goroutine but offers and jobs.
type writer struct {
	log     *slog.Logger
	store   *store.Store
	deriver *reconcile.Deriver
	emitter *emitter
	feed    *feed
	health  *health
	now     func() time.Time

	offers chan *offer
	jobs   chan func(context.Context) // what needs the store for itself: retention

	life   context.Context // the writer's own
	next   uint64
	readTo int64 // of the log
	whole  bool
	node   string
	ticked int64 // up to when the last Tick said that the log was read
}

// ending ends when the writer does: a source that has begun to hand something
// over while the service stops may still do so.
func (w *writer) ending() context.Context { return w.life }

// offer hands facts over and waits until they are committed.
func (w *writer) offer(ctx context.Context, o *offer) error {
	o.done = make(chan struct{})
	select {
	case w.offers <- o:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	select {
	case <-o.done:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// do runs a job between two commits, and waits for it.
func (w *writer) do(ctx context.Context, job func(context.Context)) error {
	done := make(chan struct{})
	select {
	case w.jobs <- func(ctx context.Context) { defer close(done); job(ctx) }:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// run takes offers until the context ends. What was taken by then is committed.
func (w *writer) run(ctx context.Context) {
	beat := time.NewTicker(time.Second)
	defer beat.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-beat.C:
		case job := <-w.jobs:
			job(ctx)
		case o := <-w.offers:
			w.take(ctx, w.gather(o))
		}
		w.health.beat()
	}
}

// gather takes what else is offered by now, as one commit costs as much as many.
func (w *writer) gather(o *offer) []*offer {
	all, n := []*offer{o}, len(o.facts)
	for n < maxFacts {
		select {
		case o := <-w.offers:
			all, n = append(all, o), n+len(o.facts)
		default:
			return all
		}
	}
	return all
}

// take commits what offers hold, and what follows from it.
func (w *writer) take(ctx context.Context, offers []*offer) {
	b := store.Batch{State: map[string][]byte{}}
	for _, o := range offers {
		for i := range o.facts {
			w.add(&b, o.facts[i])
		}
		for k, v := range o.state {
			b.State[k] = v
		}
		if o.readTo != 0 {
			w.readTo, w.whole = o.readTo, o.whole
		}
	}
	w.tick(&b)
	w.settleIntents(&b)
	if !w.commit(ctx, &b) {
		return
	}
	for _, o := range offers {
		close(o.done)
	}
	w.emit(ctx)
}

// add numbers a fact and derives what follows from it.
func (w *writer) add(b *store.Batch, f fact.Fact) {
	f.Seq = w.next
	w.next++
	if f.Node == "" {
		f.Node = w.node
	}
	b.Facts = append(b.Facts, f)
	w.health.count(&f)
	if err := w.deriver.Add(&f); err != nil {
		w.log.Warn("a fact can't be understood; it is kept", "fact", f.Seq, "error", err)
		w.health.misread()
	}
	w.emitter.take(&f, false)
	if f.Kind != fact.Record || len(w.emitter.open) == 0 {
		return
	}
	var r record.Record
	if f.ParseRecord(&r) != nil {
		return
	}
	if in, ours := w.emitter.seen(&r, w.millis()); ours {
		w.add(b, w.intentFact(in))
	}
}

func (w *writer) millis() int64 { return w.now().UnixMilli() }

func (w *writer) intentFact(in fact.Intended) fact.Fact {
	return fact.Fact{
		Kind: fact.Intent, Source: "emit", Node: w.node,
		Stamp: record.Stamp{Millis: in.At}, Text: fact.Encode(in),
	}
}

// tick notes how far the log was read, where something waits for that.
func (w *writer) tick(b *store.Batch) {
	until, ok := w.deriver.Waiting()
	if !ok || w.readTo < until || w.readTo <= w.ticked {
		return
	}
	w.ticked = w.readTo
	t := fact.Ticked{Source: "log", At: w.readTo}
	w.add(b, fact.Fact{Kind: fact.Tick, Source: "log", Stamp: record.Stamp{Millis: w.millis()}, Text: fact.Encode(t)})
}

// settleIntents finds what became of what the last run of the service was about
// to send.
func (w *writer) settleIntents(b *store.Batch) {
	if len(w.emitter.open) == 0 || w.readTo == 0 {
		return
	}
	outcomes, again := w.emitter.settle(w.readTo, w.whole, w.millis())
	for _, in := range outcomes {
		w.add(b, w.intentFact(in))
	}
	if w.emitter.dial == nil {
		return
	}
	for _, in := range again {
		w.add(b, w.intentFact(in))
	}
}

// commit stores a batch, however long that takes: without room on the disk
// nothing else is taken. It gives false when the service ends before.
func (w *writer) commit(ctx context.Context, b *store.Batch) bool {
	b.Delta = w.deriver.Delta()
	if len(b.Facts) == 0 && len(b.State) == 0 && b.Delta.Empty() {
		return true
	}
	wait := firstWait
	for {
		began := w.now()
		err := w.store.Commit(context.WithoutCancel(ctx), b)
		w.health.commit(len(b.Facts), w.now().Sub(began), err)
		if err == nil {
			w.feed.publish(b.Delta)
			return true
		}
		full := errors.Is(err, store.ErrFull)
		w.log.Error("can't store; nothing is taken until that works", "error", err, "full", full, "facts", len(b.Facts))
		select {
		case <-ctx.Done():
			return false
		case <-time.After(wait):
		}
		wait = min(2*wait, longestWait)
	}
}

// How long to wait before something that failed is stored again.
const (
	firstWait   = 100 * time.Millisecond
	longestWait = 5 * time.Second
)

// emit sends what libvirt should have recorded. Each intent is committed before
// it is sent, and what became of it after.
func (w *writer) emit(ctx context.Context) {
	missing := w.deriver.Missing()
	if w.emitter.dial == nil {
		return
	}
	var plans store.Batch
	for _, m := range missing {
		in := w.emitter.plan(m.Wanted, m.UUID, m.Name, m.Observation, w.millis())
		w.add(&plans, w.intentFact(in))
	}
	if len(plans.Facts) > 0 && !w.commit(ctx, &plans) {
		return
	}
	var outcomes store.Batch
	for _, id := range w.emitter.ids() {
		if o := w.emitter.open[id]; o.State != fact.Planned || o.old {
			continue
		}
		in := w.emitter.send(ctx, id, w.millis())
		w.health.sent(&in)
		level := slog.LevelInfo
		if in.State != fact.Sent {
			level = slog.LevelError
		}
		w.log.Log(ctx, level, "a missing record", "state", in.State, "guest", in.Name, "text", in.Wanted.Text, "why", in.Why)
		w.add(&outcomes, w.intentFact(in))
	}
	if len(outcomes.Facts) > 0 {
		w.commit(ctx, &outcomes)
	}
}

// replay derives the trail from the facts that are stored, and gives nothing of
// it out: its rows are stored too.
func (w *writer) replay(ctx context.Context) error {
	n := 0
	for f, err := range w.store.Facts(ctx, 0) {
		if err != nil {
			return err
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		_ = w.deriver.Add(f) // it was told when the fact came
		w.emitter.take(f, true)
		if n++; n%4096 == 0 {
			w.deriver.Delta()
			w.health.beat()
		}
	}
	w.deriver.Delta()
	w.next = w.store.NextSeq()
	return nil
}
