package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/virtaudit/virtaudit/internal/trail"
	"github.com/virtaudit/virtaudit/record"
)

// resource is a resource that a session held, once or several times.
type resource struct {
	kind, id, sub string
	count         int // at the same time
	// unproven are those whose record lost its result.
	unproven int
	// by is who shows it where no record does.
	by string
}

// resourcesOf gives what a running session holds now, or what another one held
// over its life, by kind in the catalogue's order.
func resourcesOf(s *trail.Session) []resource {
	type key struct{ kind, id, sub, by string }
	place := map[key]int{}
	var all []resource
	for i := range s.Holdings {
		h := &s.Holdings[i]
		if s.State == trail.Running && h.Ended != "" {
			continue
		}
		k := key{h.Kind, h.ID, h.Sub, string(h.By)}
		at, ok := place[k]
		if !ok {
			at = len(all)
			place[k] = at
			all = append(all, resource{kind: h.Kind, id: h.ID, sub: h.Sub, by: string(h.By)})
		}
		if atEnd(h) {
			all[at].count++
		}
		if h.Unproven {
			all[at].unproven++
		}
	}
	for i := range all { // one that came and went was there once
		all[i].count = max(all[i].count, 1)
	}
	slices.SortStableFunc(all, func(a, b resource) int {
		return cmp.Or(cmp.Compare(rank(a.kind), rank(b.kind)), cmp.Compare(a.kind, b.kind))
	})
	return all
}

// atEnd tells whether a holding ended with its session, if at all: equal ones
// of these were held at the same time.
func atEnd(h *trail.Holding) bool {
	return h.Ended == "" || h.Ended == trail.ByStop || h.Ended == trail.ByLoss
}

// ranks are the places of resources in the catalogue, which has them in the
// order of libvirt's records at a start.
var ranks = func() map[string]int {
	m := map[string]int{}
	for i, k := range record.Kinds() {
		kind := k.Resource()
		if k.Name == netOpen {
			kind = netOpen
		}
		if _, ok := m[kind]; !ok {
			m[kind] = i
		}
	}
	return m
}()

// netOpen is the kind of a file opened for a network interface. The interface
// is a resource of its own, so short texts don't show it.
const netOpen = "net-open"

// rank puts kinds that the catalogue doesn't have last.
func rank(kind string) int {
	if n, ok := ranks[kind]; ok {
		return n
	}
	return len(ranks) + len(record.Kinds())
}

// name gives the resource in a list: kind and identity.
func (r resource) name() string { return escaped(r.kind) + " " + r.identity() }

// identity gives what tells it from others of its kind.
func (r resource) identity() string {
	text := listed(r.id)
	switch {
	case r.kind == netOpen:
		text += " for " + listed(r.sub)
	case r.sub != "":
		text = escaped(r.sub) + " " + text
	}
	var notes []string
	if r.count > 1 {
		notes = append(notes, fmt.Sprintf("%d times", r.count))
	}
	switch {
	case r.count > 1 && r.unproven > 0:
		notes = append(notes, fmt.Sprintf("%d unproven", r.unproven))
	case r.unproven > 0:
		notes = append(notes, "unproven")
	}
	if by := seenBy(r.by); by != "" {
		notes = append(notes, by)
	}
	return spaced(text, inBrackets(strings.Join(notes, ", ")))
}

// heldInShort gives a session's resources in a line: of a kind with one
// resource that one, of others how many; and its quantities.
func heldInShort(s *trail.Session) string {
	var parts []string
	all := resourcesOf(s)
	for len(all) > 0 {
		kind := all[0].kind
		n := slices.IndexFunc(all, func(r resource) bool { return r.kind != kind })
		if n < 0 {
			n = len(all)
		}
		if kind != netOpen {
			parts = append(parts, inShort(all[:n]))
		}
		all = all[n:]
	}
	text := strings.Join(append(parts, quantities(s)...), ", ")
	if s.State == trail.Starting && text != "" {
		return "asked for " + text // whether it got them is not in the log
	}
	return cmp.Or(text, none)
}

// inShort gives the resources of one kind.
func inShort(of []resource) string {
	n, unproven, seen := 0, 0, 0
	for _, r := range of {
		n += r.count
		unproven += r.unproven
		if r.by != "" {
			seen += r.count
		}
	}
	text := count(int64(n), escaped(of[0].kind))
	switch {
	case n == 1:
		return of[0].name()
	case unproven > 0:
		return text + fmt.Sprintf(" (%d unproven)", unproven)
	case seen > 0:
		return text + fmt.Sprintf(" (%d without record)", seen)
	}
	return text
}

// quantities gives the last value of each kind of quantity, those aside of
// which there is none.
func quantities(s *trail.Session) []string {
	last := map[string]uint64{}
	for _, step := range s.Steps {
		last[step.Kind] = step.Value
	}
	var texts []string
	for _, kind := range [...]string{"mem", "vcpu", "iothread"} {
		if n := last[kind]; n > 0 {
			texts = append(texts, quantity(kind, n))
		}
	}
	return texts
}
