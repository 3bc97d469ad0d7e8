package report

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/virtaudit/virtaudit/internal/trail"
	"github.com/virtaudit/virtaudit/record"
)

func findingLines(t *testing.T, o Options, findings ...*trail.Finding) string {
	t.Helper()
	return output(t, func(w io.Writer) error { return Findings(w, Text, findings, o) })
}

func TestFindingsText(t *testing.T) {
	for _, log := range []string{"lab", "fleet"} {
		f := readLog(t, log+".log")
		for _, columns := range []int{0, 80, 160} {
			golden(t, fmt.Sprintf("%s-findings-%d.txt", log, columns), func(w io.Writer) error {
				return Findings(w, Text, f.findings, Options{Width: columns})
			})
		}
	}
}

func TestNoFindings(t *testing.T) {
	if got := findingLines(t, Options{}); got != "no findings\n" {
		t.Errorf("%q", got)
	}
}

// TestFindingsWithinWidth: what can be broken into lines is, at every width.
func TestFindingsWithinWidth(t *testing.T) {
	f := readLog(t, "fleet.log")
	for columns := 60; columns <= 220; columns++ {
		for line := range strings.Lines(findingLines(t, Options{Width: columns}, f.findings...)) {
			if n := width(strings.TrimSuffix(line, "\n")); n > columns {
				t.Fatalf("%d columns in a terminal of %d: %s", n, columns, line)
			}
		}
	}
}

func TestFindingsColorOnly(t *testing.T) {
	f := readLog(t, "fleet.log")
	for _, columns := range []int{0, 60, 160} {
		got := findingLines(t, Options{Width: columns, Color: true}, f.findings...)
		if !strings.Contains(got, "\x1b[31mcritical\x1b[0m") || !strings.Contains(got, "\x1b[33mwarning\x1b[0m") {
			t.Errorf("at %d columns severities are not coloured", columns)
		}
		if uncolored(got) != findingLines(t, Options{Width: columns}, f.findings...) {
			t.Errorf("at %d columns it is another text with colour", columns)
		}
	}
}

func TestFindingProof(t *testing.T) {
	f := readLog(t, "fleet.log")
	for _, columns := range []int{0, 60} {
		got := findingLines(t, Options{Width: columns, Proof: ProofIDs}, f.findings...)
		if n := strings.Count(got, "\n    proof: "); n != len(f.findings) {
			t.Errorf("at %d columns %d of %d findings are proven:\n%s", columns, n, len(f.findings), got)
		}
	}
}

// TestFindingWho: a finding is of a session, of a guest, of a host, or of none
// of them.
func TestFindingWho(t *testing.T) {
	s := &trail.Session{Node: "h1", UUID: "u", Name: "web", Number: 2}
	for _, tc := range []struct {
		f    trail.Finding
		want string
	}{
		{trail.Finding{Node: "h1", UUID: "u", Name: "web", Session: s}, "web#2 on h1"},
		{trail.Finding{UUID: "u", Name: "web"}, "web"},
		{trail.Finding{UUID: "u"}, "uuid u"},
		{trail.Finding{Node: "h1"}, "h1"},
		{trail.Finding{}, ""},
	} {
		if got := newFindingView([]*trail.Finding{&tc.f}, Options{}).who(&tc.f); got != tc.want {
			t.Errorf("%+v: %q, want %q", tc.f, got, tc.want)
		}
	}
}

func TestFindingWhen(t *testing.T) {
	at := func(millis int64) trail.Moment { return trail.Moment{Millis: millis, Serial: 1} }
	v := findingView{}
	for want, f := range map[string]trail.Finding{
		"1970-01-01 00:00:01":                        {At: at(1000)},
		"1970-01-01 00:00:01 to 1970-01-01 00:00:05": {At: at(1000), Until: at(5000)},
		"1970-01-01 00:00:02":                        {At: at(2000), Until: at(2900)}, // not to be told apart
	} {
		if got := v.when(&f, " to "); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

func TestUnhidden(t *testing.T) {
	for in, want := range map[string]string{
		`attach of disk "/a\x1b"`: `attach of disk "/a\x1b"`,
		"disk /srv/日本語":           "disk /srv/日本語",
		"a\u115fb\ufe0fc":         `a\u115fb\ufe0fc`,
		"\x1b[2J\xff\n":           `\x1b[2J\xff\n`,
	} {
		if got := unhidden(in); got != want {
			t.Errorf("%q: %s, want %s", in, got, want)
		}
	}
}

// FuzzFindingsText: nothing that a record says gets through to the terminal,
// neither in a sentence of the trail's nor beside it.
func FuzzFindingsText(f *testing.F) {
	f.Add("\x1b[2J", "/dev/\nhwrng", "\u202e", 80)
	f.Add("a, b", "\xff", "a\u115fb", 0)
	f.Fuzz(func(t *testing.T, name, id, op string, columns int) {
		ev := &trail.Event{
			At: trail.Moment{Millis: 1793009600_000, Serial: 1}, Node: id, UUID: id, Name: name, Sender: &trail.Sender{Exe: name},
			Type: record.VirtResource, Op: op, Kind: op, ID: id, Sub: name, Result: record.Failed, Marks: record.Ambiguous,
		}
		o := Options{Width: columns % 300}
		if o.Width < 0 {
			o.Width = 0
		}
		found := trail.Findings([]*trail.Event{ev}, nil, nil)
		got := findingLines(t, o, found...)
		for _, r := range got {
			if r != '\n' && !shown(r) {
				t.Fatalf("%q gets through", r)
			}
		}
		if lines := strings.Count(got, "\n"); o.Width == 0 && lines != len(found)+1 {
			t.Fatalf("%d lines of %d findings:\n%s", lines, len(found), got)
		}
	})
}
