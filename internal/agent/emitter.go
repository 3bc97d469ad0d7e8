package agent

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"time"

	"github.com/virtaudit/virtaudit/guest"
	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/witness"
	"github.com/virtaudit/virtaudit/kaudit"
	"github.com/virtaudit/virtaudit/record"
)

// An emitter sends the records that libvirt should have sent and did not, and recognizes
// them when they come back in the log. It is the writer's.
type emitter struct {
	dial func() (kaudit.Sender, error) // nil where nothing is to be sent
	to   kaudit.Sender
	boot string
	pid  int
	sent uint64 // by this process
	// waited is when records were last seen to wait for auditd.
	waited int64
	// held is when the kernel last took no record, 0 where it never did so, and
	// heldWhy why.
	held    int64
	heldWhy string

	open map[uint64]*intent // by the number of their first fact
}

// An intent is a record that was to be sent and that the log, as far as it was read,
// doesn't have.
type intent struct {
	fact.Intended
	old bool // planned by an earlier process; only that one knew what became of it
}

func newEmitter(dial func() (kaudit.Sender, error)) *emitter {
	return &emitter{dial: dial, boot: witness.BootID(), pid: os.Getpid(), open: map[uint64]*intent{}}
}

// plan makes the intent to send a record.
func (e *emitter) plan(w fact.Wanted, uuid, name string, observation uint64, now int64) fact.Intended {
	return fact.Intended{
		State: fact.Planned, Boot: e.boot, PID: e.pid, Count: e.sent, Wanted: w,
		UUID: uuid, Name: name, At: now, For: observation,
	}
}

// sendTime is how long the kernel may take for a record or a question. The writer waits
// for it, and all sources wait for the writer.
const sendTime = time.Second

// heldPause is for how many milliseconds the kernel isn't asked again if it took longer,
// or took no record.
const heldPause = 10_000

// The reasons why the kernel isn't asked.
const (
	noRoom   = "the kernel's audit had no room until now"
	disabled = "audit is disabled in the kernel"
)

// hold notes that the kernel is not to be asked again for a while.
func (e *emitter) hold(now int64, why string) { e.held, e.heldWhy = now, why }

// send sends what was planned in fact id, and gives what became of it. It gives false if
// the record surely wasn't sent and can be sent later, as the kernel has no room, audits
// nothing for now, or the service ends.
func (e *emitter) send(ctx context.Context, id uint64, now int64) (fact.Intended, bool) {
	in := e.open[id].Intended
	in.ID, in.At = id, now
	switch err := e.try(ctx, in.Wanted); {
	case err == nil:
		in.State = fact.Sent
		e.sent++
	case errors.Is(err, kaudit.ErrUnconfirmed):
		in.State, in.Why = fact.Unknown, err.Error()
		e.sent++
	case errors.Is(err, kaudit.ErrDisabled):
		e.hold(now, disabled)
		return fact.Intended{}, false
	case errors.Is(err, kaudit.ErrBacklog), ctx.Err() != nil, errors.Is(err, context.DeadlineExceeded):
		e.hold(now, noRoom)
		return fact.Intended{}, false
	default:
		in.State, in.Why = fact.Refused, err.Error()
		if errors.Is(err, kaudit.ErrNotPermitted) {
			in.Why += "; it takes CAP_AUDIT_WRITE"
		}
	}
	return in, true
}

// refuse gives the outcome of what was planned in fact id if it is no longer to be sent,
// and else false.
func (e *emitter) refuse(id uint64, now int64, lacks func(uint64, fact.Wanted) bool) (fact.Intended, bool) {
	in := e.open[id].Intended
	why := e.open[id].over(now, lacks)
	in.ID, in.At, in.State, in.Why = id, now, fact.Refused, notSent+why
	return in, why != ""
}

// Why a planned record is not sent.
const (
	notSent   = "it was not sent: "
	notLacked = "the guest lacks it no more"
)

// over tells why a record is no longer to be sent, "" if it is.
func (o *intent) over(now int64, lacks func(uint64, fact.Wanted) bool) string {
	switch {
	case now-o.At > tooLate:
		return "it is too late"
	case !lacks(o.For, o.Wanted):
		return notLacked
	}
	return ""
}

func (e *emitter) try(ctx context.Context, w fact.Wanted) error {
	t, ok := record.ParseType(w.Type)
	if !ok {
		return fmt.Errorf("type %q is none", w.Type)
	}
	if err := e.connect(); err != nil {
		return err
	}
	m := guest.Message{Type: t, Result: record.Success, Text: []byte(w.Text)}
	if w.Failed {
		m.Result = record.Failed
	}
	ctx, cancel := context.WithTimeout(ctx, sendTime)
	defer cancel()
	err := e.to.Send(ctx, m)
	if err != nil {
		e.hangUp()
	}
	return err
}

// hangUp closes a connection that may be broken. The next record opens another.
func (e *emitter) hangUp() {
	if c, ok := e.to.(io.Closer); ok {
		_ = c.Close() // it is of no use any more
	}
	e.to = nil
}

func (e *emitter) connect() (err error) {
	if e.to == nil {
		e.to, err = e.dial()
	}
	return err
}

// A prober is a Sender that can ask for the state of the kernel's audit, as *kaudit.Conn.
type prober interface {
	Status(context.Context) (kaudit.Status, error)
}

// settled is how many milliseconds after records waited for auditd the log may still lack
// them.
const settled = 2_000

// behind tells why the log may lack records that the kernel has, or had until just now;
// "" if it doesn't.
func (e *emitter) behind(ctx context.Context, byAuditd bool, now int64) string {
	if since := now - e.held; e.held != 0 && since >= 0 && since < heldPause {
		return e.heldWhy
	}
	why, late := e.waiting(ctx, byAuditd)
	if late {
		e.hold(now, noRoom)
	}
	if why != "" {
		e.waited = now
		return why
	}
	if since := now - e.waited; since >= 0 && since < settled {
		return "records waited for auditd until now"
	}
	return ""
}

// waiting tells whether records wait for auditd, in the kernel or in auditd's socket, or
// nobody is there to write them; late is that the kernel didn't answer in time. To ask the
// kernel takes more than to send; without that only the socket is looked at.
func (e *emitter) waiting(ctx context.Context, byAuditd bool) (why string, late bool) {
	if e.connect() != nil {
		return "", false // sending tells
	}
	p, ok := e.to.(prober)
	if !ok {
		return "", false
	}
	asking, cancel := context.WithTimeout(ctx, sendTime)
	defer cancel()
	s, err := p.Status(asking)
	switch {
	case errors.Is(err, kaudit.ErrNotPermitted):
		if byAuditd && unreadByAuditd() > 0 {
			return unreadWords, false
		}
		return "", false
	case err != nil:
		e.hangUp() // the connection may be what is broken
		if asking.Err() != nil {
			return "the kernel doesn't tell how its audit is", true
		}
		return "", false
	case byAuditd && s.PID == 0:
		return "no auditd takes the kernel's records", false
	case s.Backlog > 0:
		return fmt.Sprintf("%d records wait in the kernel for auditd", s.Backlog), false
	case byAuditd && unread(s.PID) > 0:
		return unreadWords, false
	}
	return "", false
}

const unreadWords = "records wait in auditd's socket"

// take notes what a fact says of intents. With replay it is a stored fact that is read
// again after a start.
func (e *emitter) take(f *fact.Fact, replay bool) {
	if f.Kind != fact.Intent {
		return
	}
	var in fact.Intended
	if f.Decode(&in) != nil {
		return // the Deriver reports it
	}
	if in.State == fact.Planned {
		e.open[f.Seq] = &intent{Intended: in, old: replay}
		return
	}
	o := e.open[in.ID]
	switch {
	case o == nil:
	case in.State == fact.Sent, in.State == fact.Unknown:
		o.State = in.State // the log may have it yet
	default:
		delete(e.open, in.ID)
	}
}

// seen gives the intent that a record fulfils, if any: the first of equal ones.
func (e *emitter) seen(r *record.Record, now int64) (fact.Intended, bool) {
	if len(e.open) == 0 || !r.Type.Virt() {
		return fact.Intended{}, false
	}
	text := r.AppendMessage(nil)
	for _, id := range e.ids() {
		if o := e.open[id]; o.Fulfils(r, text) {
			in := o.Intended
			in.ID, in.State, in.At = id, fact.Logged, now
			return in, true
		}
	}
	return fact.Intended{}, false
}

// grace is how many milliseconds past an intent the log must be read to show that nothing
// was sent.
const grace = 6_000

// tooLate is how many milliseconds after an intent its record is no longer sent, nor
// waited for.
const tooLate = 3600_000

// forget drops the intents whose record should have come long ago.
func (e *emitter) forget(now int64) {
	maps.DeleteFunc(e.open, func(_ uint64, o *intent) bool { return o.State != fact.Planned && now-o.At > tooLate })
}

// settle decides about the intents of earlier processes, when the log was read up to a
// time. Those that it would show and lacks were not sent, and are planned again if the
// guest still lacks them. If the log was not read as a whole, nobody knows.
func (e *emitter) settle(readTo int64, whole bool, now int64, lacks func(uint64, fact.Wanted) bool) (outcomes, again []fact.Intended) {
	for _, id := range e.ids() {
		o := e.open[id]
		if !o.old || o.State != fact.Planned || readTo < o.At+grace {
			continue
		}
		in := o.Intended
		in.ID, in.At = id, now
		if whole {
			in.State, in.Why = fact.Refused, "the log was read past it and lacks it: it was not sent"
			switch why := o.over(now, lacks); {
			case o.Boot != e.boot:
				in.Why += ", and it is too late, as the host was started anew"
			case why != "":
				in.Why += ", and " + why
			default:
				again = append(again, e.plan(o.Wanted, o.UUID, o.Name, o.For, now))
			}
		} else {
			in.State, in.Why = fact.Unknown, "the service ended before it knew, and the log was not read without a gap since"
		}
		outcomes = append(outcomes, in)
	}
	return outcomes, again
}

// planned tells whether any record is to be sent.
func (e *emitter) planned() bool {
	if e.dial == nil {
		return false
	}
	for _, o := range e.open {
		if o.due() {
			return true
		}
	}
	return false
}

// due tells whether the record is to be sent.
func (o *intent) due() bool { return o.State == fact.Planned && !o.old }

func (e *emitter) ids() []uint64 {
	ids := make([]uint64, 0, len(e.open))
	for id := range e.open {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}
