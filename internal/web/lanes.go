package web

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"slices"
	"strings"

	"github.com/virtaudit/virtaudit/internal/store"
)

// A lane is a guest at its place among all.
type lane struct {
	store.GuestInfo
	id    string
	place int
}

// query asks for what is of the lane's guest alone.
func (l *lane) query() store.Guest {
	g := store.Guest{Node: l.Node, UUID: l.UUID}
	if l.UUID == "" {
		g.Name = l.Name
	}
	return g
}

// A laneKey is what lanes are ordered by. Its texts are bytes, as a cursor in
// JSON must keep what isn't UTF-8.
type laneKey struct{ Name, Node, UUID []byte }

func (l *lane) key() laneKey { return laneKey{[]byte(l.Name), []byte(l.Node), []byte(l.UUID)} }

func compareLanes(a, b laneKey) int {
	return cmp.Or(slices.Compare(a.Name, b.Name), slices.Compare(a.Node, b.Node), slices.Compare(a.UUID, b.UUID))
}

// lanes are all guests in order. They are not changed once made.
type lanes struct {
	all     []lane
	byID    map[string]int // their places
	version string
	running int
}

func newLanes(all []lane) *lanes {
	slices.SortFunc(all, func(a, b lane) int { return compareLanes(a.key(), b.key()) })
	l := &lanes{all: all, byID: make(map[string]int, len(all))}
	sum := sha256.New()
	for i := range all {
		all[i].place = i
		l.byID[all[i].id] = i
		io.WriteString(sum, all[i].id+"\x00")
		if all[i].Running != 0 {
			l.running++
		}
	}
	l.version = hex.EncodeToString(sum.Sum(nil)[:8])
	return l
}

// running tells how many guests run.
func (s *Server) running(ctx context.Context) (int, error) {
	l, err := s.lanes.get(ctx, s)
	if err != nil {
		return 0, err
	}
	return l.running, nil
}

// named gives the guests of that id, uuid or name; of a name those that have it
// now, before those that had it.
func (l *lanes) named(text string) []*lane {
	if i, ok := l.byID[text]; ok {
		return []*lane{&l.all[i]}
	}
	var now, before []*lane
	for i := range l.all {
		g := &l.all[i]
		switch {
		case g.UUID != "" && strings.EqualFold(g.UUID, text), g.Name == text:
			now = append(now, g)
		case slices.Contains(g.Names, text):
			before = append(before, g)
		}
	}
	if len(now) > 0 {
		return now
	}
	return before
}

// oneGuest gives the guest that a text names; parameter is where it stands.
func (s *Server) oneGuest(ctx context.Context, parameter, text string) (*lane, error) {
	l, err := s.lanes.get(ctx, s)
	if err != nil {
		return nil, err
	}
	found := l.named(text)
	if len(found) == 0 { // it may just have come
		if l, err = s.lanes.search(ctx, s, text); err != nil {
			return nil, err
		}
		found = l.named(text)
	}
	switch len(found) {
	case 0:
		p := notFound("guest %.200q: there is none of that id, uuid or name", text)
		p.Parameter = Text(parameter)
		return nil, p
	case 1:
		return found[0], nil
	default:
		return nil, badParameter(parameter, "%d guests are %.200q, the first %s and %s", len(found), text, found[0].id, found[1].id)
	}
}

// pathGuest gives the guest that is part of a path.
func (s *Server) pathGuest(r *request) (*lane, error) {
	return s.oneGuest(r.Context(), "guest", meant(r.PathValue("guest")))
}

// whose reads the parameters guest and node.
func (s *Server) whose(r *request) (store.Guest, error) {
	node, err := r.text("node")
	if err != nil {
		return store.Guest{}, err
	}
	name, err := r.text("guest")
	if err != nil || name == "" {
		return store.Guest{Node: node}, err
	}
	l, err := s.oneGuest(r.Context(), "guest", name)
	if err != nil {
		return store.Guest{}, err
	}
	if node != "" && node != l.Node {
		return store.Guest{}, badParameter("node", "the guest is on %s", l.Node)
	}
	return l.query(), nil
}

// A laneFilter says which lanes to list.
type laneFilter struct {
	prefix, node string
	running      *bool
}

func (r *request) laneFilter() (f laneFilter, err error) {
	if f.prefix, err = r.text("prefix"); err != nil {
		return f, err
	}
	if f.node, err = r.text("node"); err != nil {
		return f, err
	}
	f.running, err = r.boolean("running")
	return f, err
}

// only gives the lanes that a filter lets through, each at its place among those.
func (l *lanes) only(f laneFilter) *lanes {
	if f == (laneFilter{}) {
		return l
	}
	var some []lane
	for i := range l.all {
		if f.matches(&l.all[i]) {
			some = append(some, l.all[i])
		}
	}
	return newLanes(some)
}

func (f *laneFilter) matches(l *lane) bool {
	return (f.node == "" || f.node == l.Node) &&
		(f.running == nil || *f.running == (l.Running != 0)) && l.begins(f.prefix)
}

// begins tells whether a name or the uuid of a lane's guest begins so, in upper
// or lower case.
func (l *lane) begins(prefix string) bool {
	return hasPrefixFold(l.Name, prefix) || hasPrefixFold(l.UUID, prefix) ||
		slices.ContainsFunc(l.Names, func(name string) bool { return hasPrefixFold(name, prefix) })
}

func hasPrefixFold(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}
