package agent

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/kaudit"
)

// intents gives what the stored facts say of records that were to be sent.
func (w *writer) intents(t *testing.T) (list []fact.Intended) {
	t.Helper()
	for f, err := range w.store.Facts(t.Context(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		var in fact.Intended
		if f.Kind == fact.Intent && f.Decode(&in) == nil {
			list = append(list, in)
		}
	}
	return list
}

// fullKernel has no room, as long as it is asked, where told to; and may not tell of
// itself either.
type fullKernel struct {
	kernel
	full, silent bool
	asked        int
}

func (k *fullKernel) Send(ctx context.Context, m kaudit.Message) error {
	k.asked++
	if k.full {
		<-ctx.Done()
		return kaudit.ErrBacklog
	}
	return k.kernel.Send(ctx, m)
}

func (k *fullKernel) Status(ctx context.Context) (kaudit.Status, error) {
	if k.silent {
		<-ctx.Done()
		return kaudit.Status{}, ctx.Err()
	}
	return kaudit.Status{PID: 7}, nil
}

// TestEmitToFullKernel: a kernel that has no room, or doesn't answer, holds up nobody
// for long, and gets the record when it has.
func TestEmitToFullKernel(t *testing.T) {
	t.Parallel()
	for name, k := range map[string]*fullKernel{"without room": {full: true}, "silent": {silent: true}} {
		w := newWriter(t, k)
		var now atomic.Int64
		now.Store(begun)
		w.now = func() time.Time { return time.UnixMilli(now.Load()) }
		w.tell(t.Context(), 0, append([]fact.Fact{ownRecord(t)}, lackingGuest(t)...)...)
		soon, cancel := context.WithTimeout(t.Context(), 30*sendTime)
		w.tell(soon, 20_000)
		for range 3 { // it isn't asked each time
			w.emit(soon)
		}
		if soon.Err() != nil || k.asked > 1 {
			t.Errorf("%s: the writer waits for the kernel (%v), and asked %d times", name, soon.Err(), k.asked)
		}
		cancel()
		for _, in := range w.intents(t) {
			if in.State != fact.Planned {
				t.Errorf("%s: it is said to be %s: %s", name, in.State, in.Why)
			}
		}
		k.full, k.silent = false, false
		now.Add(heldPause)
		w.emit(t.Context())
		w.stored()
		if list := w.intents(t); len(k.sent) != 1 || len(list) != 2 || list[1].State != fact.Sent {
			t.Errorf("%s: with room %d are sent: %+v", name, len(k.sent), list)
		}
	}
}

// TestEmitWhileDisabled: what is missing while the kernel audits nothing is sent when it
// does again.
func TestEmitWhileDisabled(t *testing.T) {
	k := &kernel{err: kaudit.ErrDisabled}
	w := newWriter(t, k)
	var now atomic.Int64
	now.Store(begun)
	w.now = func() time.Time { return time.UnixMilli(now.Load()) }
	w.tell(t.Context(), 0, append([]fact.Fact{ownRecord(t)}, lackingGuest(t)...)...)
	w.tell(t.Context(), 20_000)
	w.emit(t.Context())
	w.stored()
	if list := w.intents(t); len(list) != 1 || list[0].State != fact.Planned {
		t.Errorf("while it is disabled: %+v", list)
	}
	if why := w.health.vitals().Waiting; why != disabled {
		t.Errorf("it waits as %q", why)
	}
	k.err = nil
	now.Add(heldPause)
	w.emit(t.Context())
	w.stored()
	if list := w.intents(t); len(k.sent) != 1 || len(list) != 2 || list[1].State != fact.Sent {
		t.Errorf("enabled again, %d are sent: %+v", len(k.sent), list)
	}
}

// TestEmitAtTheEnd: what could not be sent as the service ended is planned still, and
// sent by the next one.
func TestEmitAtTheEnd(t *testing.T) {
	k := &fullKernel{full: true}
	w := newWriter(t, k)
	w.tell(t.Context(), 0, append([]fact.Fact{ownRecord(t)}, lackingGuest(t)...)...)
	ctx, end := context.WithCancel(t.Context())
	end()
	w.tell(ctx, 20_000)
	if list := w.intents(t); len(list) != 1 || list[0].State != fact.Planned {
		t.Fatalf("it is said to be %+v", list)
	}
	k.full = false
	next := newWriter(t, k)
	next.store = w.store
	if err := next.replay(t.Context()); err != nil {
		t.Fatal(err)
	}
	next.health.seen("here", begun, true)
	next.tell(t.Context(), 30_000)
	if len(k.sent) != 1 {
		t.Errorf("the next one sent %d: %+v", len(k.sent), next.intents(t))
	}
}

// TestEmitAfterLongCommit: where it took long to store that a record is to be sent, it
// is only when the log was read up to then, and if that and the guest lack it still.
func TestEmitAfterLongCommit(t *testing.T) {
	seen := lackingGuest(t)
	var gone fact.Observed
	if err := seen[1].Decode(&gone); err != nil {
		t.Fatal(err)
	}
	gone.What, gone.To, gone.Has, gone.Wants, gone.State = fact.Gone, begun+30_000, nil, nil, "shutoff"
	end := at(fact.Observation, seen[1].Source, 30_000, gone)
	for name, c := range map[string]struct {
		took  int64
		then  []fact.Fact
		state fact.IntentState
		why   string
	}{
		"some minutes":             {5 * minute, nil, fact.Sent, ""},
		"and the guest ended then": {5 * minute, []fact.Fact{end}, fact.Refused, "it was not sent: the guest lacks it no more"},
		"two hours":                {2 * hour, nil, fact.Refused, "it was not sent: it is too late"},
	} {
		k := &kernel{}
		w := newWriter(t, k)
		w.tell(t.Context(), 0, append([]fact.Fact{ownRecord(t)}, seen...)...)
		now := int64(begun + 20_000)
		w.now = func() time.Time {
			if len(w.intents(t)) > 0 { // is stored
				return time.UnixMilli(now + c.took)
			}
			return time.UnixMilli(now)
		}
		w.tell(t.Context(), 20_000)
		if c.state == fact.Sent && (len(k.sent) != 0 || w.health.vitals().Waiting == "") {
			t.Errorf("%s: sent %d before the log was read", name, len(k.sent))
		}
		w.tell(t.Context(), 20_000+c.took, c.then...)
		list := w.intents(t)
		if len(list) != 2 || list[1].State != c.state || list[1].Why != c.why || len(k.sent) == 0 != (c.state == fact.Refused) {
			t.Errorf("%s: sent %d: %+v, want %s %q", name, len(k.sent), list, c.state, c.why)
		}
	}
}
