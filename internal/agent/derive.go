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
const rules = 4

// emitKey is the state that says whether the last run sent what was missing.
const emitKey = "emit"

// rulesKey is the state that says by which rules, and within which time a change
// had its record, the rows were derived.
const rulesKey = "derived by rules"

// DerivedState is what is to be stored in the transaction that stores rows which
// were derived by this program's rules and a window.
func DerivedState(window time.Duration) map[string][]byte {
	return map[string][]byte{rulesKey: []byte(strconv.Itoa(rules) + " window " + window.Truncate(time.Millisecond).String())}
}

// derive makes the writer's trail of the stored facts. The rows are there
// already, unless other rules made them.
func (a *agent) derive(ctx context.Context) error {
	state := DerivedState(a.config.Window)
	was, err := a.store.State(ctx, rulesKey)
	if err != nil {
		return err
	}
	if was == nil || string(was) == string(state[rulesKey]) {
		a.begin()
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
		a.writer.deriver.Missing() // of a time in which nothing was to be sent
	}
	state[emitKey] = []byte(a.config.Emit)
	return a.whenRoom(ctx, func() error {
		began := a.host.Now()
		err := a.store.Commit(ctx, &store.Batch{Delta: &trail.Delta{}, State: state})
		a.health.commit(0, a.host.Now().Sub(began), err)
		return err
	})
}

// begin has the writer know nothing.
func (a *agent) begin() {
	a.writer.deriver, a.writer.emitter = reconcile.New(a.options), newEmitter(a.dial())
}

// rebuild makes the rows anew, of which other rules made those that are there.
func (a *agent) rebuild(ctx context.Context, was string, state map[string][]byte) error {
	a.log.Info("deriving the trail anew", "rules", string(state[rulesKey]), "before", was)
	err := a.whenRoom(ctx, func() error {
		return a.store.Rebuild(ctx, func() store.Deriver {
			a.begin()
			return replaying{a.writer.deriver, a.writer}
		}, state)
	})
	a.writer.emitter.forget(a.writer.millis())
	a.writer.next = a.store.NextSeq()
	return err
}

// patience is for how long the system is asked for patience at once, and how often.
const patience, patiencePeriod = 60 * time.Second, 20 * time.Second

// patiently does something that may take longer than the system waits for a
// service to begin, and says that it goes on as long as it does.
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

// replaying derives the trail, and tells the writer of intents.
type replaying struct {
	*reconcile.Deriver
	w *writer
}

func (r replaying) Add(f *fact.Fact) error {
	r.w.emitter.take(f, true)
	r.w.read(f)
	r.w.health.beat()
	return r.Deriver.Add(f)
}
