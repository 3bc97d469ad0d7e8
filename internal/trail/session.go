package trail

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/record"
)

// Moment is when something happened and, by its serial, the proof of it: the
// audit event that says so. The zero Moment is unknown.
type Moment = record.Stamp

// State is what is known of a session's end.
type State uint8

const (
	// Starting: a start was begun and the log doesn't say how it went on.
	Starting State = iota
	// Running: no end is in the log.
	Running
	// Closed: it was stopped.
	Closed
	// Failed: the start failed; its resources were never held.
	Failed
	// Lost: no stop, but evidence that it ended.
	Lost

	states
)

var stateNames = [states]string{"starting", "running", "closed", "failed", "lost"}

func (s State) String() string { return stateNames[s] }

// A Session is one run of a guest on a host, or a start that failed.
type Session struct {
	Node, UUID, Name, Virt string
	State                  State

	// Start is zero where the start is not in the log.
	Start       Moment
	StartReason string
	// PID is the guest's process; 0 where it is unknown.
	PID uint64
	// InitPID is a container's first process.
	InitPID uint64

	// End is zero while the session runs, and where the moment is uncertain:
	// then it ended after EndAfter and before EndBefore.
	End       Moment
	EndReason string
	EndAfter  Moment
	EndBefore Moment

	// First and Last are the first and last records of the session.
	First, Last Moment

	Labels      []Label
	Holdings    []Holding
	Steps       []Step
	Permissions []Permission
	Attempts    []Attempt
	// Late tells that a record of the session came out of order, by more than
	// could be mended.
	Late bool

	// Number counts the guest's sessions on its node, from 1; a Collector gives
	// it.
	Number int

	// Boot counts the boots of its node that the log shows before it, from 0.
	Boot int

	// ID is the number of the session's first fact; 0 where facts have none, as
	// in logs.
	ID uint64
	// By is who alone shows that there is such a session: a witness other than
	// the log. It is empty of a session that records tell of.
	By fact.Witness

	begun    mark // by its first record
	live     *liveSession
	presumed presumption
	open     map[holdKey][]int // holdings that hold still, of a session with many
	allowed  map[[2]string][]int
	opens    int      // files that are open for interfaces
	before   int      // holdings that it had when it was seen to run
	closed   closed   // the last of them that were closed
	mixed    bool     // the holdings are not in order
	boots    int      // how many boots of its node came before it was last heard of
	labelled bool     // the start began with labels, so it is a start
	cutStart bool     // its op=start lost its outcome
	openedBy []*Event // of files that it held for interfaces, for each one
	into     *Session // what it turned out to be part of
	ended    bool     // for certain, in a Live
}

// IsOver tells whether a session that a Live gave is over for certain, by its stop or
// by what came after it. Others may go on: a crash, or a boot that nothing proves,
// is all that tells that they don't.
func (s *Session) IsOver() bool { return s.ended }

// A Label is a security label that was bound to the session's guest.
type Label struct {
	Model, Process, Image string
	At                    Moment
}

// Ended is how a holding ended.
type Ended string

// How holdings end. The empty one holds still, or ended with its session at a
// moment that is unknown.
const (
	ByStop     Ended = "stop"
	ByDetach   Ended = "detach"
	ByUpdate   Ended = "update"
	BySnapshot Ended = "snapshot"
	ByLoss     Ended = "lost"
	ByCgroup   Ended = "deny"
)

// A Holding is one resource that a session held. Equal ones are several: three
// random devices on /dev/random are three holdings.
type Holding struct {
	Kind string // resrc=, or net-open
	ID   string // path, address, MAC
	Sub  string // what more tells it from others: a device's bus, an opened file's interface
	// From is zero where the log doesn't say since when: it was held before To.
	From   Moment
	Reason string // the reason of the record that began it
	To     Moment
	Ended  Ended
	// Marks are those of the records behind it.
	Marks record.Marks
	// Unproven tells that the record that began it lost its result.
	Unproven bool

	// By is who shows it where no record does: what follows is of such a holding
	// alone. It began after Earliest, where that is known, and before From; it
	// ended after Latest and before To.
	By               fact.Witness
	Earliest, Latest Moment
	// Begin and End are the facts that show it, 0 where there is none.
	Begin, End uint64
	// Also are the witnesses that show it too, of any holding.
	Also []fact.Witness
}

// A Step is a quantity from a moment on, until the next step of its kind.
type Step struct {
	Kind  string // mem, vcpu, iothread
	Value uint64 // mem in KiB
	From  Moment
	Marks record.Marks
}

// A Permission is a device rule of the guest's cgroup.
type Permission struct {
	Class string // all, path, major
	Path  string // a device's path, or a class of devices
	ACL   string
	Allow bool
	From  Moment
	To    Moment // of an allowed one: when it was denied again
}

// An Attempt is an operation that failed, or, in a failed session, what would
// have been held.
type Attempt struct {
	Kind, ID, Sub string
	Op            string // the record's reason or op
	At            Moment
	Marks         record.Marks
}

// holdKey finds the holdings that a record may end.
type holdKey struct{ kind, id, sub string }

func (h *Holding) key() holdKey {
	if h.Kind == netOpen { // they end with their interface
		return holdKey{kind: netOpen, sub: h.Sub}
	}
	return holdKey{h.Kind, h.ID, h.Sub}
}

// smallSession is up to how many holdings, or rules, a session is searched from
// the end instead of by an index.
const smallSession = 32

// hold begins a holding, or notes one that has ended.
func (s *Session) hold(h Holding) {
	s.Holdings = append(s.Holdings, h)
	n := len(s.Holdings)
	switch {
	case n < smallSession:
	case s.open == nil:
		s.open = map[holdKey][]int{}
		for i := range s.Holdings {
			s.index(i)
		}
	default:
		s.index(n - 1)
	}
}

func (s *Session) index(i int) {
	if h := &s.Holdings[i]; h.Ended == "" {
		s.open[h.key()] = append(s.open[h.key()], i)
	}
}

// last gives the place of the holding of that key that began last and holds
// still, or -1.
func (s *Session) last(k holdKey) int {
	if s.open != nil {
		stack := s.open[k]
		if len(stack) == 0 {
			return -1
		}
		i := stack[len(stack)-1]
		if stack = stack[:len(stack)-1]; len(stack) == 0 {
			delete(s.open, k)
		} else {
			s.open[k] = stack
		}
		return i
	}
	for i := len(s.Holdings) - 1; i >= 0; i-- {
		if h := &s.Holdings[i]; h.Ended == "" && h.key() == k {
			return i
		}
	}
	return -1
}

// holds tells whether a resource is held.
func (s *Session) holds(k holdKey) bool {
	if s.open != nil {
		return len(s.open[k]) > 0
	}
	for i := range s.Holdings {
		if h := &s.Holdings[i]; h.Ended == "" && h.key() == k {
			return true
		}
	}
	return false
}

// release ends one holding of that kind and identity: of equal ones the one
// that began last. Where none is there it was held before the log or without
// record, and is noted so.
func (s *Session) release(k holdKey, at Moment, by Ended, marks record.Marks, fact uint64) {
	if i := s.last(k); i >= 0 {
		h := &s.Holdings[i]
		h.To, h.Ended, h.End = at, by, fact
		h.Marks |= marks
		return
	}
	s.hold(Holding{Kind: k.kind, ID: k.id, Sub: k.sub, To: at, Ended: by, Marks: marks, End: fact})
}

// releaseOpened ends the files opened for an interface that went, or that was
// refused.
func (s *Session) releaseOpened(mac string, at Moment, fact uint64) {
	s.closed = closed{mac: mac, at: at}
	for s.opens > 0 {
		i := s.last(holdKey{kind: netOpen, sub: mac})
		if i < 0 {
			return
		}
		h := &s.Holdings[i]
		h.To, h.Ended, h.End = at, ByDetach, fact
		s.opens--
		s.closed.files = append(s.closed.files, i)
	}
}

// closed are the files that were opened for an interface which went last, by
// their places among the holdings.
type closed struct {
	mac   string
	at    Moment
	files []int
}

// moved is within how many milliseconds an interface is back that was only
// moved to another bridge.
const moved = 1000

// reopen takes back that an interface's files were closed, where it came back
// at once and without new ones.
func (s *Session) reopen(mac string, at Moment) {
	if s.closed.mac != mac || at.Millis > s.closed.at.Millis+moved {
		return
	}
	for _, i := range s.closed.files {
		h := &s.Holdings[i]
		h.To, h.Ended, h.End = Moment{}, "", 0
		s.opens++
		if s.open != nil {
			s.index(i)
		}
	}
	s.closed = closed{}
}

// since is the first record of a holding.
func (h *Holding) since() Moment {
	if h.From == (Moment{}) {
		return h.To
	}
	return h.From
}

// fail turns all that a start would have held into attempts. Its device rules
// were in force until then.
func (s *Session) fail(at Moment) {
	for i := range s.Holdings {
		h := &s.Holdings[i]
		a := Attempt{Kind: h.Kind, ID: h.ID, Sub: h.Sub, Op: h.Reason, At: h.since(), Marks: h.Marks}
		if a.Op == "" { // it was only released, by a record of the start
			a.Op = OpStart
		}
		s.Attempts = append(s.Attempts, a)
	}
	for _, v := range s.Steps {
		s.Attempts = append(s.Attempts, Attempt{Kind: v.Kind, ID: strconv.FormatUint(v.Value, 10), Op: "start", At: v.From, Marks: v.Marks})
	}
	for i := range s.Permissions {
		if p := &s.Permissions[i]; p.Allow && p.To == (Moment{}) {
			p.To = at
		}
	}
	s.Holdings = s.Holdings[:0]
	s.Steps = s.Steps[:0]
}

// end ends all that is still held. Nothing ends before it began: where both the
// serials and the times contradict that, the moment is unknown.
func (s *Session) end(at Moment, by Ended, fact uint64) {
	for i := range s.Holdings {
		h := &s.Holdings[i]
		if h.Ended != "" {
			continue
		}
		if h.Ended, h.End = by, fact; h.From.Serial <= at.Serial || h.From.Millis <= at.Millis {
			h.To = at
		}
	}
}

// adopt takes over what was recorded of s2, which turned out to be part of s.
func (s *Session) adopt(s2 *Session) {
	for _, h := range s2.Holdings {
		s.hold(h)
	}
	s.opens += s2.opens
	s.mixed = true
	s.Steps = append(s.Steps, s2.Steps...)
	for _, p := range s2.Permissions {
		s.rule(p)
	}
	s.Attempts = append(s.Attempts, s2.Attempts...)
	s.Labels = append(s.Labels, s2.Labels...)
	s.Last = s2.Last
	s.Late = s.Late || s2.Late
	s.openedBy = append(s.openedBy, s2.openedBy...)
	s2.into = s
}

// sort puts the holdings in order where two beginnings were mixed.
func (s *Session) sort() {
	if s.mixed {
		slices.SortStableFunc(s.Holdings, func(a, b Holding) int {
			return cmp.Compare(a.since().Serial, b.since().Serial)
		})
	}
	s.open, s.allowed = nil, nil
}
