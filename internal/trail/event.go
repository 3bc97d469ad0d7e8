package trail

import (
	"bytes"
	"cmp"
	"slices"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/record"
)

// An Event is what one record says of a guest or its host; or that a session
// was lost, which no record says.
type Event struct {
	At   Moment
	Node string
	// Type is the record's; 0 of an event that no record tells.
	Type record.Type
	// UUID and Name are the guest's where no session is.
	UUID, Name string
	// Op is what was done: one of the Op constants, or what the record's op= or
	// reason= says.
	Op string
	// Reason is why: the reason of a start or stop, what a process was denied.
	Reason string
	// Kind, ID and Sub name a resource as those of a Holding do. Old is what
	// was there before.
	Kind, ID, Sub, Old string
	Result             record.Result
	Marks              record.Marks
	// Held tells whether the guest held what was denied to it, HeldAs the kind of
	// resource that it was to it.
	Held   Held
	HeldAs string
	// Late tells that the record came after others that follow it.
	Late bool
	// Sender sent the record; a record of the kernel's own has none. It is not
	// to be changed, as events share it.
	Sender *Sender
	// Before is the last record of the node before a host's event.
	Before Moment
	// Count is how many records an event of OpLate stands for.
	Count int

	// Fact is the number of the fact that tells it, and Nth counts the events of
	// one fact from 0; losses of sessions that it shows have less, as they stand
	// before it. A node's events are in the order of
	// Order and Nth. SessionID is the ID of its session, or in a Delta of one that
	// may belong to another. All are 0 where facts have no numbers.
	Fact      uint64
	Nth       int
	Order     uint64
	SessionID uint64
	// By is who told it, where that wasn't the log. Then it happened after Before
	// and at At at the latest, and Text is what was told, if it was words.
	By   fact.Witness
	Text string

	session *Session
	counted int          // Count when it was given
	givenAs *liveSession // what it was given as part of, in a copy
}

// Sender is the process that sent a record, and its program.
type Sender struct {
	PID, UID, AUID uint32
	Exe            string
}

// What events tell, beside what records call attach, detach, update and so on.
const (
	OpStart          = "start"
	OpStop           = "stop"
	OpInit           = "init"
	OpLost           = "lost"
	OpLabel          = "label"
	OpAllow          = "allow"
	OpDeny           = "deny"
	OpDenied         = "denied"  // a process was denied something by its label
	OpSeccomp        = "seccomp" // a process made a system call that it may not
	OpCrash          = "crash"   // a process was ended by a signal
	OpAnomaly        = "anomaly"
	OpCreate         = "create"
	OpDestroy        = "destroy"
	OpMigrateIn      = "migrate-in"
	OpMigrateOut     = "migrate-out"
	OpIntegrityCheck = "integrity-check"
	OpBoot           = "boot"
	OpShutdown       = "shutdown"
	OpClockBack      = "clock-back"   // the host's clock was set back
	OpAuditdBack     = "auditd-back"  // auditd was seen to write without having begun to
	OpLate           = "late"         // records of no guest came out of order, the first here
	OpAuditd         = "auditd"       // what else auditd says of itself
	OpAuditdStart    = "auditd-start" // auditd began to write
	OpAuditdEnd      = "auditd-end"
)

// Held tells whether a guest held a resource.
type Held uint8

// What is known of it. HeldUnknown is for what can't be compared with records,
// such as a file's name without its directory, and for a guest whose start is
// not in the log. HeldNo says that no record gave it; HeldAllowed that only a
// device rule allows it.
const (
	HeldUnknown Held = iota
	HeldNo
	HeldYes
	HeldAllowed
)

func (h Held) String() string { return [...]string{"unknown", "no", "yes", "allowed"}[h] }

// Session gives the session that an event belongs to, or nil: those of the
// host, and of a guest that isn't known to run.
func (e *Event) Session() *Session {
	for e.session != nil && e.session.into != nil {
		e.session = e.session.into
	}
	return e.session
}

// KeepEvents makes the trail keep what each record says, for Events. It is to
// be called before the first Add.
func (t *Trail) KeepEvents() { t.keeps = true }

// tell keeps an event of that record. It gives nil where events are not kept.
func (t *Trail) tell(e *entry, s *Session, op string) *Event {
	if !t.keeps {
		return nil
	}
	r, ev := &e.rec, t.newEvent()
	*ev = Event{
		At: r.Stamp, Node: e.node.name, Type: r.Type, Op: op,
		Result: r.Result, Marks: r.Marks, Late: e.late, session: s,
	}
	ev.Sender = t.senderOf(r)
	t.note(e, ev)
	return ev
}

// note keeps an event.
func (t *Trail) note(e *entry, ev *Event) {
	if t.owner != nil {
		t.owner.note(e, ev)
		return
	}
	e.node.events = append(e.node.events, ev)
}

// eventBlock is how many events are allocated at once.
const eventBlock = 128

func (t *Trail) newEvent() *Event {
	if t.owner != nil { // which may keep one of many
		return &Event{}
	}
	if len(t.block) == 0 {
		t.block = make([]Event, eventBlock)
	}
	ev := &t.block[0]
	t.block = t.block[1:]
	return ev
}

// senderOf gives who sent a record: mostly who sent the one before.
func (t *Trail) senderOf(r *record.Record) *Sender {
	kernel, libaudit := r.Fields(record.Kernel), r.Fields(record.Libaudit)
	if len(kernel) == 0 && len(libaudit) == 0 {
		return nil
	}
	t.value = t.value[:0]
	for _, f := range kernel[:min(len(kernel), 3)] { // pid uid auid
		t.value = append(append(t.value, f.Name()...), '=')
		t.value = append(append(t.value, f.Raw()...), ' ')
	}
	if len(libaudit) > 0 { // exe
		t.value = append(t.value, libaudit[0].Raw()...)
	}
	if t.sender != nil && bytes.Equal(t.value, t.sentBy) {
		return t.sender
	}
	t.sentBy = append(t.sentBy[:0], t.value...)
	by := r.Sender()
	t.sender = &Sender{PID: by.PID, UID: by.UID, AUID: by.AUID, Exe: r.Exe()}
	return t.sender
}

// tellGuest keeps an event of a guest that may have no session.
func (t *Trail) tellGuest(e *entry, g *guest, s *Session, op string) *Event {
	ev := t.tell(e, s, op)
	switch {
	case ev == nil:
		return nil
	case s != nil:
		ev.UUID, ev.Name = s.UUID, s.Name
	case g != nil && g.open != nil:
		ev.UUID, ev.Name = g.uuid, g.open.Name
	default:
		ev.UUID, ev.Name = t.fieldText(&e.rec, "uuid"), t.fieldText(&e.rec, "vm")
	}
	if ev.UUID != "" && e.node.names.Get(ev.UUID) != ev.Name {
		e.node.names.Put(ev.UUID, ev.Name)
	}
	return ev
}

// tellControl keeps an event of a guest as a whole.
func (t *Trail) tellControl(e *entry, g *guest, s *Session, op string) {
	if ev := t.tellGuest(e, g, s, op); ev != nil {
		ev.Reason = t.fieldText(&e.rec, "reason")
	}
}

// tell keeps the event of a resource's change.
func (c *change) tell(e *entry, g *guest) {
	if !c.trail.keeps {
		return
	}
	ev := c.trail.tellGuest(e, g, c.session, c.reason)
	ev.Kind, ev.Sub, ev.ID, ev.Old, ev.Reason = c.kind, c.more, c.id, c.was, c.acl
	ev.Marks = c.rec.Marks
	if c.absent {
		ev.Result = record.Unknown
	}
	if c.holdsFile {
		c.session.openedBy = append(c.session.openedBy, ev)
	}
}

// yieldEvents hands the events of the last n files that were opened over to another
// session.
func (s *Session) yieldEvents(n int, next *Session) {
	if n > len(s.openedBy) {
		return // events are not kept
	}
	from := len(s.openedBy) - n
	for _, ev := range s.openedBy[from:] {
		ev.session = next
	}
	next.openedBy = append(next.openedBy, s.openedBy[from:]...)
	s.openedBy = s.openedBy[:from]
}

// tellLoss keeps that a session was lost, for its place among the events.
func (t *Trail) tellLoss(n *node, s *Session) {
	if !t.keeps {
		return
	}
	ev := &Event{At: s.EndBefore, Node: s.Node, Op: OpLost, Reason: s.EndReason, session: s}
	if s.End != (Moment{}) {
		ev.At = s.End
	}
	by := s.presumed.by
	ev.Fact, ev.Nth, ev.Order = by.fact, by.nth, by.order
	if t.owner != nil {
		t.owner.lost(ev)
		return
	}
	n.losses = append(n.losses, ev)
}

// compareGuests gives the order of the guests of two sessions.
func compareGuests(a, b *Session) int {
	return cmp.Or(cmp.Compare(a.UUID, b.UUID), cmp.Compare(a.Name, b.Name))
}

// Events gives what was told, node by node in the order of its records, and
// the nodes' by time. It is whole after End.
func (t *Trail) Events() []*Event {
	var lists [][]*Event
	for _, n := range t.sortedNodes() {
		lists = append(lists, n.eventsInOrder())
	}
	return merge(lists, millisOf)
}

// eventsInOrder gives a node's events, the losses of its sessions beside what
// proves them: behind a crash, before a boot or the next start. Several are in
// the order of their guests.
func (n *node) eventsInOrder() []*Event {
	lost := map[Moment][]*Event{}
	for _, ev := range n.losses {
		lost[ev.At] = append(lost[ev.At], ev)
	}
	for _, evs := range lost {
		slices.SortStableFunc(evs, func(a, b *Event) int { return compareGuests(a.session, b.session) })
	}
	events := make([]*Event, 0, len(n.events))
	for _, ev := range n.events {
		crashes := lost[ev.At]
		delete(lost, ev.At)
		if ev.Op == OpCrash {
			events = append(append(events, ev), crashes...)
		} else {
			events = append(append(events, crashes...), ev)
		}
	}
	var rest []*Event // of which the evidence is no event
	for _, evs := range lost {
		rest = append(rest, evs...)
	}
	slices.SortFunc(rest, func(a, b *Event) int {
		return cmp.Or(cmp.Compare(a.At.Millis, b.At.Millis), cmp.Compare(a.At.Serial, b.At.Serial), cmp.Compare(a.UUID, b.UUID))
	})
	return merge([][]*Event{events, rest}, millisOf)
}

func millisOf(ev *Event) int64 { return ev.At.Millis }
