package store

import (
	"cmp"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/trail"
)

// filled gives a store of events, findings and sessions of a few guests.
func filled(t *testing.T, seed uint64) (*Store, *trail.Delta, maker) {
	t.Helper()
	s, m := openTemp(t), newMaker(seed)
	d := &trail.Delta{Sessions: plausible(m, 60)}
	for i := range 200 {
		ev, n := m.event(uint64(i+1), 0), m.finding(fmt.Sprintf("f%03d", i))
		x := d.Sessions[m.rnd.IntN(len(d.Sessions))]
		ev.At.Millis, n.At.Millis, n.Until.Millis = 1000+m.rnd.Int64N(500), 1000+m.rnd.Int64N(500), 0
		ev.Node, n.Node = x.Node, x.Node
		ev.UUID, ev.Name, ev.SessionID = "", "", 0
		n.UUID, n.Name, n.SessionID, n.OtherIDs = "", "", 0, nil
		if m.rnd.IntN(4) > 0 {
			ev.UUID, ev.Name, ev.SessionID = x.UUID, x.Name, x.ID
			n.UUID, n.Name, n.SessionID = x.UUID, x.Name, x.ID
		}
		ev.Op = []string{"attach", "detach", "boot"}[m.rnd.IntN(3)]
		n.Kind, n.Severity = []trail.FindingKind{trail.Denial, trail.Conflict}[m.rnd.IntN(2)], trail.Severity(m.rnd.IntN(3))
		d.Events, d.Findings = append(d.Events, ev), append(d.Findings, n)
	}
	writeDelta(t, s, d)
	return s, d, m
}

func TestEvents(t *testing.T) {
	s, d, _ := filled(t, 11)
	slices.SortFunc(d.Events, func(a, b *trail.Event) int {
		return cmp.Or(cmp.Compare(a.At.Millis, b.At.Millis), cmp.Compare(a.Fact, b.Fact))
	})
	for name, tc := range map[string]struct {
		q     EventQuery
		match func(*trail.Event) bool
	}{
		"all":     {EventQuery{}, func(*trail.Event) bool { return true }},
		"guest":   {EventQuery{Guest: Guest{UUID: "uuid-3"}}, func(ev *trail.Event) bool { return ev.UUID == "uuid-3" }},
		"name":    {EventQuery{Guest: Guest{Name: "Guest-0"}}, func(ev *trail.Event) bool { return ev.Name == "Guest-0" }},
		"node":    {EventQuery{Guest: Guest{Node: "node1"}}, func(ev *trail.Event) bool { return ev.Node == "node1" }},
		"session": {EventQuery{Session: 7}, func(ev *trail.Event) bool { return ev.SessionID == 7 }},
		"time":    {EventQuery{From: 1100, To: 1200}, func(ev *trail.Event) bool { return ev.At.Millis >= 1100 && ev.At.Millis <= 1200 }},
		"ops":     {EventQuery{Ops: []string{"boot", "x"}}, func(ev *trail.Event) bool { return ev.Op == "boot" }},
		"fact":    {EventQuery{Fact: 9}, func(ev *trail.Event) bool { return ev.Fact == 9 }},
	} {
		var want []trail.Event
		for _, ev := range d.Events {
			if tc.match(ev) {
				want = append(want, *ev)
			}
		}
		got := pages(t, 7, func(p Page) ([]*trail.Event, string, error) {
			tc.q.Page = p
			return s.Events(t.Context(), tc.q)
		})
		if plainly := values(got); len(want) == 0 || !reflect.DeepEqual(plainly, want) {
			t.Errorf("%s: got %d events, want %d", name, len(got), len(want))
		}
	}
}

func values[T any](list []*T) (out []T) {
	for _, v := range list {
		out = append(out, *v)
	}
	return out
}

func TestFindings(t *testing.T) {
	s, d, _ := filled(t, 12)
	trailOrder := func(a, b *trail.Finding) int {
		return cmp.Or(cmp.Compare(a.At.Millis, b.At.Millis), cmp.Compare(a.ID, b.ID))
	}
	slices.SortFunc(d.Findings, trailOrder)
	for name, tc := range map[string]struct {
		q     FindingQuery
		match func(*trail.Finding) bool
	}{
		"all":      {FindingQuery{}, func(*trail.Finding) bool { return true }},
		"guest":    {FindingQuery{Guest: Guest{UUID: "uuid-3"}}, func(n *trail.Finding) bool { return n.UUID == "uuid-3" }},
		"node":     {FindingQuery{Guest: Guest{Node: "node0"}}, func(n *trail.Finding) bool { return n.Node == "node0" }},
		"session":  {FindingQuery{Session: 9}, func(n *trail.Finding) bool { return n.SessionID == 9 }},
		"kind":     {FindingQuery{Kinds: []trail.FindingKind{trail.Denial}}, func(n *trail.Finding) bool { return n.Kind == trail.Denial }},
		"severity": {FindingQuery{Severity: trail.Critical}, func(n *trail.Finding) bool { return n.Severity == trail.Critical }},
		"time": {FindingQuery{From: 1200, To: 1400}, func(n *trail.Finding) bool {
			return n.At.Millis <= 1400 && (n.At.Millis >= 1200 || n.Kind == trail.Conflict) // which lasts
		}},
	} {
		var want []trail.Finding
		for _, n := range d.Findings {
			if tc.match(n) {
				want = append(want, *n)
			}
		}
		got := pages(t, 7, func(p Page) ([]*trail.Finding, string, error) {
			tc.q.Page = p
			return s.Findings(t.Context(), tc.q)
		})
		for i, n := range got {
			if (n.Session == nil) != (n.SessionID == 0) || n.Session != nil && n.Session.ID != n.SessionID {
				t.Errorf("%s: a finding of session %d knows %+v", name, n.SessionID, n.Session)
			}
			got[i] = withoutSessions(n)
		}
		if len(want) == 0 || !reflect.DeepEqual(values(got), want) {
			t.Errorf("%s: got %d findings, want %d", name, len(got), len(want))
		}
	}
	if n, err := s.Finding(t.Context(), "f007"); err != nil || n.ID != "f007" {
		t.Errorf("got %+v, %v", n, err)
	}
	if _, err := s.Finding(t.Context(), "none"); !errors.Is(err, ErrNotFound) {
		t.Errorf("a finding that isn't there gives %v", err)
	}
}

// TestGuests compares with the trail's own list of guests.
func TestGuests(t *testing.T) {
	s, d, _ := filled(t, 13)
	slices.SortFunc(d.Sessions, byFirst)
	for name, tc := range map[string]struct {
		q     GuestQuery
		match func(*trail.Guest) bool
	}{
		"all":  {GuestQuery{}, func(*trail.Guest) bool { return true }},
		"node": {GuestQuery{Guest: Guest{Node: "node1"}}, func(g *trail.Guest) bool { return g.Node == "node1" }},
	} {
		var want []string
		for _, g := range trail.Guests(d.Sessions) {
			if tc.match(g) {
				last := g.Sessions[len(g.Sessions)-1]
				want = append(want, fmt.Sprint(g.Name, g.Node, g.UUID, len(g.Sessions), g.Sessions[0].First, last.Last, last.State))
			}
		}
		slices.Sort(want)
		var got []string
		for _, g := range pages(t, 2, func(p Page) ([]GuestInfo, string, error) {
			tc.q.Page = p
			return s.Guests(t.Context(), tc.q)
		}) {
			got = append(got, fmt.Sprint(g.Name, g.Node, g.UUID, g.Sessions, g.First, g.Last, g.State))
			if !slices.Equal(g.Names, []string{g.Name}) {
				t.Errorf("the names of %s are %q", g.Name, g.Names)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: got\n%q\nwant\n%q", name, got, want)
		}
	}
}

// TestGuestHasNameOfItsLastSession renames one, and takes that back.
func TestGuestHasNameOfItsLastSession(t *testing.T) {
	s := openTemp(t)
	run := func(id uint64, name string) *trail.Session {
		return &trail.Session{ID: id, UUID: "u", Name: name, First: trail.Moment{Millis: int64(id)}}
	}
	for _, step := range []struct {
		d    trail.Delta
		want string
	}{
		{trail.Delta{Sessions: []*trail.Session{run(2, "web")}}, "web"},
		{trail.Delta{Sessions: []*trail.Session{run(3, "db")}}, "db"},
		{trail.Delta{Sessions: []*trail.Session{run(1, "older")}}, "db"},
		{trail.Delta{Sessions: []*trail.Session{run(3, "new")}}, "new"},
		{trail.Delta{Merged: []uint64{3}}, "web"},
	} {
		writeDelta(t, s, &step.d)
		if list, _, err := s.Guests(t.Context(), GuestQuery{}); err != nil || len(list) != 1 || list[0].Name != step.want {
			t.Errorf("got %+v, %v, want %s", list, err, step.want)
		}
	}
}

func TestResources(t *testing.T) {
	s := openTemp(t)
	x := &trail.Session{ID: 1, UUID: "u"}
	for _, id := range []string{"/dev/b", "/dev/a", "/srv/x", "/dev/%", "/dev\xff"} {
		x.Holdings = append(x.Holdings, trail.Holding{Kind: "disk", ID: id}, trail.Holding{Kind: "rng", ID: id})
	}
	writeDelta(t, s, &trail.Delta{Sessions: []*trail.Session{x}})
	for prefix, want := range map[string][]string{
		"/dev/": {"/dev/%", "/dev/a", "/dev/b"}, "/dev/%": {"/dev/%"}, "/dev\xff": {"/dev\xff"}, "/no": nil,
		"": {"/dev/%", "/dev/a", "/dev/b", "/dev\xff", "/srv/x"},
	} {
		var got []string
		for p := (Page{Limit: 2}); ; {
			list, next, err := s.Resources(t.Context(), prefix, p)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range list {
				got = append(got, r.ID)
			}
			if p.After = next; next == "" {
				break
			}
		}
		if got = slices.Compact(got); !slices.Equal(got, want) {
			t.Errorf("%q: got %q, want %q", prefix, got, want)
		}
	}
}

func TestCounts(t *testing.T) {
	s, d, _ := filled(t, 14)
	commit(t, s, &Batch{Facts: watched(1, 5)})
	c, err := s.Counts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	running, denials := int64(0), int64(0)
	for _, x := range d.Sessions {
		if x.State <= trail.Running {
			running++
		}
	}
	for _, n := range d.Findings {
		if n.Kind == trail.Denial {
			denials++
		}
	}
	if c.Facts[fact.Watch] != 5 || c.LastSeq != 5 || c.Sessions != 60 || c.Running != running || c.Findings[trail.Denial] != denials ||
		c.Guests != int64(len(trail.Guests(d.Sessions))) || c.Bytes < 4096 || c.Schema != len(migrations) {
		t.Errorf("got %+v", c)
	}
	if c.Oldest != 0 || c.Newest != 0 {
		t.Errorf("what nobody tells is from %d to %d", c.Oldest, c.Newest)
	}
	told := watched(6, 3)
	told[0].Kind, told[0].Stamp = fact.Record, trail.Moment{Millis: 2000, Serial: 7}
	told[1].Kind, told[1].Stamp = fact.Observation, trail.Moment{Millis: 1000}
	told[2].Kind, told[2].Stamp = fact.Record, trail.Moment{Millis: 3000, Serial: 8}
	commit(t, s, &Batch{Facts: told})
	if c, err = s.Counts(t.Context()); err != nil || c.Oldest != 1000 || c.Newest != 3000 {
		t.Errorf("it is from %d to %d (%v), want 1000 to 3000", c.Oldest, c.Newest, err)
	}
	first, last, err := s.Recorded(t.Context())
	if err != nil || first != told[0].Stamp || last != told[2].Stamp {
		t.Errorf("records are from %s to %s (%v), want %s and %s", first, last, err, told[0].Stamp, told[2].Stamp)
	}
}

// TestFindingsOfATimeAsFiltered: of every kind, open or ended, the store gives for
// a time what a trail's filter lets through.
func TestFindingsOfATimeAsFiltered(t *testing.T) {
	s := openTemp(t)
	d := &trail.Delta{}
	for i, row := range trail.FindingKinds {
		for j, until := range []int64{0, 1000, 3000} {
			n := &trail.Finding{ID: fmt.Sprintf("%02d.%d", i, j), Kind: row.Kind, At: trail.Moment{Millis: 500}, Count: 1}
			n.Until.Millis = until
			d.Findings = append(d.Findings, n)
		}
	}
	writeDelta(t, s, d)
	f := trail.Filter{Since: time.UnixMilli(2000), Until: time.UnixMilli(4000)}
	var want []string
	for _, n := range d.Findings {
		if f.Finding(n) {
			want = append(want, n.ID)
		}
	}
	list, _, err := s.Findings(t.Context(), FindingQuery{From: 2000, To: 4000, Page: Page{Limit: MaxLimit}})
	var got []string
	for _, n := range list {
		got = append(got, n.ID)
	}
	if err != nil || len(got) != len(trail.FindingKinds)+len(trail.Lasting) || !slices.Equal(got, want) {
		t.Errorf("the store gives %v (%v), the filter %v", got, err, want)
	}
}
