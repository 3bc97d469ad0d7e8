package web

import (
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

func when(m trail.Moment) string { return m.Time().Format(rfc3339) }
