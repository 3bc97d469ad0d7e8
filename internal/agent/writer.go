package agent

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
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
	way    string
	done   chan struct{}
}

// Bounds of one commit.
const maxFacts = 8192

// writer is who numbers facts, derives the trail from them and commits both: one
// batch is committed while the next is derived. All of it is for its own goroutine
// but offers, cutoff and owed.
type writer struct {
	log     *slog.Logger
	store   *store.Store
	deriver *reconcile.Deriver
	emitter *emitter
	feed    *feed
	health  *health
	now     func() time.Time

	offers      chan *offer
	rederivings chan rederiving
	// storing gives whether the last batch was stored, once that is known; nil where
	// none is being stored. failed tells that the service ends before one was.
	storing chan bool
	failed  bool

	life   context.Context // the writer's own
	next   uint64
	readTo int64 // of the log
	whole  bool
	node   string
	ticked int64 // up to when the last Tick said that the log was read
	// mark is up to when the facts say that the log was read, and window by how
	// much it may seem to go back without doing so: both as the Deriver has them.
	mark, window int64
	way          string // of the log
	lacking      []lack
	// unread is up to when the log must be read before what was planned is sent.
	unread int64
	// cutoff is before when what is over was removed: such records are not taken
	// from a log that is read anew.
	cutoff atomic.Int64
	// removed is called after a retention. owed is, of the goroutine of retain alone,
	// that the rows are not yet derived anew behind one.
	removed func()
	owed    bool
}

// ending ends when the writer does: a source that has begun to hand something
// over while the service stops may still do so.
func (w *writer) ending() context.Context { return w.life }

// hand hands facts over. They are committed after those that were handed over
// before, or with them.
func (w *writer) hand(ctx context.Context, o *offer) error {
	o.done = make(chan struct{})
	select {
	case w.offers <- o:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// wait waits until what was handed over is committed.
func (o *offer) wait(ctx context.Context) error {
	select {
	case <-o.done:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// run takes offers until the context ends. What was taken by then is committed.
func (w *writer) run(ctx context.Context) {
	defer w.stored()
	beat := time.NewTicker(time.Second)
	defer beat.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-beat.C:
			w.emit(ctx)
		case o := <-w.offers:
			w.take(ctx, w.gather(o))
		case r := <-w.rederivings:
			r.done <- w.rederive(r.ctx)
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
			if w.needed(&o.facts[i]) {
				w.add(&b, o.facts[i])
			}
		}
		for k, v := range o.state {
			b.State[k] = v
		}
		if o.readTo != 0 {
			w.readTo, w.whole, w.way = o.readTo, o.whole, o.way
		}
	}
	w.tick(&b)
	w.settleIntents(&b)
	if w.commit(ctx, &b, offers...) {
		w.emit(ctx)
	}
}

// needed tells whether a fact is to be kept. That a witness saw nothing new is
// one only where something waits for its word.
func (w *writer) needed(f *fact.Fact) bool {
	return f.Kind != fact.Tick || f.Source == "log" || w.deriver.WaitingFor(f.Source)
}

// add numbers a fact and derives what follows from it.
func (w *writer) add(b *store.Batch, f fact.Fact) {
	f.Seq = w.next
	w.next++
	if f.Node == "" {
		f.Node = w.node
	}
	b.Facts = append(b.Facts, f)
	w.health.count(&f, f.Node == w.node)
	w.read(&f)
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

// read notes up to when a fact says that the log was read.
func (w *writer) read(f *fact.Fact) {
	at := f.Stamp.Millis
	switch {
	case f.Node != w.node:
		return
	case f.Kind == fact.Tick && f.Source == "log":
		var t fact.Ticked
		if f.Decode(&t) != nil {
			return
		}
		at, w.ticked = t.At, t.At
	case f.Kind != fact.Record:
		return
	}
	if at >= w.mark || at < w.mark-w.window {
		w.mark = at
	}
}

// tick notes how far the log was read, where something waits for that, and where
// the clock was set back behind what the facts say: nothing would be decided until
// it is as late again.
func (w *writer) tick(b *store.Batch) {
	until, ok := w.deriver.Waiting()
	waited := ok && w.readTo >= until && w.readTo > w.ticked
	if back := w.readTo != 0 && w.readTo < w.mark-w.window; !waited && !back {
		return
	}
	t := fact.Ticked{Source: "log", At: w.readTo}
	w.add(b, fact.Fact{Kind: fact.Tick, Source: "log", Stamp: record.Stamp{Millis: w.millis()}, Text: fact.Encode(t)})
}

// settleIntents finds what became of what the last run of the service was about
// to send.
func (w *writer) settleIntents(b *store.Batch) {
	w.emitter.forget(w.millis())
	if len(w.emitter.open) == 0 || w.readTo == 0 {
		return
	}
	outcomes, again := w.emitter.settle(w.readTo, w.whole, w.millis(), w.deriver.Lacks)
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

// commit has a batch stored after the one before it, and answers the offers when
// it is. It gives false when the service ends before the one before was.
func (w *writer) commit(ctx context.Context, b *store.Batch, offers ...*offer) bool {
	b.Delta = w.deriver.Delta()
	if !w.stored() {
		return false
	}
	w.storing = make(chan bool, 1)
	go func(stored chan<- bool) {
		ok := w.put(ctx, b)
		for _, o := range offers {
			if ok {
				close(o.done)
			}
		}
		stored <- ok
	}(w.storing)
	return true
}

// stored waits until all that was committed is stored: false where the service
// ends before that.
func (w *writer) stored() bool {
	if w.storing != nil {
		w.failed = !<-w.storing
		w.storing = nil
	}
	return !w.failed
}

// put stores a batch, however long that takes: without room on the disk nothing
// else is stored. It gives false when the service ends before.
func (w *writer) put(ctx context.Context, b *store.Batch) bool {
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
