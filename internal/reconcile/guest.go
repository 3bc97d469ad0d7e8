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
	moved int64 // when that was read on last
	now   int64 // the latest time of a fact

	witnessed bool         // others than the log tell of it
	unread    []gap        // when the log was not read
	unwritten []trail.Span // when auditd did not write it
}

// A gap is a time in which something of the log may be missing.
type gap struct{ from, to int64 }

// A guest is one that runs, or ran a short while ago.
type guest struct {
	node     *node
	key      string
	uuid     string
	name     string
	runs     []*run     // in order
	logs     []*session // in order
	numbered []numbered // runs and sessions that are forgotten
	// floor is the last place of these in time: all that turns up since is behind it.
	floor int64
	// ended are how many of its runs are over, when they are pruned.
	ended int
	// inserted tells that something turned up which is before others, or is now.
	inserted bool
	// before are how many sessions it had before the first fact.
	before int
	numbers
	// mended are the records that the service itself added to the log.
	mended map[mend]bool
}

// A session is one of the log.
type session struct {
	row   *trail.Session
	guest *guest
	run   *run           // that belongs to it
	over  bool           // for certain
	shown int            // the number with which its row was given out, 0 of a run's
	lost  *trail.Finding // that it is, as the log shows
	floor int64          // of the guest, when it turned up
}

// runs tells whether the guest runs in it, for all that the log tells.
func (s *session) runs() bool {
	return s.row.State == trail.Running || s.row.State == trail.Starting && !s.over
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

// mayRunAs tells whether a process may be the guest's for all that is known: of
// guests with a uuid it is not where they run in another.
func (g *guest) mayRunAs(pid int) bool {
	return g.uuid == "" || pid == 0 ||
		slices.ContainsFunc(g.runs, func(r *run) bool { return r.pid == 0 && !r.ended }) ||
		slices.ContainsFunc(g.logs, func(s *session) bool { return s.row.PID == 0 && s.runs() })
}

// runsAs tells whether the guest runs in the process of an observation, for all
// that is known.
func (g *guest) runsAs(o *fact.Observed) bool {
	window := g.node.deriver.window
	return slices.ContainsFunc(g.runs, func(r *run) bool {
		return r.pid == o.PID && !r.ended && mayBe(o, cmp.Or(r.name, g.name), r.first.by+window)
	}) || slices.ContainsFunc(g.logs, func(s *session) bool {
		return s.row.PID == uint64(o.PID) && s.runs() && mayBe(o, s.row.Name, cmp.Or(s.row.Start, s.row.First).Millis+window)
	})
}

// mayBe tells whether the process of an observation may be one that had the same
// number at a time: not where it began later, or where that isn't known and both
// have names that differ. Where they have the same one, the clock was set on since.
func mayBe(o *fact.Observed, name string, at int64) bool {
	switch {
	case o.Name != "" && o.Name == name:
		return true
	case o.What == fact.Seen && o.From != 0:
		return o.From <= at
	}
	return o.Name == "" || name == ""
}

// runOf finds the run that an observation is of, the last one first: the one that
// the witness calls so, otherwise one that it didn't see yet. Of several that go
// on none is, where nothing tells which.
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

// touch notes that all runs of the guest are to be judged anew.
func (g *guest) touch() {
	for _, r := range g.runs {
		r.touch()
	}
}

// dismiss forgets a guest of which nothing is to be kept but its number.
func (g *guest) dismiss() {
	if len(g.runs) > 0 || len(g.logs) > 0 {
		return
	}
	delete(g.node.guests, g.key)
	if g.numbers != (numbers{}) {
		g.node.deriver.forgotten.Put(forgottenKey{g.node.name, g.key}, g.numbers)
	}
}

// starting tells whether the log has a start of the guest under way.
func (g *guest) starting() bool {
	return slices.ContainsFunc(g.logs, func(s *session) bool { return s.row.State == trail.Starting && !s.over })
}
