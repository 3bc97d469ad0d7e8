package trail

import "github.com/virtaudit/virtaudit/record"

// clockBack is by how many milliseconds a time must go back to be told: less is
// the jitter of senders.
const clockBack = 1000

// host keeps the events of a record's host: that it booted, which may be seen by
// the serials alone, and that auditd is back, which it need not say.
func (t *Trail) host(e *entry, booted, back bool) {
	if !t.keeps {
		return
	}
	r, n := &e.rec, e.node
	t.watchClock(e)
	if back {
		t.tellSeen(e, OpAuditdBack, n.seen)
	}
	switch {
	case booted && r.Type == record.SystemBoot:
		t.tellHost(e, OpBoot).Reason = "serials began anew"
	case booted:
		t.tellSeen(e, OpBoot, n.seen).Reason = "serials began anew"
	case r.Type == record.SystemBoot:
		ev := t.tellHost(e, OpBoot)
		if n := len(n.boots); n > 0 && !e.node.boots[n-1].proven && e.node.boots[n-1].at == r.Stamp && ev.Before != (Moment{}) {
			ev.Reason = serialsGoOn
		}
	case r.Type == record.SystemShutdown:
		t.tellHost(e, OpShutdown)
	case r.Type.Daemon():
		t.daemon(e)
	case e.late && !r.Type.Virt():
		t.tellLate(e)
	}
	if !r.Type.Daemon() && !e.late {
		n.seen = r.Stamp
	}
}

// serialsGoOn is said of a SYSTEM_BOOT that the kernel's serials don't confirm.
const serialsGoOn = "serials go on"

func (t *Trail) tellHost(e *entry, op string) *Event {
	ev := t.tell(e, nil, op)
	ev.Before = e.node.seen
	return ev
}

// tellSeen keeps an event that no record tells: a record shows it by its stamp.
func (t *Trail) tellSeen(e *entry, op string, before Moment) *Event {
	ev := t.newEvent()
	*ev = Event{At: e.rec.Stamp, Node: e.node.name, Op: op, Before: before}
	t.note(e, ev)
	return ev
}

// tellLate keeps one event of all records of a boot that came late and that
// tell of no guest.
func (t *Trail) tellLate(e *entry) {
	n := e.node
	if n.lateEvent == nil || n.lateBoot != e.boot {
		n.lateEvent, n.lateBoot = t.tellHost(e, OpLate), e.boot
	}
	n.lateEvent.Count++
	if t.owner != nil {
		t.owner.grew(n.lateEvent)
	}
}

// watchClock notes when the host's clock was set back. Only what programs send
// is stamped when it comes: a record of the kernel's own has the time at which
// its system call began.
func (t *Trail) watchClock(e *entry) {
	r, n := &e.rec, e.node
	if e.late || !r.Type.Virt() && r.Type != record.UserAVC && r.Type != record.SystemBoot {
		return
	}
	if r.Stamp.Millis < n.clock.Millis-clockBack {
		t.tellSeen(e, OpClockBack, n.clock)
	}
	n.clock = r.Stamp
}

// daemon keeps what auditd says of itself.
func (t *Trail) daemon(e *entry) {
	r := &e.rec
	op := OpAuditd
	switch r.Type {
	case record.DaemonStart:
		op = OpAuditdStart
	case record.DaemonEnd, record.DaemonAbort:
		op = OpAuditdEnd
	}
	ev := t.tellHost(e, op)
	if ev.Reason = t.fieldText(r, "op"); ev.Reason == "" {
		ev.Reason = r.TypeName()
	}
}
