package web

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// TestParametersAreStrict: a parameter that can't be used is named.
func TestParametersAreStrict(t *testing.T) {
	s := newServer(t, testConfig(demo(t)))
	for _, tc := range []struct{ target, parameter string }{
		{"guests?color=red", "color"},
		{"guests/db1?at=0", "at"},
		{"sessions?guest=db1&guest=web1", "guest"},
		{"sessions?guest=", "guest"},
		{"sessions?limit=0", "limit"},
		{"sessions?limit=1001", "limit"},
		{"sessions?limit=x", "limit"},
		{"sessions?from=yesterday", "from"},
		{"sessions?from=-1", "from"},
		{"sessions?from=2026-11-23", "from"},
		{"sessions?from=1960-01-01T00:00:00Z", "from"},
		{"sessions?from=5&to=5", "to"},
		{"sessions?from=9999-12-31T23:59:59.999Z", "from"},
		{"timeline?from=9999-12-31T23:59:59.999Z", "from"},
		{"sessions?to=999999999999999", "to"},
		{"sessions?running=yes", "running"},
		{"sessions?format=xml", "format"},
		{"sessions?order=random", "order"},
		{"sessions?guest=db1&node=other", "node"},
		{"sessions?guest=nobody", "guest"},
		{"holdings?at=1&from=0", "at"},
		{"holdings?resource=pci:", "resource"},
		{"holdings?resource=rng:/dev/random&kind=disk", "kind"},
		{"events?result=maybe", "result"},
		{"findings?kind=conflict&kind=none", "kind"},
		{"findings?severity=bad", "severity"},
		{"facts?event=1:2", "event"},
		{"facts?event=1.000:2&after=1", "after"},
		{"facts/x", "seq"},
		{"sessions/-1", "id"},
		{"search", "q"},
		{"search?q=a&limit=101", "limit"},
		{"timeline?from=0&to=1000000000&resolution=1", "resolution"},
		{"timeline?count=501", "count"},
		{"timeline?" + strings.Repeat("lane=a&", 21), "lane"},
		{"sessions?cursor=x", "cursor"},
		{"sessions?cursor=" + strings.Repeat("a", maxParameter+1), "cursor"},
	} {
		w := get(s, "/api/v1/"+tc.target)
		if w.Code != http.StatusBadRequest && w.Code != http.StatusNotFound {
			t.Errorf("%.80s: %d %s", tc.target, w.Code, w.Body)
		}
		if !strings.Contains(w.Body.String(), `"parameter":"`+tc.parameter+`"`) {
			t.Errorf("%.80s: %s is not named: %s", tc.target, tc.parameter, w.Body)
		}
	}
	if w := get(s, "/api/v1/sessions?a=%zz"); w.Code != http.StatusBadRequest {
		t.Errorf("a query that can't be read: %d", w.Code)
	}
}

// TestFirstMoment: what ends with the first millisecond of 1970 is before all that
// is known, and not without an end.
func TestFirstMoment(t *testing.T) {
	s := newServer(t, testConfig(demo(t)))
	guest := url.PathEscape(items(ask(t, s, "/api/v1/guests"))[0]["id"].(string))
	for _, at := range []string{"1", "2"} {
		for _, list := range []string{"sessions", "events", "findings"} {
			if rows := items(ask(t, s, "/api/v1/"+list+"?to="+at)); len(rows) != 0 {
				t.Errorf("%s up to %s ms: %d rows", list, at, len(rows))
			}
		}
	}
	for _, target := range []string{"holdings?to=%s", "holdings?at=%s"} {
		first := ask(t, s, "/api/v1/"+fmt.Sprintf(target, "1"))
		later := ask(t, s, "/api/v1/"+fmt.Sprintf(target, "2"))
		if text(first) != text(later) {
			t.Errorf(target+": %d rows, a millisecond later %d", "1", len(items(first)), len(items(later)))
		}
	}
	if rows := ask(t, s, "/api/v1/guests/"+guest+"/witnesses?at=0")["rows"].([]any); len(rows) != 0 {
		t.Errorf("in 1970 a guest had %v", rows)
	}
}

func TestParseMillis(t *testing.T) {
	for text, want := range map[string]int64{
		"0": 0, "1795395600000": 1795395600000,
		"2026-11-23T01:00:00Z": 1795395600000, "2026-11-23T02:00:00.5+01:00": 1795395600500,
	} {
		if ms, err := parseMillis(text); err != nil || ms != want {
			t.Errorf("%s: %d, %v", text, ms, err)
		}
	}
}

// TestPages: pages of any size give the same rows as one, in the same order.
func TestPages(t *testing.T) {
	s := newServer(t, testConfig(demo(t)))
	for _, list := range []string{
		"guests?", "guests?prefix=b&", "sessions?", "events?", "events?result=failed&", "findings?",
		"holdings?", "holdings?kind=disk&", "holdings?at=2026-11-23T00:56:00Z&", "guests/db1/definitions?",
	} {
		whole := items(ask(t, s, "/api/v1/"+list+"limit=1000"))
		if len(whole) < 2 {
			t.Errorf("%s: only %d rows", list, len(whole))
		}
		for _, limit := range []string{"1", "3"} {
			rows := pages(t, s, "/api/v1/"+list+"limit="+limit)
			if len(rows) != len(whole) {
				t.Errorf("%s by %s: %d rows of %d", list, limit, len(rows), len(whole))
				continue
			}
			for i := range rows {
				if text(rows[i]) != text(whole[i]) {
					t.Errorf("%s by %s: row %d is %s, not %s", list, limit, i, text(rows[i]), text(whole[i]))
				}
			}
		}
	}
}

// pages follows the links of a list.
func pages(t *testing.T, s *Server, target string) (all []object) {
	t.Helper()
	for range 1000 {
		w := get(s, target)
		o := decode[object](t, w)
		all = append(all, items(o)...)
		link := w.Header().Get("Link")
		if o["next"] == nil {
			if link != "" {
				t.Errorf("%s: the last page links to %s", target, link)
			}
			return all
		}
		next, ok := strings.CutSuffix(strings.TrimPrefix(link, "<"), `>; rel="next"`)
		if u, err := url.Parse(next); !ok || err != nil || u.Query().Get("cursor") != o["next"] {
			t.Fatalf("%s: link %s, next %v", target, link, o["next"])
		}
		target = next
	}
	t.Fatalf("%s: no end", target)
	return nil
}

// TestOrder: the newest first is the oldest first from its end, in pages too.
func TestOrder(t *testing.T) {
	s := newServer(t, testConfig(demo(t)))
	for _, list := range []string{"sessions?", "events?", "findings?", "holdings?kind=disk&", "guests/db1/definitions?"} {
		oldest := items(ask(t, s, "/api/v1/"+list+"limit=1000"))
		newest := pages(t, s, "/api/v1/"+list+"order=newest&limit=2")
		slices.Reverse(newest)
		if !slices.EqualFunc(oldest, newest, func(a, b object) bool { return text(a) == text(b) }) {
			t.Errorf("%s: %d rows the oldest first, %d the newest first, or in another order", list, len(oldest), len(newest))
		}
	}
}

// TestCursorIsOfItsQuery: with other parameters it is refused.
func TestCursorIsOfItsQuery(t *testing.T) {
	s := newServer(t, testConfig(demo(t)))
	next := ask(t, s, "/api/v1/events?limit=1")["next"].(string)
	if w := get(s, "/api/v1/events?limit=2&cursor="+next); w.Code != http.StatusOK {
		t.Errorf("another limit: %d", w.Code)
	}
	for _, target := range []string{"events?op=start&cursor=", "sessions?cursor=", "events?from=1&cursor="} {
		if w := get(s, "/api/v1/"+target+next); w.Code != http.StatusBadRequest {
			t.Errorf("%s: %d %s", target, w.Code, w.Body)
		}
	}
}
