package report

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/virtaudit/virtaudit/internal/trail"
)

// failures are equal failures of a guest.
type failures struct {
	what        failure
	first, last trail.Moment
	count       int
}

// failure is what failed, in words, and of which guest.
type failure struct{ guest, what string }

// group counts equal failures.
type group struct {
	place map[failure]int
	all   []failures
}

func (g *group) add(f failure, at trail.Moment) {
	if g.place == nil {
		g.place = map[failure]int{}
	}
	n, ok := g.place[f]
	if !ok {
		n = len(g.all)
		g.place[f] = n
		g.all = append(g.all, failures{what: f, first: at, last: at})
	}
	e := &g.all[n]
	e.count++
	if at.Millis < e.first.Millis {
		e.first = at
	}
	if at.Millis > e.last.Millis {
		e.last = at
	}
}

// sorted gives them with the last first.
func (g *group) sorted() []failures {
	slices.SortStableFunc(g.all, func(a, b failures) int { return cmp.Compare(b.last.Millis, a.last.Millis) })
	return g.all
}

func (v *overview) failedStarts() {
	var g group
	sessions := v.of(trail.Failed)
	for _, s := range sessions {
		g.add(failure{v.guestOnNode(s), startText(s)}, s.Start)
	}
	v.failed("Failed starts", len(sessions), &g, sessionsCommand)
}

// startText tells what a start was for. That a guest was booted goes without
// saying.
func startText(s *trail.Session) string {
	var parts []string
	if s.StartReason != "booted" && s.StartReason != "" {
		parts = append(parts, escaped(s.StartReason))
	}
	if asked := attemptedInShort(s.Attempts); asked != none {
		parts = append(parts, "asked for "+asked)
	}
	return cmp.Or(strings.Join(parts, ", "), none)
}

// attemptedInShort counts what a failed start would have held.
func attemptedInShort(attempts []trail.Attempt) string {
	s := trail.Session{State: trail.Failed}
	for i := range attempts {
		a := &attempts[i]
		switch a.Kind {
		case "cgroup", "label":
		case "mem", "vcpu", "iothread":
			if n, err := strconv.ParseUint(a.ID, 10, 64); err == nil {
				s.Steps = append(s.Steps, trail.Step{Kind: a.Kind, Value: n})
			}
		default:
			s.Holdings = append(s.Holdings, trail.Holding{Kind: a.Kind, ID: a.ID, Sub: a.Sub})
		}
	}
	return heldInShort(&s)
}

func (v *overview) failedOperations() {
	var g group
	n := 0
	for _, s := range v.in.Sessions {
		if s.State == trail.Failed {
			continue // all of these are its start's
		}
		for i := range s.Attempts {
			a := &s.Attempts[i]
			n++
			g.add(failure{v.guestOnNode(s), attemptText(a)}, a.At)
		}
	}
	v.failed("Other failed operations", n, &g, jsonCommand)
}

// attemptText gives what was tried: operation, kind and identity.
func attemptText(a *trail.Attempt) string {
	op := escaped(a.Op)
	r := resource{kind: a.Kind, id: a.ID, sub: a.Sub}
	switch kib, err := strconv.ParseUint(a.ID, 10, 64); {
	case a.Kind == "": // of the guest as a whole
		return op
	case a.Kind == "mem" && err == nil:
		return op + " mem to " + memory(kib)
	case a.Kind == netOpen: // its operation is open
		return op + " " + r.identity()
	}
	return op + " " + r.name()
}

// failed writes a section of failures.
func (v *overview) failed(name string, n int, g *group, command string) {
	if n == 0 {
		v.nothing(name, "none")
		return
	}
	v.heading(name, number(int64(n)))
	var rows [][]string
	for _, f := range g.sorted() {
		what := f.what.what
		if f.count > 1 {
			what += " (" + count(int64(f.count), "time") + " since " + v.time(f.first) + ")"
		}
		rows = append(rows, []string{v.time(f.last), f.what.guest, what})
	}
	v.rows(rows, command)
}
