package reconcile

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/trail"
)

// A node is a host.
type node struct {
	name   string
	guests map[string]*guest
	// unlogged are how many sessions of each guest no record tells of, and logged
	// the number of its last session that one does, of those that are forgotten.
	unlogged, logged map[string]int
	before           map[string]int // as Options.Numbers

	mark   int64            // up to when the log was read
	now    int64            // the latest time of a fact
	looked map[string]int64 // up to when other sources were

	unread    []gap            // when the log was not read
	down      map[string]int64 // since when sources aren't watched
	unwritten []trail.Span     // when auditd did not write it
}

// A gap is a time in which something of the log may be missing.
type gap struct{ from, to int64 }

// A guest is one that runs, or ran a short while ago.
type guest struct {
	node *node
	key  string
	uuid string
	name string
	runs []*run     // in order
	logs []*session // in order
	over []over     // runs and sessions that are forgotten
	// before are how many sessions it had before the first fact.
	before int
	// mended are the records that the service itself added to the log.
	mended map[mend]bool
}

// A session is one of the log.
type session struct {
	row   *trail.Session
	guest *guest
	run   *run // that belongs to it
	over  bool
	lost  *trail.Finding // that it is, as the log shows
}

func newNode(name string, before map[string]int) *node {
	return &node{
		name: name, before: before, guests: map[string]*guest{}, unlogged: map[string]int{}, logged: map[string]int{},
		looked: map[string]int64{}, down: map[string]int64{},
	}
}

// guestKey tells guests of a node apart.
func guestKey(uuid, name string) string {
	if uuid != "" {
		return uuid
	}
	return "name=" + name
}

func (n *node) guest(uuid, name string) *guest {
	k := guestKey(uuid, name)
	g := n.guests[k]
	if g == nil {
		g = &guest{node: n, key: k, uuid: uuid, name: name, before: n.before[n.name+"\x00"+cmp.Or(uuid, name)]}
		n.guests[k] = g
	}
	return g
}

// guestOf finds the guest of an observation: by uuid, otherwise by its process or
// its name among those that run.
func (n *node) guestOf(o *fact.Observed) *guest {
	if o.UUID != "" {
		return n.guest(o.UUID, o.Name)
	}
	var byPID, named *guest
	for _, g := range n.guests {
		if o.PID != 0 && g.runsAs(o.PID) && (byPID == nil || g.key < byPID.key) {
			byPID = g
		}
		if o.Name != "" && g.name == o.Name && (named == nil || g.key < named.key) {
			named = g
		}
	}
	if g := cmp.Or(byPID, named); g != nil {
		return g
	}
	name := o.Name
	if name == "" {
		name = "pid " + strconv.Itoa(o.PID)
	}
	return n.guest("", name)
}

// runsAs tells whether the guest runs in that process, for all that is known.
func (g *guest) runsAs(pid int) bool {
	return slices.ContainsFunc(g.runs, func(r *run) bool { return r.pid == pid && !r.ended }) ||
		slices.ContainsFunc(g.logs, func(s *session) bool { return s.row.PID == uint64(pid) && !s.over })
}

// runOf finds the run that an observation is of, the last one first: the one that
// the witness calls so, otherwise one that it didn't see yet.
func (g *guest) runOf(o *fact.Observed, w int) *run {
	for _, r := range slices.Backward(g.runs) {
		if o.Run != "" && r.views[w].run == o.Run && r.is(o, w) {
			return r
		}
	}
	for _, r := range slices.Backward(g.runs) {
		if r.is(o, w) {
			return r
		}
	}
	return nil
}

// touch notes that all runs of the guest are to be judged anew.
func (g *guest) touch() {
	for _, r := range g.runs {
		r.touch()
	}
}

// idle tells that nothing of a guest is to be kept.
func (g *guest) idle() bool { return len(g.runs) == 0 && len(g.logs) == 0 }

// tie ties runs and sessions of the log: each run to the best that no run before
// it has. It is done anew whenever one of them changes, so that it doesn't matter
// in which order they came. It tells whether anything is tied otherwise now.
func (g *guest) tie(window int64) bool {
	before := make([]*session, len(g.runs))
	for i, r := range g.runs {
		before[i], r.session = r.session, nil
	}
	for _, s := range g.logs {
		s.run = nil
	}
	for _, r := range g.runs {
		var best *session
		for _, s := range g.logs {
			if s.run == nil && s.fits(r, window) && (best == nil || s.nearer(best, r)) {
				best = s
			}
		}
		if best != nil {
			best.run, r.session = r, best
		}
	}
	for i, r := range g.runs {
		if r.session != before[i] {
			return true
		}
	}
	return false
}

func (s *session) samePID(r *run) bool {
	return s.row.PID != 0 && s.row.PID == uint64(r.pid)
}

// nearer tells whether a session is rather that of a run than an earlier one: by
// the process, otherwise by when it began.
func (s *session) nearer(o *session, r *run) bool {
	if a, b := s.samePID(r), o.samePID(r); a != b {
		return a
	}
	return s.apart(r) <= o.apart(r)
}

// apart is by how much a session's begin differs from a run's.
func (s *session) apart(r *run) int64 {
	return outside(cmp.Or(s.row.Start.Millis, s.row.First.Millis), r.first.after, r.first.by)
}

// fits tells whether a run may be that of a session of the log.
func (s *session) fits(r *run, window int64) bool {
	l := s.row
	switch l.State {
	case trail.Starting:
		return false
	case trail.Failed:
		return r.ended && l.First.Millis <= r.gone.by+window && l.Last.Millis >= cmp.Or(r.first.after, r.first.by)-window
	}
	if l.PID != 0 && r.pid != 0 && l.PID != uint64(r.pid) {
		return false
	}
	began := l.First.Millis
	if r.first.after != 0 && l.Start != (trail.Moment{}) && l.Start.Millis < r.first.after-window {
		return false
	}
	return (!r.ended || began <= r.gone.by+window) && sessionEnd(l) >= r.first.after && sessionEnd(l) >= r.first.by-window
}

// sessionEnd is when a session ended, at the latest.
func sessionEnd(l *trail.Session) int64 {
	switch {
	case l.End != (trail.Moment{}):
		return l.End.Millis
	case l.EndBefore != (trail.Moment{}):
		return l.EndBefore.Millis
	}
	return forever
}

// starting tells whether the log has a start of the guest under way.
func (g *guest) starting() bool {
	return slices.ContainsFunc(g.logs, func(s *session) bool { return s.row.State == trail.Starting })
}
