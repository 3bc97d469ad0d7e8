package agent

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/witness"
	"github.com/virtaudit/virtaudit/kaudit"
	"github.com/virtaudit/virtaudit/record"
)

// kernel is a Sender that keeps what it was given, or refuses it.
type kernel struct {
	sent []kaudit.Message
	err  error
}

func (k *kernel) Send(_ context.Context, m kaudit.Message) error {
	if k.err != nil {
		return k.err
	}
	k.sent = append(k.sent, m)
	return nil
}

var attach = fact.Wanted{
	Type: "VIRT_RESOURCE", Op: "attach", Kind: "rng", ID: "/dev/random",
	Text: `virt=kvm resrc=rng reason=attach vm="g" uuid=5a1b7e9d-2b58-4d2c-b2a1-6a6f6b6b3c11 old-rng=? new-rng="/dev/random"`,
}

// always is for guests that lack a record still.
func always(uint64, fact.Wanted) bool { return true }

// run is an emitter with the facts that it made, as the writer would.
type run struct {
	*emitter
	facts []fact.Fact
}

// sendNow sends what is not to be sent later.
func (r *run) sendNow(t *testing.T, id uint64, now int64) fact.Intended {
	t.Helper()
	in, ok := r.send(t.Context(), id, now)
	if !ok {
		t.Fatal("it is to be sent later")
	}
	return in
}

func (r *run) add(in fact.Intended) uint64 {
	f := fact.Fact{Seq: uint64(len(r.facts) + 1), Kind: fact.Intent, Text: fact.Encode(in)}
	r.facts = append(r.facts, f)
	r.take(&f, false)
	return f.Seq
}

// restarted is the emitter of another process, that reads the facts again.
func (r *run) restarted(k *kernel) *run {
	next := &run{emitter: newEmitter(func() (kaudit.Sender, error) { return k, nil }), facts: r.facts}
	for i := range next.facts {
		next.take(&next.facts[i], true)
	}
	return next
}

// logged is the record that the kernel makes of what a process sent.
func logged(t *testing.T, pid string, text string, millis string) *record.Record {
	t.Helper()
	var r record.Record
	line := "audit(" + millis + ":77): pid=" + pid + " uid=0 auid=4294967295 ses=4294967295 msg='" + text +
		` exe="/usr/bin/virtaudit" hostname=? addr=? terminal=? res=success'`
	if err := r.ParseKernel(record.VirtResource, []byte(line)); err != nil {
		t.Fatal(err)
	}
	return r.Clone()
}

func TestEmitterKnowsItsRecordAgain(t *testing.T) {
	k := &kernel{}
	r := (&run{emitter: newEmitter(nil)}).restarted(k)
	r.pid = 4242
	id := r.add(r.plan(attach, "u", "g", 7, 1_700_000_000_000))
	out := r.sendNow(t, id, 1_700_000_000_001)
	if out.State != fact.Sent || out.ID != id || len(k.sent) != 1 || string(k.sent[0].Text) != attach.Text {
		t.Fatalf("sent %+v: %+v", k.sent, out)
	}
	r.add(out)
	for _, pid := range []string{"4243", "1"} {
		if _, ours := r.seen(logged(t, pid, attach.Text, "1700000000.002"), 1); ours {
			t.Errorf("the record of process %s is taken for ours", pid)
		}
	}
	if _, ours := r.seen(logged(t, "4242", attach.Text+" x=1", "1700000000.002"), 1); ours {
		t.Error("another text of our process is taken for it")
	}
	in, ours := r.seen(logged(t, "4242", attach.Text, "1700000000.002"), 1)
	if !ours || in.State != fact.Logged || in.ID != id {
		t.Fatalf("not known again: %+v", in)
	}
	r.add(in)
	if _, ours := r.seen(logged(t, "4242", attach.Text, "1700000000.003"), 1); ours {
		t.Error("an equal record is taken for the same intent again")
	}
}

// TestEmitterAfterCrash: what was planned and of which nothing more is known is
// sent again only when the log was read past it and lacks it.
func TestEmitterAfterCrash(t *testing.T) {
	const at = 1_700_000_000_000
	k := &kernel{}
	first := (&run{emitter: newEmitter(nil)}).restarted(k)
	id := first.add(first.plan(attach, "u", "g", 7, at))

	r := first.restarted(k)
	if out, again := r.settle(at+grace-1, true, at, always); len(out)+len(again) != 0 {
		t.Fatalf("settled before the log was read past it: %v %v", out, again)
	}
	out, again := r.settle(at+grace, true, at+grace, always)
	if len(out) != 1 || out[0].State != fact.Refused || out[0].ID != id || len(again) != 1 || again[0].For != 7 {
		t.Fatalf("got %+v and %+v", out, again)
	}
	r.add(out[0])
	r.add(again[0])
	if out, again := r.settle(at+grace, true, at+grace, always); len(out)+len(again) != 0 {
		t.Errorf("settled twice: %v %v", out, again)
	}

	r = first.restarted(k)
	out, again = r.settle(at+grace, false, at+grace, always)
	if len(out) != 1 || out[0].State != fact.Unknown || len(again) != 0 {
		t.Errorf("with a gap in the log: %+v and %+v", out, again)
	}

	r = first.restarted(k)
	r.open[id].PID = 4242
	in, ours := r.seen(logged(t, "4242", attach.Text, "1700000000.002"), 1)
	if !ours {
		t.Fatal("the record of the process before isn't known again")
	}
	r.add(in)
	if out, again := r.settle(at+grace, true, at+grace, always); len(out)+len(again) != 0 {
		t.Errorf("sent again though the log has it: %v %v", out, again)
	}
}

// TestEmitterTooLate: what was planned long ago, before the host was started anew,
// or for what the guest lacks no more, isn't sent.
func TestEmitterTooLate(t *testing.T) {
	const at = 1_700_000_000_000
	never := func(uint64, fact.Wanted) bool { return false }
	for name, c := range map[string]struct {
		boot  string
		now   int64
		lacks func(uint64, fact.Wanted) bool
		again int
	}{
		"in time":      {witness.BootID(), at + tooLate, always, 1},
		"too late":     {witness.BootID(), at + tooLate + 1, always, 0},
		"another boot": {"another boot", at + grace, always, 0},
		"not lacking":  {witness.BootID(), at + grace, never, 0},
	} {
		first := (&run{emitter: newEmitter(nil)}).restarted(&kernel{})
		first.boot = c.boot
		first.add(first.plan(attach, "u", "g", 7, at))
		out, again := first.restarted(&kernel{}).settle(c.now, true, c.now, c.lacks)
		if len(out) != 1 || out[0].State != fact.Refused || len(again) != c.again {
			t.Errorf("%s: %+v and again %+v", name, out, again)
		}
	}
}

// TestEmitterWaitsForTheUnknown: what perhaps was sent may be logged yet, for an
// hour.
func TestEmitterWaitsForTheUnknown(t *testing.T) {
	const at = 1_700_000_000_000
	for _, err := range []error{nil, kaudit.ErrUnconfirmed} {
		r := (&run{emitter: newEmitter(nil)}).restarted(&kernel{err: err})
		r.pid = 4242
		id := r.add(r.plan(attach, "u", "g", 7, at))
		r.add(r.sendNow(t, id, at))
		r.forget(at + tooLate)
		in, ours := r.seen(logged(t, "4242", attach.Text, "1700000000.002"), at+1)
		if !ours || in.State != fact.Logged {
			t.Errorf("%v: not known again: %+v", err, in)
		}
		r.forget(at + tooLate + 1)
		if len(r.open) != 0 {
			t.Errorf("%v: still waited for: %+v", err, r.open)
		}
	}
}

// TestEmitterDialsAnew: a connection on which something failed is left.
func TestEmitterDialsAnew(t *testing.T) {
	k, dialled := &kernel{err: errors.New("broken")}, 0
	r := &run{emitter: newEmitter(func() (kaudit.Sender, error) { dialled++; return k, nil })}
	for range 2 {
		r.sendNow(t, r.add(r.plan(attach, "u", "g", 7, 1)), 2)
	}
	k.err = nil
	for range 2 {
		r.sendNow(t, r.add(r.plan(attach, "u", "g", 7, 1)), 2)
	}
	if dialled != 3 || len(k.sent) != 2 {
		t.Errorf("dialled %d times, sent %d", dialled, len(k.sent))
	}
}

func TestEmitterTellsWhatTheKernelSays(t *testing.T) {
	for _, c := range []struct {
		err   error
		state fact.IntentState
	}{
		{kaudit.ErrNotPermitted, fact.Refused},
		{errors.Join(kaudit.ErrUnconfirmed), fact.Unknown},
	} {
		r := (&run{emitter: newEmitter(nil)}).restarted(&kernel{err: c.err})
		id := r.add(r.plan(attach, "u", "g", 7, 1))
		out := r.sendNow(t, id, 2)
		if out.State != c.state || out.Why == "" || strings.Contains(out.Why, "CAP_AUDIT_WRITE") != errors.Is(c.err, kaudit.ErrNotPermitted) {
			t.Errorf("%v: %+v", c.err, out)
		}
	}
}
