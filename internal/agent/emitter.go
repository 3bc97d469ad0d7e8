package agent

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/virtaudit/virtaudit/guest"
	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/kaudit"
	"github.com/virtaudit/virtaudit/record"
)

// emitter sends the records that libvirt should have sent and did not, and knows
// them again when they come back in the log. It is the writer's.
type emitter struct {
	dial func() (kaudit.Sender, error) // nil where nothing is to be sent
	to   kaudit.Sender
	boot string
	pid  int
	sent uint64 // by this process

	open map[uint64]*intent // by the number of their first fact
}

// intent is a record that was to be sent and isn't in the log as far as that was
// read.
type intent struct {
	fact.Intended
	old bool // planned by a process before this one, which knows what became of it
}

func newEmitter(dial func() (kaudit.Sender, error)) *emitter {
	return &emitter{dial: dial, boot: bootID(), pid: os.Getpid(), open: map[uint64]*intent{}}
}

// bootID tells one boot of the host from another.
func bootID() string {
	id, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return ""
	}
	return string(id[:max(0, len(id)-1)])
}

// plan makes the intent to send a record.
func (e *emitter) plan(w fact.Wanted, uuid, name string, observation uint64, now int64) fact.Intended {
	return fact.Intended{
		State: fact.Planned, Boot: e.boot, PID: e.pid, Count: e.sent, Wanted: w,
		UUID: uuid, Name: name, At: now, For: observation,
	}
}

// send sends what was planned in fact id, and gives what became of it.
func (e *emitter) send(ctx context.Context, id uint64, now int64) fact.Intended {
	in := e.open[id].Intended
	in.ID, in.At = id, now
	switch err := e.try(ctx, in.Wanted); {
	case err == nil:
		in.State = fact.Sent
		e.sent++
	case errors.Is(err, kaudit.ErrUnconfirmed):
		in.State, in.Why = fact.Unknown, err.Error()
		e.sent++
	default:
		in.State, in.Why = fact.Refused, err.Error()
		if errors.Is(err, kaudit.ErrNotPermitted) {
			in.Why += "; it takes CAP_AUDIT_WRITE"
		}
	}
	return in
}

func (e *emitter) try(ctx context.Context, w fact.Wanted) error {
	t, ok := record.ParseType(w.Type)
	if !ok {
		return fmt.Errorf("type %q is none", w.Type)
	}
	if e.to == nil {
		to, err := e.dial()
		if err != nil {
			return err
		}
		e.to = to
	}
	m := guest.Message{Type: t, Result: record.Success, Text: []byte(w.Text)}
	if w.Failed {
		m.Result = record.Failed
	}
	return e.to.Send(ctx, m)
}

// take notes what a fact says of intents. Facts that are read again after a
// start are taken too, with replay.
func (e *emitter) take(f *fact.Fact, replay bool) {
	if f.Kind != fact.Intent {
		return
	}
	var in fact.Intended
	if f.Decode(&in) != nil {
		return // the Deriver tells
	}
	if in.State == fact.Planned {
		e.open[f.Seq] = &intent{Intended: in, old: replay}
		return
	}
	o := e.open[in.ID]
	switch {
	case o == nil:
	case in.State == fact.Sent:
		o.State = in.State
	default:
		delete(e.open, in.ID)
	}
}

// seen gives the intents that a record fulfils: one of ours, by its sender and
// its text. Only one of several that are equal is.
func (e *emitter) seen(r *record.Record, now int64) (fact.Intended, bool) {
	if len(e.open) == 0 || !r.Type.Virt() {
		return fact.Intended{}, false
	}
	pid := int(r.Sender().PID)
	var text []byte
	for _, id := range e.ids() {
		o := e.open[id]
		if o.PID != pid || o.Wanted.Type != r.Type.String() || r.Stamp.Millis < o.At-clockSlack {
			continue
		}
		if text == nil {
			text = r.AppendMessage(nil)
		}
		if string(text) == o.Wanted.Text {
			in := o.Intended
			in.ID, in.State, in.At = id, fact.Logged, now
			return in, true
		}
	}
	return fact.Intended{}, false
}

// clockSlack is by how many milliseconds a record of ours may seem to be earlier
// than its intent: clocks are set back by a little.
const clockSlack = 60_000

// grace is how many milliseconds after an intent the log must have been read to
// show that nothing was sent.
const grace = 6_000

// settle gives what is to be done about the intents of a process before this
// one, when the log was read up to a time: those that it would show and that it
// lacks are planned anew; where it can't tell, that is said.
func (e *emitter) settle(readTo int64, whole bool, now int64) (outcomes, again []fact.Intended) {
	for _, id := range e.ids() {
		o := e.open[id]
		if !o.old || o.State != fact.Planned || readTo < o.At+grace {
			continue
		}
		in := o.Intended
		in.ID, in.At = id, now
		if whole {
			in.State, in.Why = fact.Refused, "the log was read past it and lacks it: it was not sent"
			again = append(again, e.plan(o.Wanted, o.UUID, o.Name, o.For, now))
		} else {
			in.State, in.Why = fact.Unknown, "the service ended before it knew, and the log was not read without a gap since"
		}
		outcomes = append(outcomes, in)
	}
	return outcomes, again
}

func (e *emitter) ids() []uint64 {
	ids := make([]uint64, 0, len(e.open))
	for id := range e.open {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}
