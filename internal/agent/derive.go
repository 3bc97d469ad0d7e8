package agent

import (
	"context"
	"strconv"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/reconcile"
	"github.com/virtaudit/virtaudit/internal/store"
	"github.com/virtaudit/virtaudit/internal/trail"
)

// rules is the number of the rules by which the trail is derived. It is raised
// when these change what is derived, so that a new version of the program
// derives the whole trail anew.
const rules = 1

// emitKey is the state that says whether the last run sent what was missing.
const emitKey = "emit"

// rulesKey is the state that says by which rules the rows were derived, and
// windowKey within which time a change had its record.
const rulesKey = "derived by rules"

// derive makes the writer's trail of the stored facts. The rows are there
// already, unless other rules made them.
func (a *agent) derive(ctx context.Context) error {
	now := []byte(strconv.Itoa(rules) + " window " + a.config.Window.String())
	was, err := a.store.State(ctx, rulesKey)
	if err != nil {
		return err
	}
	if was == nil || string(was) == string(now) {
		if err := a.writer.replay(ctx); err != nil {
			return err
		}
	} else {
		a.log.Info("deriving the trail anew", "rules", string(now), "before", string(was))
		if err := a.store.Rebuild(ctx, func() store.Deriver { return replaying{a.writer.deriver, a.writer} }); err != nil {
			return err
		}
		a.writer.next = a.store.NextSeq()
	}
	emitted, err := a.store.State(ctx, emitKey)
	if err != nil {
		return err
	}
	if string(emitted) != EmitMissing {
		a.writer.deriver.Missing() // of a time in which nothing was to be sent
	}
	first := store.Batch{
		Delta: &trail.Delta{},
		State: map[string][]byte{rulesKey: now, emitKey: []byte(a.config.Emit)},
	}
	return a.whenRoom(ctx, func() error {
		began := a.host.Now()
		err := a.store.Commit(ctx, &first)
		a.health.commit(0, a.host.Now().Sub(began), err)
		return err
	})
}

// replaying derives the trail, and tells the writer of intents.
type replaying struct {
	*reconcile.Deriver
	w *writer
}

func (r replaying) Add(f *fact.Fact) error {
	r.w.emitter.take(f, true)
	r.w.health.beat()
	return r.Deriver.Add(f)
}
