package agent

import (
	"context"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/follow"
	"github.com/virtaudit/virtaudit/internal/reconcile"
	"github.com/virtaudit/virtaudit/internal/store"
	"github.com/virtaudit/virtaudit/kaudit"
	"github.com/virtaudit/virtaudit/record"
)

const begun = 1_700_000_000_000

// newWriter is a writer of a new store, at the time begun, which sends to a kernel.
func newWriter(t *testing.T, to kaudit.Sender) *writer {
	t.Helper()
	st, err := store.Open(filepath.Join(t.TempDir(), "trail.db"), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
	now := func() time.Time { return time.UnixMilli(begun) }
	w := &writer{
		log: slog.New(slog.DiscardHandler), store: st, feed: newFeed(), health: newHealth(now), now: now, node: "here",
		emitter: newEmitter(func() (kaudit.Sender, error) { return to, nil }), offers: make(chan *offer, 64), rederivings: make(chan rederiving),
		window: 10_000, deriver: reconcile.New(reconcile.Options{}), next: 1, life: t.Context(), removed: func() {},
	}
	return w
}

// tell stores facts, when the log was read up to so many milliseconds after begun.
func (w *writer) tell(ctx context.Context, readTo int64, facts ...fact.Fact) {
	w.take(ctx, []*offer{{facts: facts, readTo: begun + readTo, whole: true, way: follow.WayFile, done: make(chan struct{})}})
	w.stored()
}

// ticks gives up to when the stored Ticks say that the log was read.
func (w *writer) ticks(t *testing.T) (at []int64) {
	t.Helper()
	for f, err := range w.store.Facts(t.Context(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		var tick fact.Ticked
		if f.Kind == fact.Tick && f.Decode(&tick) == nil {
			at = append(at, tick.At-begun)
		}
	}
	return at
}

// lackingGuest is a guest that libvirt shows and of whose attach, a second after
// begun, there is no record.
func lackingGuest(t *testing.T) []fact.Fact {
	t.Helper()
	const uuid = "5a1b7e9d-2b58-4d2c-b2a1-6a6f6b6b3c11"
	disk := fact.Thing{Kind: "disk", ID: "/a.img"}
	seen := fact.Observed{
		Witness: fact.Libvirt, What: fact.Seen, UUID: uuid, Name: "g", Virt: "kvm", PID: 4242, Run: "1", To: begun, State: "running",
	}
	attached := seen
	attached.What, attached.From, attached.To, attached.Has = fact.Changed, begun, begun+1000, []fact.Thing{disk}
	attached.Wants = []fact.Wanted{{Type: "VIRT_RESOURCE", Op: "attach", Kind: "disk", ID: "/a.img", Text: "virt=kvm resrc=disk reason=attach"}}
	var facts []fact.Fact
	for _, o := range []fact.Observed{seen, attached} {
		facts = append(facts, fact.Fact{
			Kind: fact.Observation, Source: "libvirt qemu:///system", Stamp: record.Stamp{Millis: o.To}, Text: fact.Encode(o),
		})
	}
	return facts
}

// ownRecord is a record of the host, at begun.
func ownRecord(t *testing.T) fact.Fact {
	t.Helper()
	var r record.Record
	if err := r.Parse([]byte("type=DAEMON_START msg=audit(1700000000.000:1): op=start ver=3 res=success")); err != nil {
		t.Fatal(err)
	}
	f := fact.OfRecord("here", follow.WayFile, &r)
	f.Settled = true
	return f
}

// TestTickAfterClockSetBack: what the log lacks is known though the clock was set
// back by an hour, also where the service was started anew in between.
func TestTickAfterClockSetBack(t *testing.T) {
	const hour = 3600_000
	for _, restarted := range []bool{false, true} {
		w := newWriter(t, &kernel{})
		w.tell(t.Context(), hour, fact.Fact{
			Kind: fact.Tick, Source: "log", Stamp: record.Stamp{Millis: begun + hour},
			Text: fact.Encode(fact.Ticked{Source: "log", At: begun + hour}),
		})
		if restarted {
			again := newWriter(t, &kernel{})
			again.store = w.store
			if w = again; w.replay(t.Context()) != nil {
				t.Fatal("the facts can't be read")
			}
		}
		w.tell(t.Context(), 100)
		w.tell(t.Context(), 200)
		if at := w.ticks(t); len(at) != 2 || at[1] != 100 {
			t.Errorf("restarted %t: ticks at %v", restarted, at)
		}
	}
}

// probed is a kernel that tells how its audit is.
type probed struct {
	kernel
	status kaudit.Status
	err    error
}

func (p *probed) Status(context.Context) (kaudit.Status, error) { return p.status, p.err }

// TestEmitWaitsForTheLog: nothing is sent while the kernel has records that the log
// lacks, nor what came to the log meanwhile.
func TestEmitWaitsForTheLog(t *testing.T) {
	for name, c := range map[string]struct {
		status kaudit.Status
		err    error
		sent   int
	}{
		"auditd has all":    {kaudit.Status{PID: 7}, nil, 1},
		"records wait":      {kaudit.Status{PID: 7, Backlog: 1}, nil, 0},
		"there's no auditd": {kaudit.Status{}, nil, 0},
		"it may not ask":    {kaudit.Status{}, kaudit.ErrNotPermitted, 1},
	} {
		k := &probed{status: c.status, err: c.err}
		w := newWriter(t, k)
		w.tell(t.Context(), 0, append([]fact.Fact{ownRecord(t)}, lackingGuest(t)...)...)
		w.tell(t.Context(), 20_000)
		if len(k.sent) != c.sent || (c.sent == 0) != (w.health.vitals().Waiting != "") {
			t.Errorf("%s: sent %d, want %d; %q", name, len(k.sent), c.sent, w.health.vitals().Waiting)
		}
		k.status = kaudit.Status{PID: 7}
		w.now = func() time.Time { return time.UnixMilli(begun + settled) }
		w.emit(t.Context())
		if len(k.sent) != 1 || w.health.vitals().Waiting != "" {
			t.Errorf("%s: sent %d when it was ready; %q", name, len(k.sent), w.health.vitals().Waiting)
		}
	}
}

// TestEmitOfOwnHostOnly: where no record of this host was ever read, it isn't known
// that one is missing.
func TestEmitOfOwnHostOnly(t *testing.T) {
	k := &kernel{}
	w := newWriter(t, k)
	strange := ownRecord(t)
	strange.Node = "other"
	w.tell(t.Context(), 0, append([]fact.Fact{strange}, lackingGuest(t)...)...)
	w.tell(t.Context(), 20_000)
	if len(k.sent) != 0 || w.health.vitals().Waiting == "" || w.health.vitals().Strange != "other" {
		t.Errorf("sent %d; %+v", len(k.sent), w.health.vitals())
	}
	w.tell(t.Context(), 20_001, ownRecord(t))
	if len(k.sent) != 1 {
		t.Errorf("sent %d when the log was known", len(k.sent))
	}
}
