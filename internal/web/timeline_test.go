package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/virtaudit/virtaudit/internal/store"
	"github.com/virtaudit/virtaudit/internal/trail"
)

// lanesOf gives a timeline's lanes by the guests' names.
func lanesOf(o object) map[string]object {
	lanes := map[string]object{}
	for _, l := range o["lanes"].([]any) {
		lanes[l.(object)["name"].(string)] = l.(object)
	}
	return lanes
}

func TestTimeline(t *testing.T) {
	s := newServer(t, testConfig(demo(t)))
	o := ask(t, s, "/api/v1/timeline?resolution=1000")
	build2 := lanesOf(o)["build2"]
	var states []string
	for _, b := range build2["bars"].([]any) {
		states = append(states, b.(object)["state"].(string))
	}
	if got := strings.Join(states, " "); got != "closed failed closed lost closed" {
		t.Errorf("build2's sessions: %s", got)
	}
	lost := build2["bars"].([]any)[3].(object)
	if lost["end_after"] == nil || lost["session"] == nil {
		t.Errorf("the lost session: %v", lost)
	}
	if marks := text(object{"": build2["marks"]}); !strings.Contains(marks, `"type":"attempt"`) || !strings.Contains(marks, `"severity":"critical"`) {
		t.Errorf("build2's marks: %s", marks)
	}
	if build2["groups"] != nil {
		t.Error("a lane that isn't open has groups")
	}
	if web1 := lanesOf(o)["web1"]["bars"].([]any)[0].(object); web1["to"] != nil {
		t.Errorf("web1 runs, and its bar ends at %v", web1["to"])
	}
}

// TestTimelineFromFar: what can't be told apart is one bar, as bad as its worst,
// and one mark; what runs stays apart.
func TestTimelineFromFar(t *testing.T) {
	s := newServer(t, testConfig(demo(t)))
	o := ask(t, s, "/api/v1/timeline?from=0&resolution=86400000000")
	bars := lanesOf(o)["build2"]["bars"].([]any)
	if len(bars) != 1 || bars[0].(object)["n"] != 5.0 || bars[0].(object)["state"] != "failed" || bars[0].(object)["session"] != nil {
		t.Errorf("build2's bars: %v", bars)
	}
	if marks := lanesOf(o)["build2"]["marks"].([]any); len(marks) != 2 {
		t.Errorf("build2's marks: %v", marks)
	}
	o = ask(t, s, "/api/v1/timeline?from=0&to=1795395200000&resolution=100000000")
	if bars := lanesOf(o)["web1"]["bars"].([]any); len(bars) != 0 {
		t.Errorf("before its start web1 has %v", bars)
	}
}

// TestTimelineIsBounded: a guest may have more that can't be drawn as one than any
// answer should have; it is refused before all is read.
func TestTimelineIsBounded(t *testing.T) {
	endless := &endlessStore{Store: demo(t)}
	s := newServer(t, testConfig(endless))
	w := get(s, "/api/v1/timeline?count=1&resolution=1&from=1795395560000&to=1795395570000")
	if w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), "more than 200000 bars and marks") {
		t.Errorf("sessions: %d %.200s", w.Code, w.Body)
	}
	endless.held = true
	lane := url.QueryEscape(items(ask(t, s, "/api/v1/guests"))[0]["id"].(string))
	w = get(s, "/api/v1/timeline?count=1&resolution=1&from=1795395560000&to=1795395570000&lane="+lane)
	if w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), "more than 200000 bars and marks") {
		t.Errorf("holdings: %d %.200s", w.Code, w.Body)
	}
}

// An endlessStore has sessions, or holdings, without end.
type endlessStore struct {
	Store
	held bool
}

func (e *endlessStore) Sessions(ctx context.Context, q store.SessionQuery) ([]*trail.Session, string, error) {
	if e.held || q.Page.Limit != store.MaxLimit {
		return e.Store.Sessions(ctx, q)
	}
	page := make([]*trail.Session, q.Page.Limit)
	for i := range page {
		page[i] = sessionAt(1, "u", "g", trail.Closed)
		page[i].End = trail.Moment{Millis: page[i].Start.Millis + 1}
	}
	return page, "more", nil
}

func (e *endlessStore) Holdings(ctx context.Context, q store.HoldingQuery) ([]store.Held, string, error) {
	if !e.held {
		return e.Store.Holdings(ctx, q)
	}
	page := make([]store.Held, q.Page.Limit)
	for i := range page {
		page[i] = *heldOf("rng", "/dev/random")
	}
	return page, "more", nil
}

// TestExtentLeavesOutForged: one record of the year 9999 doesn't make a point of
// all others; where all are ahead, they are what there is to see.
func TestExtentLeavesOutForged(t *testing.T) {
	const now, year9999 = 1795395600000, 253370764800000
	guest := func(first, last int64) lane {
		return lane{GuestInfo: store.GuestInfo{First: trail.Moment{Millis: first}, Last: trail.Moment{Millis: last}}}
	}
	for _, c := range []struct {
		guests     []lane
		begin, end int64
	}{
		{nil, 0, 0},
		{[]lane{guest(now-10, now-5), guest(now-7, now+1000)}, now - 10, now + 1000},
		{[]lane{guest(now-10, now-5), guest(now-7, year9999)}, now - 10, now - 5},
		{[]lane{guest(now-10, now-5), guest(year9999, year9999)}, now - 10, now - 5},
		{[]lane{guest(year9999, year9999+1)}, year9999, year9999 + 1},
		{[]lane{guest(0, now)}, now, now},
	} {
		l := lanes{all: c.guests}
		if begin, end := l.extent(now); begin != c.begin || end != c.end {
			t.Errorf("%v: from %d to %d, want %d to %d", c.guests, begin, end, c.begin, c.end)
		}
	}
}

// TestTimelineLanes: a view of some lanes has those, at the places that guests
// have.
func TestTimelineLanes(t *testing.T) {
	s := newServer(t, testConfig(demo(t)))
	all := items(ask(t, s, "/api/v1/guests"))
	for first := range all {
		o := ask(t, s, fmt.Sprintf("/api/v1/timeline?count=1&first=%d", first))
		lanes := o["lanes"].([]any)
		if len(lanes) != 1 || lanes[0].(object)["guest"] != all[first]["id"] || lanes[0].(object)["lane"] != all[first]["lane"] || o["total"] != float64(len(all)) {
			t.Errorf("lane %d is %v, the guest %v", first, lanes, all[first])
		}
	}
	if lanes := ask(t, s, "/api/v1/timeline?first=100")["lanes"].([]any); len(lanes) != 0 {
		t.Errorf("behind the last: %v", lanes)
	}
}

// TestSomeLanes: lanes of some guests have places among those.
func TestSomeLanes(t *testing.T) {
	s := newServer(t, testConfig(demo(t)))
	whole := ask(t, s, "/api/v1/timeline")
	for query, want := range map[string]string{"running=true": hostile + " web1", "prefix=B": "box1 build2", "node=other": "", "count=0": ""} {
		o := ask(t, s, "/api/v1/timeline?"+query)
		var names []string
		for i, l := range o["lanes"].([]any) {
			names = append(names, l.(object)["name"].(string))
			if l.(object)["lane"] != float64(i) {
				t.Errorf("%s: lane %d is at %v", query, i, l.(object)["lane"])
			}
		}
		if got := strings.Join(names, " "); got != want {
			t.Errorf("%s: %s, want %s", query, got, want)
		}
		if same := o["version"] == whole["version"]; same != (query == "count=0") {
			t.Errorf("%s: version %v of %v", query, o["version"], whole["version"])
		}
	}
}

// TestOpenLane: it has all holdings of its guest in the view, by kind and
// resource.
func TestOpenLane(t *testing.T) {
	s := newServer(t, testConfig(demo(t)))
	id := ask(t, s, "/api/v1/guests/db1")["guest"].(object)["id"].(string)
	db1 := lanesOf(ask(t, s, "/api/v1/timeline?resolution=1&from=1795395200000&to=1795395210000&lane="+id))["db1"]
	if len(db1["bars"].([]any)) != 0 || db1["groups"] != nil {
		t.Errorf("before its start: %v", db1)
	}
	db1 = lanesOf(ask(t, s, "/api/v1/timeline?resolution=100&lane="+id))["db1"]
	n, kinds := 0.0, ""
	for _, g := range db1["groups"].([]any) {
		kinds += g.(object)["kind"].(string) + " "
		for _, row := range g.(object)["rows"].([]any) {
			for _, b := range row.(object)["bars"].([]any) {
				n += b.(object)["n"].(float64)
			}
		}
	}
	if held := items(ask(t, s, "/api/v1/holdings?guest=db1&limit=1000")); int(n) != len(held) {
		t.Errorf("%v holdings in the lane, %d in the list", n, len(held))
	}
	if kinds != "chardev disk net rng " {
		t.Errorf("kinds: %s", kinds)
	}
}

func TestSpanJoins(t *testing.T) {
	at := func(ms int64) trail.Moment { return trail.Moment{Millis: ms, Serial: 1} }
	none := trail.Moment{}
	for _, tc := range []struct {
		name   string
		a, b   span
		joined bool
	}{
		{"near", spanBetween(at(100), at(101), none), spanBetween(at(105), at(106), none), true},
		{"far", spanBetween(at(100), at(101), none), spanBetween(at(150), at(151), none), false},
		{"long", spanBetween(at(100), at(120), none), spanBetween(at(121), at(122), none), false},
		{"behind a long one", spanBetween(at(100), at(101), none), spanBetween(at(102), at(142), none), false},
		{"it lasts", spanBetween(at(100), none, none), spanBetween(at(101), at(102), none), false},
		{"the next lasts", spanBetween(at(100), at(101), none), spanBetween(at(102), none, none), false},
		{"the clock was set back", spanBetween(at(100), at(50), none), spanBetween(at(101), at(102), none), true},
	} {
		if got := tc.a.joins(&tc.b, 10); got != tc.joined || got && tc.a.N != 2 {
			t.Errorf("%s: %t, n %d", tc.name, got, tc.a.N)
		}
	}
}

// TestGrouperIsBounded: resources beyond the first of a kind are counted once.
func TestGrouperIsBounded(t *testing.T) {
	g := grouper{resolution: 1, kinds: map[string]int{}, rows: map[trail.Resource]*rowPlace{}}
	for range 2 {
		for i := range maxRows + 7 {
			g.add(heldOf("disk", fmt.Sprint(i)))
		}
	}
	if len(g.groups) != 1 || len(g.groups[0].Rows) != maxRows || g.groups[0].LeftOut != 7 {
		t.Errorf("%d rows, %d left out", len(g.groups[0].Rows), g.groups[0].LeftOut)
	}
}
