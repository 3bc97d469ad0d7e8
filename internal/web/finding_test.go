package web

import (
	"net/url"
	"strings"
	"testing"
)

// TestFindingHasItsProof: each finding's records are with it, verbatim.
func TestFindingHasItsProof(t *testing.T) {
	s := newServer(t, testConfig(demo(t)))
	all := items(ask(t, s, "/api/v1/findings"))
	for _, f := range all {
		o := ask(t, s, "/api/v1/findings/"+url.PathEscape(f["id"].(string)))
		facts := o["facts"].([]any)
		for _, p := range f["proof"].([]any) {
			event := p.(object)["event"].(string)
			found := false
			for _, of := range facts {
				found = found || strings.HasPrefix(of.(object)["text"].(string), "audit("+event+")")
			}
			if !found {
				t.Errorf("%v: %s is not with it", f["id"], event)
			}
		}
		if o["left_out"] != 0.0 {
			t.Errorf("%v: %v are left out", f["id"], o["left_out"])
		}
	}
}

func TestFindingFilters(t *testing.T) {
	s := newServer(t, testConfig(demo(t)))
	count := map[string]int{}
	all := items(ask(t, s, "/api/v1/findings"))
	for _, f := range all {
		count[f["kind"].(string)]++
		count[f["severity"].(string)]++
		count[f["name"].(string)]++
	}
	for query, want := range map[string]int{
		"kind=shared": count["shared"], "kind=shared&kind=session-lost": count["shared"] + count["session-lost"],
		"severity=critical": count["critical"], "severity=warning": count["critical"] + count["warning"], "severity=info": len(all),
		"guest=build2&kind=session-lost": 1, "from=2026-11-24T00:00:00Z": 0,
	} {
		if got := items(ask(t, s, "/api/v1/findings?"+query)); len(got) != want || want == 0 && !strings.HasPrefix(query, "from") {
			t.Errorf("%s: %d, want %d", query, len(got), want)
		}
	}
	for _, f := range items(ask(t, s, "/api/v1/findings?resource=/dev/random")) {
		if f["resource"].(object)["id"] != "/dev/random" {
			t.Errorf("a finding of another resource: %v", f)
		}
	}
	g := ask(t, s, "/api/v1/guests/build2")["findings"].(object)
	if n := g["info"].(float64) + g["warning"].(float64) + g["critical"].(float64); int(n) != count["build2"] {
		t.Errorf("build2 has %v findings, not %d", n, count["build2"])
	}
}
