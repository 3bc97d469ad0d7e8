package trail

import "github.com/virtaudit/virtaudit/record"

// A Trail takes records and gives sessions. It is for one goroutine.
type Trail struct {
	onSession func(*Session)
	nodes     map[string]*node
	last      *node // the node of the last record, as most follow their like
	window    window
	free      *entry // one whose record was there before
	counts    counts
	interned  pool
	spare     []*Session // finished ones whose memory can be used again
	key       []byte
	value     []byte
	fact      uint64  // the number of the last record's, where it has one
	owner     *Live   // which it is part of, or nil
	keeps     bool    // events
	block     []Event // memory for the next of them
	sender    *Sender // of the last of them, and what its record said of it
	sentBy    []byte
}

// New gives an empty trail. Each session is given to onSession when its end is
// known, or by End; with nil, sessions are only counted.
func New(onSession func(*Session)) *Trail {
	return &Trail{
		onSession: onSession,
		nodes:     map[string]*node{},
		interned:  newPool(),
		counts:    counts{kinds: make([]tally, len(record.Kinds()))},
	}
}

// Add takes the next record of a stream. The node is that of records that name
// none. The record is the caller's again afterwards.
func (t *Trail) Add(nodeName string, r *record.Record) {
	e := t.entry()
	r.CopyTo(&e.rec)
	t.keep(nodeName, e)
}

// Take is Add without a copy, for a record that ParseCopy or Clone made. The
// caller gets an older one for it, whose memory the next may use.
func (t *Trail) Take(nodeName string, r *record.Record) {
	e := t.entry()
	e.rec, *r = *r, e.rec
	t.keep(nodeName, e)
}

// keep puts a record into the window, if it wasn't there before.
func (t *Trail) keep(nodeName string, e *entry) {
	e.size = e.rec.Len()
	e.fact, e.order, e.told = t.fact, 0, 0
	if t.window.place(t.nodeOf(nodeName, &e.rec), e) {
		t.window.push(e)
		return
	}
	t.counts.Repeated++
	if !e.large() {
		t.free = e
	}
}

// entry gives a place for the next record: that of the oldest in the window,
// which is used.
func (t *Trail) entry() *entry {
	if e := t.free; e != nil {
		t.free = nil
		return e
	}
	var e *entry
	for t.window.full() {
		e = t.window.pop()
		t.use(e)
	}
	if e == nil || e.large() {
		return &entry{}
	}
	return e
}

// End tells that no record follows: those kept back are used, and the sessions
// that are still open are given out.
func (t *Trail) End() {
	for t.window.n > 0 {
		t.use(t.window.pop())
	}
	for _, n := range t.sortedNodes() {
		for _, g := range n.sortedGuests() {
			t.endGuest(g)
		}
		n.guests = map[string]*guest{}
	}
}

// endGuest gives out what a guest has open.
func (t *Trail) endGuest(g *guest) {
	t.settle(g)
	if g.starting != nil {
		t.endStart(g)
	}
	switch {
	case g.open == nil:
	case g.open.presumed.why != notLost:
		t.lose(g)
	default:
		t.close(g)
	}
}

// endStart settles a start that has no op=start at the end of the log: without
// labels before it, its resources are those of the session that runs.
func (t *Trail) endStart(g *guest) {
	if g.open != nil && !g.starting.labelled && g.starting.boots == len(g.node.boots) {
		g.open.adopt(g.starting)
		t.recycle(g.starting)
		g.starting = nil
		return
	}
	if g.open != nil {
		g.open.presume(presumption{why: startedAgain, at: g.starting.First, by: g.starting.begun})
	}
	t.abandon(g, presumption{})
}

// nodeOf finds the node of a record by its name or the stream's.
func (t *Trail) nodeOf(stream string, r *record.Record) *node {
	name := r.NodeBytes()
	if len(name) == 0 {
		name = append(t.key[:0], stream...)
		t.key = name
	}
	if t.last != nil && t.last.name == string(name) {
		return t.last
	}
	n := t.nodes[string(name)]
	if n == nil {
		n = newNode(string(name))
		t.nodes[n.name] = n
	}
	t.last = n
	return n
}

// use takes a record in its order.
func (t *Trail) use(e *entry) {
	r, n := &e.rec, e.node
	if t.owner != nil {
		t.owner.use(e)
	}
	reached, off := n.reached, n.off
	if r.Type.Daemon() {
		n.auditd(e)
	}
	n.arrive(e)
	if t.owner != nil {
		t.owner.arrived(n)
	}
	t.host(e, n.reached > reached, off != (Moment{}) && n.off == (Moment{}) && !r.Type.Daemon())
	t.counts.add(e)
	switch {
	case r.Type == record.VirtResource:
		t.resource(e)
	case r.Type == record.VirtControl:
		t.control(e)
	case r.Type == record.VirtMachineID:
		t.label(e)
	case r.Type == record.AVC, r.Type == record.UserAVC:
		t.denial(e)
	case r.Type.Anomaly():
		t.anomaly(e)
	case r.Type == record.Seccomp:
		t.seccomp(e)
	case r.Type.Virt():
		t.aside(e, virtOps[r.Type])
	}
}

// newSession gives a session to fill.
func (t *Trail) newSession() *Session {
	if n := len(t.spare); n > 0 {
		s := t.spare[n-1]
		t.spare = t.spare[:n-1]
		return s
	}
	return &Session{}
}

// maxSpares and maxSpare bound how many sessions' memory is kept, and how much
// of each.
const maxSpares, maxSpare = 1024, 256

// recycle keeps the memory of a session that nobody holds.
func (t *Trail) recycle(s *Session) {
	if t.keeps || len(t.spare) >= maxSpares || cap(s.Holdings)+cap(s.Permissions)+cap(s.Attempts)+cap(s.Steps) > maxSpare {
		return
	}
	*s = Session{
		Labels: s.Labels[:0], Holdings: s.Holdings[:0], Steps: s.Steps[:0],
		Permissions: s.Permissions[:0], Attempts: s.Attempts[:0],
	}
	t.spare = append(t.spare, s)
}

// counting tells whether all that is asked for is a Summary. What a session tried,
// its quantities and device rules don't count there, and nothing hangs on them.
func (t *Trail) counting() bool { return t.onSession == nil && !t.keeps }

// attempt notes what failed.
func (t *Trail) attempt(s *Session, a Attempt) {
	if !t.counting() {
		s.Attempts = append(s.Attempts, a)
	}
}

// finish counts a session and gives it out.
func (t *Trail) finish(s *Session) {
	s.sort()
	t.counts.Sessions[s.State]++
	if t.onSession != nil {
		t.onSession(s)
		return
	}
	t.recycle(s)
}

// maxValue is the longest value that is kept whole. The kernel cuts texts at
// 8560 bytes, so a longer one is no real record's.
const maxValue = 16 << 10

// intern gives a field's value as a string, the same one for equal values.
func (t *Trail) intern(f record.Field) string {
	if s := word(f.Raw()); s != "" {
		return s
	}
	t.value = f.AppendValue(t.value[:0])
	return t.internBytes(t.value)
}

func (t *Trail) internBytes(b []byte) string {
	return t.interned.get(b[:min(len(b), maxValue)])
}
