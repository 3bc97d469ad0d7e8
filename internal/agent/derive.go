package agent

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/reconcile"
	"github.com/virtaudit/virtaudit/internal/store"
	"github.com/virtaudit/virtaudit/internal/trail"
)

// rules is the number of the rules by which the trail is derived. It is raised
// when these change what is derived, so that a new version of the program
// derives the whole trail anew.
const rules = 9

// emitKey is the key of the state that says whether the last run sent missing records.
const emitKey = "emit"

// rulesKey is the key of the state that says by which rules and window the rows were
// derived.
const rulesKey = "derived by rules"

// DerivedState is the state to store together with rows that were derived by this
// program's rules and a window.
func DerivedState(window time.Duration) map[string][]byte {
	return map[string][]byte{rulesKey: []byte(strconv.Itoa(rules) + " window " + window.Truncate(time.Millisecond).String())}
}

// derive makes the writer's Deriver from the stored facts. The rows are stored already;
// if other rules made them they are made anew.
func (a *agent) derive(ctx context.Context) error {
	state := DerivedState(a.config.Window)
	was, err := a.store.State(ctx, rulesKey)
	if err != nil {
		return err
	}
	a.writer.emitter = newEmitter(a.dial())
	if was == nil || string(was) == string(state[rulesKey]) {
		if err := a.writer.replay(ctx); err != nil {
			return err
		}
	} else if err := a.rebuild(ctx, string(was), state); err != nil {
		return err
	}
	emitted, err := a.store.State(ctx, emitKey)
	if err != nil {
		return err
	}
	if string(emitted) != EmitMissing {
		a.writer.deriver.Missing() // when these became missing nothing was to be sent
	}
	state[emitKey] = []byte(a.config.Emit)
	return a.whenRoom(ctx, func() error {
		began := a.host.Now()
		err := a.store.Commit(ctx, &store.Batch{Delta: &trail.Delta{}, State: state})
		a.health.commit(0, a.host.Now().Sub(began), err)
		return err
	})
}

// rebuild makes all rows anew, as other rules made those that are stored.
func (a *agent) rebuild(ctx context.Context, was string, state map[string][]byte) error {
	w := a.writer
	a.log.Info("deriving the trail anew", "rules", string(state[rulesKey]), "before", was)
	err := a.whenRoom(ctx, func() error {
		w.emitter, w.mark, w.ticked = newEmitter(a.dial()), 0, 0
		return w.deriveAnew(ctx, w.reread, state)
	})
	w.emitter.forget(w.millis())
	w.next = a.store.NextSeq()
	return err
}

// patience is how much time the system is asked for at once, and patiencePeriod how often.
const patience, patiencePeriod = 60 * time.Second, 20 * time.Second

// patiently does something that may take longer than the system allows a service to
// start, and asks for more time as long as there is progress.
func (a *agent) patiently(ctx context.Context, do func(context.Context) error) error {
	done := make(chan struct{})
	defer close(done)
	go func() {
		tick := time.NewTicker(patiencePeriod)
		defer tick.Stop()
		for {
			if a.health.alive() {
				a.host.Notify(fmt.Sprintf("EXTEND_TIMEOUT_USEC=%d", patience.Microseconds()))
			}
			select {
			case <-done:
				return
			case <-tick.C:
			}
		}
	}()
	return do(ctx)
}

// deriveAnew makes all rows anew from the stored facts, and goes on with the Deriver that
// did so. see is called with each fact first.
func (w *writer) deriveAnew(ctx context.Context, see func(*fact.Fact), state map[string][]byte) error {
	defer w.health.atLength()()
	options, err := w.options(ctx)
	if err != nil {
		return err
	}
	var anew *reconcile.Deriver
	err = w.store.Rebuild(ctx, func() store.Deriver {
		anew = reconcile.New(options)
		return deriving{anew, see, w.health}
	}, state)
	if err == nil {
		w.deriver = anew
	}
	return err
}

// options gives the options of a Deriver that begins with the first stored fact.
func (w *writer) options(ctx context.Context) (reconcile.Options, error) {
	checkpoint, err := w.store.Checkpoint(ctx)
	if err != nil {
		return reconcile.Options{}, err
	}
	window := time.Duration(w.window) * time.Millisecond
	return reconcile.Options{Window: window, Numbers: checkpoint.Numbers, Boots: checkpoint.Boots}, nil
}

// deriving is a Deriver that shows each fact to see first, and that there is progress.
type deriving struct {
	*reconcile.Deriver
	see    func(*fact.Fact)
	health *health
}

func (d deriving) Add(f *fact.Fact) error {
	d.health.beat()
	d.see(f)
	return d.Deriver.Add(f)
}

// replay brings a Deriver up to the stored facts. What it derives is dropped, as the rows
// are stored already.
func (w *writer) replay(ctx context.Context) error {
	options, err := w.options(ctx)
	if err != nil {
		return err
	}
	w.deriver = reconcile.New(options)
	n := 0
	for f, err := range w.store.Facts(ctx, 0) {
		if err != nil {
			return err
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		_ = w.deriver.Add(f) // an error was logged when the fact came
		w.reread(f)
		if n++; n%4096 == 0 {
			w.deriver.Delta()
			w.health.beat()
		}
	}
	w.deriver.Delta()
	w.emitter.forget(w.millis())
	w.next = w.store.NextSeq()
	return nil
}

// reread takes from a stored fact what it says of intents, and up to when the log was
// read.
func (w *writer) reread(f *fact.Fact) {
	w.emitter.take(f, true)
	w.read(f)
}
