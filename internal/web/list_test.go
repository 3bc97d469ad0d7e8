package web

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"testing"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/store"
	"github.com/virtaudit/virtaudit/internal/trail"
)

// TestUnwatchedIsTold: an answer that spans a time without a watch says so, one
// that doesn't, does not.
func TestUnwatchedIsTold(t *testing.T) {
	st := demo(t)
	at := func(s int64) trail.Moment { return trail.Moment{Millis: testNow.UnixMilli() + s*1000} }
	d := &trail.Delta{
		Unwatched: map[string][]trail.Span{testNode: {{From: at(10), To: at(20), Said: true}}},
		Findings: []*trail.Finding{{
			Kind: trail.SourceUnwatched, ID: "u", Node: testNode, At: at(30), Until: at(40), Count: 1, By: fact.Libvirt, Text: "libvirt was not watched",
		}},
	}
	if err := st.Commit(t.Context(), &store.Batch{Delta: d}); err != nil {
		t.Fatal(err)
	}
	s := newServer(t, testConfig(st))
	for query, want := range map[string][]string{
		"":                      {"log", "libvirt"},
		"?to=" + when(at(10)):   nil,
		"?to=" + when(at(11)):   {"log"},
		"?from=" + when(at(21)): {"libvirt"},
		"?from=" + when(at(41)): nil,
	} {
		for _, list := range []string{"sessions", "events", "findings", "holdings"} {
			told := ask(t, s, "/api/v1/"+list+query)["unwatched"].([]any)
			var got []string
			for _, u := range told {
				got = append(got, u.(object)["source"].(string))
			}
			if len(got) != len(want) || len(got) > 0 && got[0] != want[0] {
				t.Errorf("%s%s: %v, want %v", list, query, got, want)
			}
		}
	}
	held := items(ask(t, s, "/api/v1/holdings?kind=rng&guest=web1&at="+when(at(15))))
	if len(held) != 1 || held[0]["certainty"] != "uncertain" {
		t.Errorf("while auditd was off: %v", held)
	}
}

// TestUnreadLogIsUncertain: what the log tells of a time in which the service did
// not read it is uncertain, as where auditd did not write it. That another
// witness wasn't watched, or the log of another host, says nothing of it.
func TestUnreadLogIsUncertain(t *testing.T) {
	st := demo(t)
	at := func(s int64) trail.Moment { return trail.Moment{Millis: testNow.UnixMilli() + s*1000} }
	gap := func(id, node string, by fact.Witness, from, to int64) *trail.Finding {
		return &trail.Finding{
			Kind: trail.SourceUnwatched, ID: id, Node: node, By: by, At: at(from), Until: at(to), Count: 1, Text: "not watched",
		}
	}
	d := &trail.Delta{
		LastSeen: map[string]trail.Moment{testNode: at(100)},
		Findings: []*trail.Finding{
			gap("log", testNode, fact.Log, 10, 20),
			gap("libvirt", testNode, fact.Libvirt, 30, 40),
			gap("other", "kvm2", fact.Log, 30, 40),
		},
	}
	if err := st.Commit(t.Context(), &store.Batch{Delta: d}); err != nil {
		t.Fatal(err)
	}
	s := newServer(t, testConfig(st))
	for second, want := range map[int64][2]any{
		9: {"yes", nil}, 15: {"uncertain", "unwatched"}, 21: {"yes", nil}, 35: {"yes", nil},
	} {
		held := items(ask(t, s, "/api/v1/holdings?kind=rng&guest=web1&at="+when(at(second))))
		if len(held) != 1 || held[0]["certainty"] != want[0] || held[0]["doubt"] != want[1] {
			t.Errorf("second %d: %v, want %v", second, held, want)
		}
	}
}

// TestCSVTellsUnwatched: rows alone have no place for the times in which nobody
// watched, so the answer's header has them.
func TestCSVTellsUnwatched(t *testing.T) {
	st := demo(t)
	from := trail.Moment{Millis: testNow.UnixMilli()}
	d := &trail.Delta{Unwatched: map[string][]trail.Span{testNode: {{From: from, To: trail.Moment{Millis: from.Millis + 1000}}}}}
	if err := st.Commit(t.Context(), &store.Batch{Delta: d}); err != nil {
		t.Fatal(err)
	}
	s := newServer(t, testConfig(st))
	for query, want := range map[string]string{"": "1", "&to=" + when(from): "0"} {
		for _, list := range []string{"sessions", "events", "findings", "holdings"} {
			if got := get(s, "/api/v1/"+list+"?format=csv"+query).Header().Get(unwatchedHeader); got != want {
				t.Errorf("%s%s: %s: %q, want %q", list, query, unwatchedHeader, got, want)
			}
		}
	}
}

func when(m trail.Moment) string { return m.Time().Format(rfc3339) }

// TestGather: a page has all that is kept up to its limit, goes on where it ends,
// and comes of many rows where few are kept, in few pages.
func TestGather(t *testing.T) {
	const rows = 100_000
	for _, every := range []int{1, 3, 1000, 30_000, rows + 1} {
		for _, limit := range []int{1, 7, 1000} {
			var got []int
			fetched := 0
			r := &request{Request: httptest.NewRequest(http.MethodGet, "/", nil), query: url.Values{}}
			for more := true; more; more = r.has("cursor") {
				page := store.Page{Limit: limit}
				if _, err := r.cursor(&page.After); err != nil {
					t.Fatal(err)
				}
				fetch := func(p store.Page) (all []int, next string, err error) {
					fetched++
					first, _ := strconv.Atoi(p.After)
					last := min(first+p.Limit, rows)
					for n := first; n < last; n++ {
						all = append(all, n)
					}
					if last < rows {
						next = strconv.Itoa(last)
					}
					return all, next, nil
				}
				keep := func(n int) (int, bool, error) { return n, n%every == every-1, nil }
				o, err := gather(r, page, fetch, keep)
				if err != nil || len(o.Items) > limit {
					t.Fatalf("%d items of %d (%v)", len(o.Items), limit, err)
				}
				got = append(got, o.Items...)
				r.query.Del("cursor")
				if o.Next != nil {
					r.query.Set("cursor", *o.Next)
				}
			}
			if len(got) != rows/every || !slices.IsSorted(got) {
				t.Errorf("every %d by %d: %d items, want %d", every, limit, len(got), rows/every)
			}
			if every > rows && fetched > 60 {
				t.Errorf("none by %d: %d pages of the store's", limit, fetched)
			}
		}
	}
}

// TestUnwatchedIsBounded: of many times in which a source wasn't watched a list
// reads those it tells, also one that began long before and lasts.
func TestUnwatchedIsBounded(t *testing.T) {
	st := demo(t)
	d := &trail.Delta{}
	for i := range 3 * maxUnwatched {
		at := trail.Moment{Millis: testNow.UnixMilli() + int64(i)*1000}
		d.Findings = append(d.Findings, &trail.Finding{
			ID: fmt.Sprintf("unwatched-%d", i), Kind: trail.SourceUnwatched, Node: testNode, By: "libvirt",
			At: at, Until: trail.Moment{Millis: at.Millis + 10},
		})
	}
	d.Findings[1].Until = trail.Moment{} // it lasts
	if err := st.Commit(t.Context(), &store.Batch{Delta: d}); err != nil {
		t.Fatal(err)
	}
	counting := &findingStore{Store: st}
	s := newServer(t, testConfig(counting))
	count := func(w window) (sources int) {
		t.Helper()
		counting.rows = 0
		all, err := s.unwatched(t.Context(), "", w)
		if err != nil {
			t.Fatal(err)
		}
		for _, u := range all {
			if u.Source == "libvirt" {
				sources++
			}
		}
		if counting.rows > maxUnwatched {
			t.Errorf("%v: %d findings are read", w, counting.rows)
		}
		return sources
	}
	now := testNow.UnixMilli()
	for w, want := range map[window]int{
		{}:                             maxUnwatched,
		{now + 50_005, now + 52_005}:   4, // 50, 51, 52 and the one that lasts
		{now + 50_500, now + 50_600}:   1,
		{now - 1000, now}:              0,
		{now + 700_000, now + 800_000}: 1,
	} {
		if got := count(w); got != want {
			t.Errorf("%v: %d times, want %d", w, got, want)
		}
	}
}

// A findingStore counts the findings that it gives.
type findingStore struct {
	Store
	rows int
}

func (f *findingStore) Findings(ctx context.Context, q store.FindingQuery) ([]*trail.Finding, string, error) {
	found, next, err := f.Store.Findings(ctx, q)
	f.rows += len(found)
	return found, next, err
}
