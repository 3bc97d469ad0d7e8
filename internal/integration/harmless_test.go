//go:build linux

package integration

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/virtaudit/virtaudit/internal/fact"
)

// knows waits until a guest's session has its name, and its disk is held as a
// witness says.
func (s *service) knows(t *testing.T, g named, witness string) {
	t.Helper()
	type item struct {
		Name string
		Also []string
		By   string
	}
	var sessions, held struct{ Items []item }
	defer func() {
		if t.Failed() {
			t.Logf("%.100q: %+v\n%+v", g.name, sessions, held)
		}
	}()
	eventually(t, patience, "its name is known", func() bool {
		return s.get("sessions", url.Values{"guest": {g.uuid}}, &sessions) &&
			len(sessions.Items) == 1 && sessions.Items[0].Name == g.known
	})
	disk := fact.Plain(g.disk)
	if g.known != g.name {
		disk = string([]rune(g.disk)) // each such byte is one
	}
	eventually(t, patience, "its disk is known", func() bool {
		return s.get("holdings", url.Values{"resource": {disk}}, &held) && slices.ContainsFunc(held.Items, func(i item) bool {
			return i.Name == g.known && strings.Contains(i.By+fmt.Sprint(i.Also), witness)
		})
	})
}

// harmless holds all that can be asked of these guests to do no harm.
func (s *service) harmless(t *testing.T, guests []named) {
	t.Helper()
	s.answersHarmlessly(t, guests)
	s.printsHarmlessly(t, guests)
	said, err := os.ReadFile(s.said)
	if err != nil {
		t.Fatal(err)
	}
	harmless(t, "the service's own log", said)
}

// answersHarmlessly asks the API for all that it has.
func (s *service) answersHarmlessly(t *testing.T, guests []named) {
	t.Helper()
	paths := []string{
		"guests", "sessions", "events", "findings", "facts", "holdings?kind=rng", "holdings?kind=disk", "rng",
		"search?q=n", "search?q=%3C", "timeline?resolution=86400000", "status",
	}
	for _, g := range guests {
		for _, what := range []string{"", "/definitions", "/witnesses"} {
			paths = append(paths, "guests/"+g.uuid+what)
		}
	}
	for _, path := range paths {
		body := s.body(t, "/api/v1/"+path)
		if !json.Valid(body) || !utf8.Valid(body) || bytes.ContainsAny(body, "\x1b\a") || bytes.Contains(body, []byte("<img")) {
			t.Errorf("%s: %.3000q", path, body)
		}
	}
	for _, list := range []string{"guests", "sessions", "events", "findings"} {
		harmless(t, list+" as CSV", s.body(t, "/api/v1/"+list+"?format=csv"))
	}
	harmless(t, "metrics", s.body(t, "/metrics"))
}

// printsHarmlessly holds what the commands print to what a terminal may get.
func (s *service) printsHarmlessly(t *testing.T, guests []named) {
	t.Helper()
	asked := [][]string{{"sessions"}, {"findings"}, {"events"}, {"summary"}, {"report"}, {"who", "/dev/urandom"}}
	for _, g := range guests {
		asked = append(asked, []string{"who", fact.Plain(g.disk)}, []string{"sessions", "--guest", g.uuid})
	}
	for _, args := range asked {
		out := s.asks(t, append(args, "--store="+s.store)...)
		harmless(t, strings.Join(args, " "), out)
		for _, r := range string(out) {
			if r != '\n' && !unicode.IsPrint(r) {
				t.Errorf("%q prints %q: %.3000q", args, r, out)
				break
			}
		}
	}
	for _, command := range []string{"sessions", "findings", "events"} {
		for _, format := range []string{"csv", "jsonl"} {
			harmless(t, command+" as "+format, s.asks(t, command, "--store="+s.store, "--format", format))
		}
	}
	harmless(t, "status", s.asks(t, "status", "--config", os.DevNull, "--listen-unix", s.socket))
}

// harmless holds a text to what no terminal obeys and no spreadsheet computes.
func harmless(t *testing.T, what string, text []byte) {
	t.Helper()
	if len(text) == 0 || !utf8.Valid(text) {
		t.Errorf("%s: %.3000q", what, text)
	}
	for line := range strings.Lines(string(text)) {
		if i := strings.IndexFunc(strings.TrimRight(line, "\r\n"), unicode.IsControl); i >= 0 {
			t.Errorf("%s: a control byte: %.1000q", what, line[i:])
		}
		if strings.HasPrefix(line, "=") || strings.Contains(line, ",=") {
			t.Errorf("%s: a formula: %.1000q", what, line)
		}
	}
}
