package agent

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// hostileNames are names of guests that nobody should give one.
var hostileNames = []string{
	`a"b'c\d`, "two\nlines", `<script>alert(1)</script>`, "\x1b]0;title\a\x1b[31mred", "\xff\xfe\x80", "op=stop res=failed vm=x",
	"../../etc/passwd", "'; DROP TABLE facts; --", "=1+1", "%s%n", "\u202egnp.exe", strings.Repeat("n", 4096), "?", "(null)",
}

// TestHostileNames: a guest of any name is in the trail under that name, and
// every answer is well formed.
func TestHostileNames(t *testing.T) {
	t.Parallel()
	p := newProcess(t)
	p.append("")
	qemu := &fakeDaemon{name: "web", xml: definitionOf("web", "")}
	socket := filepath.Join(p.dir, "qemu")
	listen(t, socket, qemu.serve)
	p.set("LIBVIRT=qemu+unix:///system?socket="+socket, "SWEEP=1s")
	p.start()
	p.ready()
	for n, name := range hostileNames {
		g := newRecordedGuest(n)
		g.name = name
		p.arrives(g)
		p.named(g.uuid, name)
	}
	for _, name := range hostileNames[:cases(len(hostileNames), 5)] {
		qemu.change(func() { qemu.name, qemu.xml = name, definitionOf(name, "") })
		time.Sleep(300 * time.Millisecond) // less than a sweep: some names come by one, some by none
		if code, _, err := p.ask("/readyz"); err != nil || code != http.StatusOK {
			t.Fatalf("%.100q: /readyz: %d %v", name, code, err)
		}
	}
	p.arrives(newRecordedGuest(50))
	p.wellFormed("guests", "sessions", "events", "findings", "holdings?resource=/a.img", "rng", "search?q=n", "timeline?resolution=86400000", "status")
	for _, list := range []string{"guests", "sessions", "events", "findings"} {
		code, body, err := p.ask("/api/v1/" + list + "?format=csv")
		if err != nil || code != http.StatusOK || bytes.ContainsAny(body, "\x1b\x00\a") || bytes.Contains(body, []byte("\n=1+1")) || bytes.Contains(body, []byte(",=1+1")) {
			t.Errorf("%s as CSV: %d %v\n%.3000q", list, code, err, body)
		}
	}
	if code, _, err := p.ask("/metrics"); err != nil || code != http.StatusOK {
		t.Errorf("/metrics: %d %v", code, err)
	}
	p.bounded()
	p.term()
}

// named holds what a guest is called to its name. What is no UTF-8 can't be in
// JSON, and is told apart there.
func (p *process) named(uuid, name string) {
	p.t.Helper()
	var list struct{ Items []struct{ Name string } }
	if !p.get("/api/v1/sessions?guest="+url.QueryEscape(uuid), &list) || len(list.Items) != 1 {
		p.t.Errorf("the session of guest %q: %+v", name, list)
		return
	}
	if name == "?" { // which records have for a name that isn't known
		name = ""
	}
	if got := list.Items[0].Name; got != name && utf8.ValidString(name) {
		p.t.Errorf("%.100q is named %.100q", name, got)
	}
}

// wellFormed asks for paths of the API, whose answers must be JSON and harmless
// in a page and on a terminal.
func (p *process) wellFormed(paths ...string) {
	p.t.Helper()
	for _, path := range paths {
		code, body, err := p.ask("/api/v1/" + path)
		if err != nil || code != http.StatusOK || !json.Valid(body) || !utf8.Valid(body) {
			p.t.Errorf("%s: %d %v\n%.2000q", path, code, err, body)
		}
		for _, bad := range []string{"<script", "\x1b", "\a"} {
			if bytes.Contains(body, []byte(bad)) {
				p.t.Errorf("%s has %q: %s", path, bad, around(body, bad))
			}
		}
	}
}

func around(body []byte, what string) string {
	i := bytes.Index(body, []byte(what))
	return fmt.Sprintf("%q", body[max(0, i-40):min(len(body), i+40)])
}
