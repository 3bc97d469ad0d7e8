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
	deriver *Deriver
	name    string
	guests  map[string]*guest

	mark  int64 // up to when the log was read
	moved int64 // the time when mark last changed
	now   int64 // the latest time of a fact

	witnessed bool         // there are other witnesses than the log
	unread    []gap        // when the log was not read
	unwritten []trail.Span // when auditd did not write the log
}

// A gap is a stretch of time of which records may be missing.
type gap struct{ from, to int64 }

// A guest is a guest that runs, or ran until a short while ago.
type guest struct {
	node     *node
	key      string
	uuid     string
	name     string
	runs     []*run     // in order
	logs     []*session // in order
	numbered []numbered // runs and sessions that are forgotten
	// floor is when the last of the numbered began: all that turns up later is placed
	// behind it.
	floor int64
	// ended is how many of its runs are over, while they are pruned.
	ended int
	// inserted says that a run or session turned up before others, or moved there, so
	// that numbers change.
	inserted bool
	// before is how many sessions it had before the first fact.
	before int
	numbers
	// mended are the records that the service itself added to the log.
	mended map[mend]bool
}

// A session is a session as the log knows it.
type session struct {
	row   *trail.Session
	guest *guest
	run   *run           // tied to it, if any
	over  bool           // for certain
	shown int            // the number in the row that was given out; 0 if a run gives it
	lost  *trail.Finding // the log's finding that it was lost, if any
	floor int64          // the guest's, when the session turned up
}

// runs tells whether the guest is running in this session, as far as the log tells.
func (s *session) runs() bool {
	return s.row.State == trail.Running || s.row.State == trail.Starting && !s.over
}

// guestKey identifies a guest among those of a node.
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
		g = &guest{
			node: n, key: k, uuid: uuid, name: name, before: n.deriver.before[n.name+"\x00"+cmp.Or(uuid, name)],
			numbers: n.deriver.forgotten.Peek(forgottenKey{n.name, k}),
		}
		n.guests[k] = g
	}
	return g
}

// guestOf finds the guest of an observation: by uuid, otherwise by what the
// witness calls its run, by its process, or by its name among those that run.
func (n *node) guestOf(o *fact.Observed, w int) *guest {
	if o.UUID != "" {
		return n.guest(o.UUID, o.Name)
	}
	var byRun, byPID, named *guest
	first := func(best **guest, g *guest, is bool) {
		if is && (*best == nil || g.key < (*best).key) {
			*best = g
		}
	}
	for _, g := range n.guests {
		first(&byRun, g, g.hasRun(o, w))
		first(&byPID, g, o.PID != 0 && g.runsAs(o))
		first(&named, g, o.Name != "" && g.name == o.Name && g.mayRunAs(o.PID))
	}
	if g := cmp.Or(byRun, byPID, named); g != nil {
		return g
	}
	name := o.Name
	if name == "" {
		name = "pid " + strconv.Itoa(o.PID)
	}
	return n.guest("", name)
}

// hasRun tells whether an observation is of a run that the witness has shown.
func (g *guest) hasRun(o *fact.Observed, w int) bool {
	return slices.ContainsFunc(g.runs, func(r *run) bool { return r.called(o, w) })
}

// mayRunAs tells whether a process may be the guest's, as far as is known. It can't
// be if the guest has a uuid and runs in another process.
func (g *guest) mayRunAs(pid int) bool {
	return g.uuid == "" || pid == 0 ||
		slices.ContainsFunc(g.runs, func(r *run) bool { return r.pid == 0 && !r.ended }) ||
		slices.ContainsFunc(g.logs, func(s *session) bool { return s.row.PID == 0 && s.runs() })
}

// runsAs tells whether the guest runs in the process of an observation, as far as
// is known.
func (g *guest) runsAs(o *fact.Observed) bool {
	window := g.node.deriver.window
	return slices.ContainsFunc(g.runs, func(r *run) bool {
		return r.pid == o.PID && !r.ended && mayBe(o, cmp.Or(r.name, g.name), r.first.by+window)
	}) || slices.ContainsFunc(g.logs, func(s *session) bool {
		return s.row.PID == uint64(o.PID) && s.runs() && mayBe(o, s.row.Name, cmp.Or(s.row.Start, s.row.First).Millis+window)
	})
}

// mayBe tells whether the process of an observation may be the one of that name that
// had the same pid at a time. It can't be if it began later, or, where that isn't
// known, if both have names and these differ. If the names are the same it is that
// process, and the clock was set forward since.
func mayBe(o *fact.Observed, name string, at int64) bool {
	switch {
	case o.Name != "" && o.Name == name:
		return true
	case o.What == fact.Seen && o.From != 0:
		return o.From <= at
	}
	return o.Name == "" || name == ""
}

// runOf finds the run that an observation is about, or nil: the run that the witness
// calls by this name, or else one that it hasn't seen yet. The latest run is tried
// first. If several are possible and nothing tells them apart, it is none of them.
func (g *guest) runOf(o *fact.Observed, w int) *run {
	var known, other *run
	others := 0
	for _, r := range slices.Backward(g.runs) {
		switch {
		case r.called(o, w):
			return r
		case !r.is(o, w):
		case r.samePID(o):
			known = cmp.Or(known, r)
		default:
			other = cmp.Or(other, r)
			others++
		}
	}
	if known != nil || others > 1 && g.uuid == "" {
		return known
	}
	return other
}

// touch has all runs of the guest judged anew.
func (g *guest) touch() {
	for _, r := range g.runs {
		r.touch()
	}
}

// dismiss forgets a guest without runs and sessions, but for its numbers.
func (g *guest) dismiss() {
	if len(g.runs) > 0 || len(g.logs) > 0 {
		return
	}
	delete(g.node.guests, g.key)
	if g.numbers != (numbers{}) {
		g.node.deriver.forgotten.Put(forgottenKey{g.node.name, g.key}, g.numbers)
	}
}

// starting tells whether the log shows the guest to be starting.
func (g *guest) starting() bool {
	return slices.ContainsFunc(g.logs, func(s *session) bool { return s.row.State == trail.Starting && !s.over })
}
