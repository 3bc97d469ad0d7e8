package agent

import (
	"sync"
	"time"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/trail"
)

// A health is what the service knows of itself. It is safe for concurrent use.
type health struct {
	mu sync.Mutex

	beaten   time.Time     // when the writer was last seen to go on
	stuck    time.Duration // after how long without that something is wrong
	now      func() time.Time
	replayed bool  // the trail is derived and can be asked
	stored   error // why the last commit failed, nil of one that didn't
	since    time.Time

	facts     map[string]uint64 // by source
	unread    uint64            // facts that can't be understood
	commits   uint64
	committed uint64        // facts
	slowest   time.Duration // commit
	lastKnown int64         // the time of the last record
	own       bool          // a record of this host was read
	waiting   string        // why missing records aren't sent yet
	other     string        // a host that isn't this one and of which a record was read
	unsent    string        // why the last record that should have been sent wasn't, "" of one that was
}

func newHealth(now func() time.Time) *health {
	return &health{now: now, beaten: now(), stuck: stuck, facts: map[string]uint64{}}
}

// maxSources is how many sources have a count of their own.
const maxSources = 256

// count counts a fact that was taken, of this host or of another.
func (h *health) count(f *fact.Fact, own bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	name := f.Source
	if _, ok := h.facts[name]; !ok && len(h.facts) >= maxSources {
		name = "others"
	}
	h.facts[name]++
	if f.Kind == fact.Record {
		h.seen(f.Node, f.Stamp.Millis, own)
	}
}

func (h *health) seen(node string, millis int64, own bool) {
	h.lastKnown = max(h.lastKnown, millis)
	if h.own = h.own || own; !own {
		h.other = node
	}
}

// remember notes the last stored records of all hosts.
func (h *health) remember(last map[string]trail.Moment, node string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for name, m := range last {
		h.seen(name, m.Millis, name == node)
	}
}

// heard tells whether the log that is read is known to be this host's.
func (h *health) heard() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.own
}

// waits notes why records that are missing aren't sent yet, "" where none wait.
func (h *health) waits(why string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.waiting = why
}

func (h *health) misread() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.unread++
}

// commit notes how a commit went.
func (h *health) commit(facts int, took time.Duration, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if (err == nil) != (h.stored == nil) {
		h.since = h.now()
	}
	h.stored, h.beaten = err, h.now()
	if err != nil {
		return
	}
	h.commits++
	h.committed += uint64(facts)
	h.slowest = max(h.slowest, took)
}

// beat notes that the writer goes on.
func (h *health) beat() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.beaten = h.now()
}

// sent notes what became of a record that was to be sent.
func (h *health) sent(in *fact.Intended) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.unsent = in.Why
}

// ready notes that the trail can be asked.
func (h *health) ready() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.replayed = true
}

// stuck is how long the writer may show no sign of life before something is wrong. It
// beats at every commit, and at least once a second. stuckAtLength is the same while all
// rows are derived anew: then it beats at every fact, but not while the old rows are
// deleted, nor while the new ones are committed.
const (
	stuck         = 30 * time.Second
	stuckAtLength = 10 * time.Minute
)

// atLength allows the writer stuckAtLength, until it calls done.
func (h *health) atLength() (done func()) {
	set := func(stuck time.Duration) {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.stuck, h.beaten = stuck, h.now()
	}
	set(stuckAtLength)
	return func() { set(stuck) }
}

// alive tells whether the writer goes on.
func (h *health) alive() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now().Sub(h.beaten) < h.stuck
}

// vitals is a copy of what health knows.
type vitals struct {
	Replayed  bool
	Stored    error
	Since     time.Time
	Facts     map[string]uint64
	Unread    uint64
	Commits   uint64
	Committed uint64
	Slowest   time.Duration
	LastKnown int64
	Unsent    string
	Waiting   string
	Strange   string // the host that the log is of, where it has no record of this one
}

func (h *health) vitals() vitals {
	h.mu.Lock()
	defer h.mu.Unlock()
	facts := make(map[string]uint64, len(h.facts))
	for k, v := range h.facts {
		facts[k] = v
	}
	strange := ""
	if !h.own {
		strange = h.other
	}
	return vitals{
		Replayed: h.replayed, Stored: h.stored, Since: h.since, Facts: facts, Unread: h.unread,
		Commits: h.commits, Committed: h.committed, Slowest: h.slowest, LastKnown: h.lastKnown, Unsent: h.unsent, Waiting: h.waiting, Strange: strange,
	}
}
