package trail

import (
	"bytes"
	"strconv"

	"github.com/virtaudit/virtaudit/record"
)

// guest is a guest that has an open session, or a start under way, or both.
type guest struct {
	node *node
	key  string
	uuid string
	open *Session
	// starting is what was recorded of a start whose op=start hasn't come.
	starting *Session
	live     *liveGuest // in a Live
}

// presumption is evidence that a session ended, before it is certain: a stop
// may still follow.
type presumption struct {
	why   loss
	at    Moment // the evidence
	exact bool   // the end was at that moment, not just before it
	sig   uint64 // the signal of a crash
	by    mark
}

// loss is what proves that a session without a stop has ended.
type loss uint8

const (
	notLost loss = iota
	startedAgain
	hostBooted
	crashed
	stopCut
)

func (p presumption) String() string {
	if p.why == crashed && p.sig != 0 {
		return "crashed (signal " + strconv.FormatUint(p.sig, 10) + ")"
	}
	return lossNames[p.why]
}

var lossNames = [...]string{"", "started again", "host booted", "crashed", "the record of its stop was cut"}

// guestOf finds the record's guest, or makes it. It gives nil for a record
// that names none, or not whole.
func (t *Trail) guestOf(n *node, r *record.Record) *guest {
	uuid, ok := r.Lookup("uuid")
	if r.Marks&record.Cut != 0 && (!ok || uuid.Partial()) {
		return nil
	}
	key := uuid.Raw()
	if !ok || len(key) != uuidLen {
		key = guestKey(r, t.key[:0])
		t.key = key
	}
	if len(key) == 0 {
		return nil
	}
	if g := n.guests[string(key)]; g != nil {
		t.touched(g)
		return g
	}
	g := &guest{node: n, key: string(key)}
	if len(g.key) == uuidLen && ok {
		g.uuid = g.key
	} else if ok {
		g.uuid = uuid.String()
	}
	n.guests[g.key] = g
	t.touched(g)
	return g
}

// uuidLen is the length of a uuid as libvirt writes it.
const uuidLen = 36

// guestKey appends what tells a record's guest from others of its node: the
// uuid, or of a patched Docker's container its id, or the name.
func guestKey(r *record.Record, dst []byte) []byte {
	for _, name := range [...]string{"uuid", "ctr_id_short", "hostname", "vm"} {
		if f, ok := r.Lookup(name); ok && !f.Missing() && len(f.Raw()) > 0 {
			if name != "uuid" {
				dst = append(append(dst, name...), '=')
			}
			return f.AppendValue(dst)
		}
	}
	return dst
}

// fresh gives an empty session of a guest that begins with this record.
func (t *Trail) fresh(g *guest, e *entry) *Session {
	s := t.newSession()
	s.Node, s.UUID = g.node.name, g.uuid
	s.First, s.ID, s.begun = e.rec.Stamp, e.fact, e.mark()
	s.boots, s.Boot = len(g.node.boots), g.node.reached
	if t.owner != nil {
		t.owner.begin(g, s)
	}
	return s
}

// touch notes that a session was heard of.
func (t *Trail) touch(s *Session, e *entry) {
	r := &e.rec
	e.node.quiet = false
	s.Last = r.Stamp
	s.Late = s.Late || e.late
	if f, ok := r.Lookup("vm"); ok {
		t.rename(&s.Name, f)
	}
	if s.Virt != "" {
		return
	}
	if f, ok := r.Lookup("virt"); ok {
		s.Virt = t.intern(f)
	}
}

// rename takes over a name where it is another one.
func (t *Trail) rename(name *string, f record.Field) {
	t.value = f.AppendValue(t.value[:0])
	if !bytes.Equal([]byte(*name), t.value) {
		*name = t.internBytes(t.value)
	}
}

// start gives the guest's start that is under way, or begins one.
func (t *Trail) start(g *guest, e *entry) *Session {
	if g.starting == nil {
		g.starting = t.fresh(g, e)
	}
	t.touch(g.starting, e)
	return g.starting
}

// live gives the session of a guest that this record shows to be running. A
// guest without one was started before the log, or its start is missing.
func (t *Trail) live(g *guest, e *entry) *Session {
	t.settle(g)
	switch {
	case g.starting != nil && (g.open == nil || g.starting.labelled):
		t.supersede(g, g.starting)
		t.opened(g, g.starting)
		g.starting = nil
	case g.starting != nil: // resources without labels belong to who runs
		g.open.adopt(g.starting)
		t.recycle(g.starting)
		g.starting = nil
	case g.open == nil:
		t.opened(g, t.fresh(g, e))
	}
	t.touch(g.open, e)
	return g.open
}

// aftermath is for how many milliseconds after a crash the daemon may record
// what it had begun before.
const aftermath = 10_000

// alive takes back the presumption that a session ended: something was done
// with its guest since.
func alive(s *Session, n *node, at Moment) {
	s.boots = len(n.boots)
	if s.presumed.why != crashed || at.Millis > s.presumed.at.Millis+aftermath {
		s.presumed = presumption{}
	}
}

// opened makes s the guest's running session.
func (t *Trail) opened(g *guest, s *Session) {
	s.State = Running
	s.boots = len(g.node.boots)
	s.before = len(s.Holdings)
	g.open = s
	if s.PID != 0 {
		g.node.byPID[s.PID] = g
	}
	for _, l := range s.Labels {
		g.bind(l)
	}
}

// supersede loses the guest's running session, if there is one, to the next.
func (t *Trail) supersede(g *guest, next *Session) {
	t.settle(g)
	if g.open == nil {
		return
	}
	g.open.presume(presumption{why: startedAgain, at: next.First, by: next.begun})
	t.lose(g)
}

// presume notes the first evidence that a session ended. A crash, which gives
// the moment, counts more than what follows from it.
func (s *Session) presume(p presumption) {
	if s.presumed.why == notLost {
		s.presumed = p
	}
}

// settle loses the guest's session if its host has surely booted since.
func (t *Trail) settle(g *guest) {
	s := g.open
	if s == nil {
		return
	}
	t.touched(g)
	for ; s.boots < len(g.node.boots); s.boots++ {
		b := g.node.boots[s.boots]
		s.presume(presumption{why: hostBooted, at: b.at, by: s.bootMark(b)})
		if b.proven {
			t.lose(g)
			return
		}
	}
}

// settleAll settles the guest's session, and gives up a start that its host's
// boot ended.
func (t *Trail) settleAll(g *guest) {
	t.settle(g)
	if s := g.starting; s != nil && s.boots < len(g.node.boots) {
		b := g.node.boots[s.boots]
		t.abandon(g, presumption{why: hostBooted, at: b.at, by: b.by})
	}
}

// abandon gives up a start of which the log says no more: whatever became of
// it, the evidence ends it. Without evidence it may be going on.
func (t *Trail) abandon(g *guest, p presumption) {
	s := g.starting
	g.starting = nil
	if p.why != notLost {
		s.EndReason = p.String()
		s.endBetween(p)
	}
	g.unbind(s)
	t.finish(s)
}

// bind notes whose a label's categories are, unbind that they are no more.
func (g *guest) bind(l Label) {
	if c, ok := categories([]byte(l.Process)); ok {
		g.node.byMCS[c] = g
	}
}

func (g *guest) unbind(s *Session) {
	for _, l := range s.Labels {
		if c, ok := categories([]byte(l.Process)); ok && g.node.byMCS[c] == g {
			delete(g.node.byMCS, c)
		}
	}
}

// lose ends the guest's session by what is presumed of it.
func (t *Trail) lose(g *guest) {
	s := g.open
	p := s.presumed
	s.State = Lost
	s.EndReason = p.String()
	if p.exact {
		s.End = p.at
		s.end(p.at, ByLoss, p.by.fact)
	} else {
		s.endBetween(p)
	}
	t.tellLoss(g.node, s)
	t.close(g)
}

// endBetween ends a session after its last record and before the evidence. What
// is recorded of it after that came out of order, or was the next session's.
func (s *Session) endBetween(p presumption) {
	before := p.at
	s.EndAfter, s.EndBefore = s.Last, before
	if !earlier(s.EndAfter, before) {
		s.EndAfter = s.First
		if earlier(s.First, s.Start) && earlier(s.Start, before) {
			s.EndAfter = s.Start
		}
	}
	s.end(Moment{}, ByLoss, p.by.fact)
}

// close is the end of the guest's session, whatever its state.
func (t *Trail) close(g *guest) {
	s := g.open
	g.open = nil
	if g.node.byPID[s.PID] == g {
		delete(g.node.byPID, s.PID)
	}
	g.unbind(s)
	if g.starting != nil { // the next one's may be the same
		for _, l := range g.starting.Labels {
			g.bind(l)
		}
	}
	t.finish(s)
}

// forget drops a guest that has nothing open.
func (g *guest) forget() {
	if g.open == nil && g.starting == nil {
		delete(g.node.guests, g.key)
	}
}
