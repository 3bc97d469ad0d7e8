package web

import (
	"encoding/csv"
	"net/http"
	"strings"
	"testing"

	"github.com/virtaudit/virtaudit/internal/spreadsheet"
)

// TestListsAsCSV: every list has them, each row with all columns, and none that a
// spreadsheet would run.
func TestListsAsCSV(t *testing.T) {
	s := newServer(t, testConfig(demo(t)))
	for _, list := range []string{"guests", "sessions", "holdings", "events", "findings", "rng"} {
		target := "/api/v1/" + list
		rows := len(items(ask(t, s, target)))
		w := get(s, target+"?format=csv")
		lines, err := csv.NewReader(strings.NewReader(w.Body.String())).ReadAll()
		if err != nil || w.Header().Get("Content-Type") != csvType {
			t.Errorf("%s: %s: %v", list, w.Header().Get("Content-Type"), err)
			continue
		}
		if len(lines) != rows+1 || strings.Count(w.Body.String(), "\r\n") != rows+1 {
			t.Errorf("%s: %d lines of %d rows", list, len(lines), rows)
		}
		if by := get(s, target, "Accept", "text/csv"); by.Body.String() != w.Body.String() {
			t.Errorf("%s: Accept gives %s", list, by.Body)
		}
		if by := get(s, target+"?format=json", "Accept", "text/csv"); by.Header().Get("Content-Type") != jsonType {
			t.Errorf("%s: format=json gives %s", list, by.Header().Get("Content-Type"))
		}
	}
	if w := get(s, "/api/v1/events?format=csv&limit=1"); w.Code != http.StatusOK || !strings.Contains(w.Header().Get("Link"), "format=csv") {
		t.Errorf("the next page of CSV: %s", w.Header().Get("Link"))
	}
}

func TestGuarded(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "web": "web", "=cmd()": "'=cmd()", "+1": "'+1", "-1": "'-1", "@x": "'@x", "＝x": "'＝x", "'=x": "''=x",
		"a=b": "a=b", "\t=x": `\x09=x`, "\r\n": `\x0d\x0a`, "\xff": `\xff`, `a\b`: `a\\b`, "\u202e": `\u202e`, "日本 🙂": "日本 🙂",
	} {
		if got := spreadsheet.Guard(plain(in)); got != want {
			t.Errorf("%q: %s, want %s", in, got, want)
		}
	}
}
