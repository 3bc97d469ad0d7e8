package report

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/virtaudit/virtaudit/internal/trail"
)

func TestSessionsText(t *testing.T) {
	for _, log := range []string{"lab", "fleet"} {
		f := readLog(t, log+".log")
		for _, columns := range []int{0, 80, 160} {
			golden(t, fmt.Sprintf("%s-sessions-%d.txt", log, columns), func(w io.Writer) error {
				return Sessions(w, Text, f.sessions, Options{Width: columns})
			})
		}
	}
}

func TestNoSessions(t *testing.T) {
	got := output(t, func(w io.Writer) error { return Sessions(w, Text, nil, Options{}) })
	if got != "no guest in this log\n" {
		t.Errorf("%q", got)
	}
}

// TestTextWithinWidth: what can be broken into lines is, at every width.
func TestTextWithinWidth(t *testing.T) {
	f := readLog(t, "fleet.log")
	for columns := 60; columns <= 220; columns++ {
		o := Options{Width: columns}
		for _, write := range []func(io.Writer) error{
			func(w io.Writer) error { return Sessions(w, Text, f.sessions, o) },
			func(w io.Writer) error { return Overview(w, f.overview("audit.log"), o) },
		} {
			for line := range strings.Lines(output(t, write)) {
				if n := width(strings.TrimSuffix(line, "\n")); n > columns {
					t.Fatalf("%d columns in a terminal of %d: %s", n, columns, line)
				}
			}
		}
	}
}

// FuzzSessionsText: nothing that a guest is called or holds gets through to
// the terminal, or makes lines of its own.
func FuzzSessionsText(f *testing.F) {
	f.Add("\x1b[2J", "/dev/\nhwrng", "\u202e", 80)
	f.Add("a, b", "\xff", "crashed", 0)
	f.Fuzz(func(t *testing.T, name, id, reason string, columns int) {
		at := trail.Moment{Millis: 1793009600_000, Serial: 1}
		s := &trail.Session{
			Node: reason, UUID: id, Name: name, State: trail.Closed, Start: at, End: at, EndReason: reason,
			Holdings: []trail.Holding{{Kind: reason, ID: id, Sub: name, From: at}},
		}
		o := Options{Width: columns % 300}
		if o.Width < 0 {
			o.Width = 0
		}
		got := output(t, func(w io.Writer) error { return Sessions(w, Text, []*trail.Session{s}, o) })
		for _, r := range got {
			if r != '\n' && !shown(r) {
				t.Fatalf("%q gets through", r)
			}
		}
		if lines := strings.Count(got, "\n"); o.Width == 0 && lines != 2 {
			t.Fatalf("%d lines:\n%s", lines, got)
		}
	})
}
