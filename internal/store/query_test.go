package store

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/trail"
)

// plausible gives sessions of a few guests with few resources, at times of all
// kinds: known and not, in order and not, long and short.
func plausible(m maker, n int) []*trail.Session {
	list := make([]*trail.Session, n)
	for i := range list {
		list[i] = m.plausible(uint64(i + 1))
	}
	return list
}

func (m maker) moment() trail.Moment {
	if m.rnd.IntN(6) == 0 {
		return trail.Moment{}
	}
	return trail.Moment{Millis: 1_000_000 + m.rnd.Int64N(1<<(8+m.rnd.IntN(20))), Serial: 1 + m.rnd.Uint64N(1000)}
}

func (m maker) plausible(id uint64) *trail.Session {
	guest := m.rnd.IntN(7)
	s := &trail.Session{
		ID: id, Node: fmt.Sprint("node", guest%2), UUID: fmt.Sprintf("uuid-%d", guest), Name: fmt.Sprintf("Guest-%d", guest),
		State: trail.State(m.rnd.IntN(5)), Number: int(id), Start: m.moment(), Boot: m.rnd.IntN(2),
		First: trail.Moment{Millis: 1_000_000 + m.rnd.Int64N(1<<20), Serial: id},
	}
	if guest == 0 {
		s.UUID = ""
	}
	s.Last = s.First
	switch s.State {
	case trail.Closed:
		s.End = m.moment()
	case trail.Lost:
		if s.EndAfter, s.EndBefore = m.moment(), m.moment(); m.rnd.IntN(2) == 0 {
			s.End = s.EndAfter
		}
	}
	for range m.rnd.IntN(5) {
		h := trail.Holding{Kind: []string{"rng", "disk", "new"}[m.rnd.IntN(3)], ID: fmt.Sprint("/dev/", m.rnd.IntN(4)), From: m.moment()}
		switch m.rnd.IntN(3) {
		case 0:
			h.To, h.Ended = m.moment(), trail.ByDetach
		case 1:
			h.By, h.Earliest = fact.Libvirt, m.moment()
		}
		s.Holdings = append(s.Holdings, h)
	}
	s.Steps = append(s.Steps, trail.Step{Kind: "mem", Value: 7, From: s.First})
	s.Attempts = append(s.Attempts, trail.Attempt{Kind: "rng", ID: "/dev/1", Op: "attach", At: s.First})
	s.Permissions = append(s.Permissions, trail.Permission{Class: "path", Path: "/dev/2", Allow: true, From: s.First, To: m.moment()})
	return s
}

// pages reads a list part by part, and checks that parts are full.
func pages[T any](t *testing.T, limit int, query func(Page) ([]T, string, error)) (all []T) {
	t.Helper()
	for _, newest := range []bool{true, false} {
		all = nil
		for p := (Page{Limit: limit, Newest: newest}); ; {
			list, next, err := query(p)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, list...)
			if next == "" {
				break
			}
			if len(list) != limit {
				t.Fatalf("a part has %d, want %d", len(list), limit)
			}
			p.After = next
		}
		if newest {
			slices.Reverse(all)
			defer func(backwards []T) {
				if !reflect.DeepEqual(backwards, all) {
					t.Errorf("from the end it is another list")
				}
			}(all)
		}
	}
	return all
}

func ids(list []*trail.Session) []uint64 {
	var out []uint64
	for _, s := range list {
		out = append(out, s.ID)
	}
	return out
}

func byFirst(a, b *trail.Session) int {
	return cmp.Or(cmp.Compare(a.First.Millis, b.First.Millis), cmp.Compare(a.ID, b.ID))
}

// TestSessionsAgreeWithFilter compares with the trail's own filter.
func TestSessionsAgreeWithFilter(t *testing.T) {
	s := openTemp(t)
	m := newMaker(6)
	list := plausible(m, 300)
	writeDelta(t, s, &trail.Delta{Sessions: list})
	slices.SortFunc(list, byFirst)
	for range 60 {
		from, to := int64(0), int64(0)
		f := trail.Filter{}
		if m.rnd.IntN(4) > 0 {
			from = 1_000_000 + m.rnd.Int64N(1<<20)
			f.Since = time.UnixMilli(from)
		}
		if m.rnd.IntN(4) > 0 {
			to = from + m.rnd.Int64N(1<<(1+m.rnd.IntN(20)))
			to = max(to, 1_000_000)
			f.Until = time.UnixMilli(to)
		}
		q := SessionQuery{From: from, To: to, Running: m.rnd.IntN(4) == 0, Unstarted: m.rnd.IntN(4) == 0}
		if m.rnd.IntN(3) == 0 {
			q.Guest = Guest{UUID: "uuid-3"}
		}
		if m.rnd.IntN(5) == 0 {
			q.Guest.Node = "node1"
		}
		if m.rnd.IntN(5) == 0 {
			q.States = []trail.State{trail.Lost, trail.Running}
		}
		var want []*trail.Session
		for _, x := range list {
			if f.Session(x) && matchesQuery(&q, x) {
				head := *x
				head.Holdings, head.Labels, head.Steps, head.Permissions, head.Attempts = nil, nil, nil, nil, nil
				want = append(want, &head)
			}
		}
		got := pages(t, 1+m.rnd.IntN(50), func(p Page) ([]*trail.Session, string, error) {
			q.Page = p
			return s.Sessions(t.Context(), q)
		})
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("%+v\ngot  %v\nwant %v", q, ids(got), ids(want))
		}
	}
}

func matchesQuery(q *SessionQuery, s *trail.Session) bool {
	running := s.State == trail.Running || s.State == trail.Starting
	return (!q.Running || running) && (!q.Unstarted || !s.StartKnown()) && (q.Guest.UUID == "" || s.UUID == q.Guest.UUID) &&
		(q.Guest.Node == "" || s.Node == q.Guest.Node) && (len(q.States) == 0 || slices.Contains(q.States, s.State))
}

// TestWhoAgreesWithTrail holds who held what, at times and at all, against the
// trail that has all sessions in memory.
func TestWhoAgreesWithTrail(t *testing.T) {
	s := openTemp(t)
	m := newMaker(7)
	list := plausible(m, 400)
	writeDelta(t, s, &trail.Delta{Sessions: list})
	bySeq := map[uint64]*trail.Session{}
	for _, x := range list {
		bySeq[x.ID] = x
	}
	whole := inOrder(maps.Clone(bySeq))
	held := 0
	for _, text := range []string{"/dev/1", "/dev//1", "rng", "rng:/dev/2", "new:/dev/3", "new", "mem", "mem:7", "cgroup:/dev/2", "/none"} {
		r, err := trail.ParseResource(text)
		if err != nil {
			t.Fatal(err)
		}
		got, err := s.SessionsHolding(t.Context(), r, 0, 0)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := claims(trail.Who(got, r)), claims(trail.Who(whole, r)); !slices.Equal(got, want) {
			t.Errorf("%s: got %d claims, want %d; differing: %v", text, len(got), len(want), differing(got, want))
		}
		for range 20 {
			at := 1_000_000 + m.rnd.Int64N(1<<(8+m.rnd.IntN(14)))
			got, err := s.SessionsHolding(t.Context(), r, at, at+5)
			if err != nil {
				t.Fatal(err)
			}
			want := holders(whole, r, at, at+5)
			if got := holders(got, r, at, at+5); !slices.Equal(got, want) {
				t.Fatalf("%s at %d: got %d holders, want %d; differing: %v", text, at, len(got), len(want), differing(got, want))
			}
			held += len(want)
		}
	}
	if held < 500 {
		t.Errorf("only %d holders were compared", held)
	}
}

// differing gives what one of two lists has alone.
func differing(a, b []string) (out []string) {
	for _, x := range slices.Concat(a, b) {
		if slices.Contains(a, x) != slices.Contains(b, x) {
			out = append(out, x)
		}
	}
	return out
}

func claims(list []trail.Claim) (out []string) {
	for i := range list {
		c := list[i]
		id := c.Session.ID
		c.Session = nil
		out = append(out, fmt.Sprint(id, c))
	}
	return out
}

func holders(sessions []*trail.Session, r trail.Resource, from, to int64) (out []string) {
	ends := map[string]trail.Moment{"node0": {Millis: 1_500_000}, "node1": {Millis: 1_600_000}}
	for _, h := range trail.HoldersAt(trail.Who(sessions, r), time.UnixMilli(from), time.UnixMilli(to), ends) {
		out = append(out, fmt.Sprint(claims([]trail.Claim{h.Claim}), h.Certainty, h.Doubt))
	}
	return out
}

// TestHoldings compares with a search through all holdings.
func TestHoldings(t *testing.T) {
	s := openTemp(t)
	m := newMaker(8)
	list := plausible(m, 200)
	writeDelta(t, s, &trail.Delta{Sessions: list})
	for range 100 {
		q := HoldingQuery{}
		if m.rnd.IntN(2) == 0 {
			q.Resource = trail.Resource{ID: "/dev/1"}
		} else if m.rnd.IntN(2) == 0 {
			q.Resource = trail.Resource{Kind: "rng"}
		}
		if m.rnd.IntN(2) == 0 {
			q.From = 1_000_000 + m.rnd.Int64N(1<<20)
			q.To = q.From + m.rnd.Int64N(1<<(1+m.rnd.IntN(20)))
		}
		if m.rnd.IntN(3) == 0 {
			q.Guest.Name = "Guest-2"
		}
		if m.rnd.IntN(4) == 0 {
			q.Session = uint64(1 + m.rnd.IntN(len(list)))
		}
		if m.rnd.IntN(3) == 0 {
			q.By = []fact.Witness{fact.Log, fact.Libvirt}[m.rnd.IntN(2)]
		}
		if m.rnd.IntN(4) == 0 {
			q.Guest.Node = "node0"
		}
		want := map[string]bool{}
		for _, x := range list {
			for nth := range x.Holdings {
				if holdingMatches(&q, x, &x.Holdings[nth]) {
					want[fmt.Sprint(x.ID, nth, x.Holdings[nth])] = true
				}
			}
		}
		got := pages(t, 1+m.rnd.IntN(40), func(p Page) ([]Held, string, error) {
			q.Page = p
			return s.Holdings(t.Context(), q)
		})
		for _, h := range got {
			if key := fmt.Sprint(h.Session.ID, h.Nth, h.Holding); !want[key] {
				t.Errorf("%+v: %s is not wanted", q, key)
			} else {
				delete(want, key)
			}
		}
		if len(want) > 0 {
			t.Fatalf("%+v: missing %v", q, want)
		}
	}
}

func holdingMatches(q *HoldingQuery, s *trail.Session, h *trail.Holding) bool {
	span := holdingInterval(s, h)
	by := cmp.Or(h.By, fact.Log)
	return (q.Resource == trail.Resource{} || q.Resource.Matches(trail.Resource{Kind: h.Kind, ID: h.ID, Sub: h.Sub})) &&
		(q.From == 0 || span.hi >= q.From && span.lo <= q.To) && (q.Session == 0 || s.ID == q.Session) &&
		(q.Guest.Name == "" || s.Name == q.Guest.Name) && (q.Guest.Node == "" || s.Node == q.Guest.Node) && (q.By == "" || q.By == by)
}

func TestBadCursor(t *testing.T) {
	s := openTemp(t)
	for _, after := range []string{"x", "!", cursor("a"), cursor(1, 2, 3, 4, 5), cursor([]int{1}, 2, 3)} {
		p := Page{After: after}
		for name, query := range map[string]func() error{
			"Sessions":    func() error { _, _, err := s.Sessions(t.Context(), SessionQuery{Page: p}); return err },
			"Holdings":    func() error { _, _, err := s.Holdings(t.Context(), HoldingQuery{Page: p}); return err },
			"Events":      func() error { _, _, err := s.Events(t.Context(), EventQuery{Page: p}); return err },
			"Findings":    func() error { _, _, err := s.Findings(t.Context(), FindingQuery{Page: p}); return err },
			"Guests":      func() error { _, _, err := s.Guests(t.Context(), GuestQuery{Page: p}); return err },
			"Resources":   func() error { _, _, err := s.Resources(t.Context(), "", p); return err },
			"Definitions": func() error { _, _, err := s.Definitions(t.Context(), Guest{}, p); return err },
		} {
			if err := query(); !errors.Is(err, ErrCursor) {
				t.Errorf("%s with cursor %q gives %v, want ErrCursor", name, after, err)
			}
		}
	}
}
