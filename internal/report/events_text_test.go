package report

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/virtaudit/virtaudit/internal/trail"
	"github.com/virtaudit/virtaudit/record"
)

func TestEventsText(t *testing.T) {
	for _, log := range []string{"lab", "fleet"} {
		f := readLog(t, log+".log")
		for _, columns := range []int{0, 80, 160} {
			golden(t, fmt.Sprintf("%s-events-%d.txt", log, columns), func(w io.Writer) error {
				return Events(w, Text, f.events, Options{Width: columns})
			})
		}
	}
}

func eventLines(t *testing.T, o Options, events ...*trail.Event) string {
	t.Helper()
	return output(t, func(w io.Writer) error { return Events(w, Text, events, o) })
}

func TestNoEvents(t *testing.T) {
	if got := eventLines(t, Options{}); got != "no events\n" {
		t.Errorf("%q", got)
	}
	if got := eventLines(t, Options{Filtered: true}); got != "no event passes the filters\n" {
		t.Errorf("filtered: %q", got)
	}
}

// TestEventsInLine: a line an event, in the order in which they come, under a
// header that is wider than the times.
func TestEventsInLine(t *testing.T) {
	f := readLog(t, "fleet.log")
	o := Options{Location: time.FixedZone("America/Argentina/Buenos_Aires", -3*60*60)}
	lines := strings.Split(strings.TrimSuffix(eventLines(t, o, f.events...), "\n"), "\n")
	if len(lines) != len(f.events)+1 {
		t.Fatalf("%d lines of %d events", len(lines), len(f.events))
	}
	node := strings.Index(lines[0], "NODE")
	for i, line := range lines[1:] {
		if want := f.events[i].At.Time().In(o.Location).Format(millis); !strings.HasPrefix(line, want) || line[node:node+2] != f.events[i].Node {
			t.Fatalf("%q, want it to begin with %s, and %s in column %d", line, want, f.events[i].Node, node)
		}
	}
}

// TestEventsWithinWidth: what can be broken into lines is, at every width. A
// word wider than its column stays whole.
func TestEventsWithinWidth(t *testing.T) {
	f := readLog(t, "fleet.log")
	for columns := 60; columns <= 220; columns++ {
		for line := range strings.Lines(eventLines(t, Options{Width: columns, Proof: ProofIDs}, f.events...)) {
			words := strings.Fields(line)
			if n := width(strings.TrimSuffix(line, "\n")); n > columns && width(words[len(words)-1]) <= leastRoom {
				t.Fatalf("%d columns in a terminal of %d: %s", n, columns, line)
			}
		}
	}
}

// TestEventsColorOnly: colour adds nothing but colour.
func TestEventsColorOnly(t *testing.T) {
	f := readLog(t, "fleet.log")
	for _, columns := range []int{0, 60, 160} {
		got := eventLines(t, Options{Width: columns, Color: true}, f.events...)
		if !strings.Contains(got, "\x1b[31mFAILED to ") {
			t.Errorf("at %d columns failures are not red", columns)
		}
		if uncolored(got) != eventLines(t, Options{Width: columns}, f.events...) {
			t.Errorf("at %d columns it is another text with colour", columns)
		}
	}
}

func TestEventsProof(t *testing.T) {
	f := readLog(t, "fleet.log")
	for _, tc := range []struct {
		o    Options
		want []string
	}{
		{Options{Proof: ProofIDs}, []string{
			"  1793009602.000:3                        FAILED to attach disk /srv/img/new.raw\n",
			"  1794066501.100:134, 1794067000.000:135  lost: started again",
			"  1794066963.100:109, 1794066500.000:110  clock set back",
		}},
		{Options{Proof: ProofIDs, Width: 60}, []string{"\n    proof: 1794066501.100:134, 1794067000.000:135\n"}},
		{
			Options{Proof: ProofRecords, Records: func(node string, at trail.Moment) ([]string, int) { return []string{node + " " + at.String()}, 0 }},
			[]string{"\n    h1 1793009602.000:3\n", "\n    h2 1794066501.100:134\n    h2 1794067000.000:135\n"},
		},
	} {
		got := eventLines(t, tc.o, f.events...)
		for _, want := range tc.want {
			if !strings.Contains(got, want) {
				t.Errorf("%+v: %q is missing in:\n%s", tc.o.Proof, want, got)
			}
		}
	}
}

// TestEventsShowUUID: a uuid stays whole, so that it can be copied.
func TestEventsShowUUID(t *testing.T) {
	const uuid = "10000000-2222-4333-8444-555555555555"
	ev := &trail.Event{Name: "web", UUID: uuid, Type: record.VirtControl, Op: trail.OpStop, Result: record.Success}
	for _, tc := range []struct {
		o    Options
		want string
	}{
		{Options{}, "  web    stopped\n"},
		{Options{ShowUUID: true}, "  web (" + uuid + ")  stopped\n"},
		{Options{ShowUUID: true, Width: 120}, "  web (" + uuid + ")  stopped\n"},
		{Options{ShowUUID: true, Width: 80}, " web (" + uuid + "): stopped\n"},
	} {
		if got := eventLines(t, tc.o, ev); !strings.HasSuffix(got, tc.want) {
			t.Errorf("%q, want %q", got, tc.want)
		}
	}
}

// FuzzEventsText: nothing that a record says gets through to the terminal, or
// makes lines of its own.
func FuzzEventsText(f *testing.F) {
	f.Add("\x1b[2J", "/dev/\nhwrng", "\u202e", uint16(record.VirtResource), 80)
	f.Add("a, b", "\xff", "attach", uint16(record.VirtResource), 0)
	f.Add("a  b", "", "start", uint16(record.VirtControl), 0)
	f.Add("", "/a", "denied", uint16(record.AVC), 0)
	f.Fuzz(func(t *testing.T, name, id, op string, kind uint16, columns int) {
		ev := &trail.Event{
			At: trail.Moment{Millis: 1793009600_000, Serial: 1}, Node: id, UUID: id, Name: name,
			Type: record.Type(kind), Op: op, Reason: name, Kind: op, ID: id, Sub: name, Old: op,
			Result: record.Success, Late: true,
		}
		o := Options{Width: columns % 300, Proof: ProofIDs}
		if o.Width < 0 {
			o.Width = 0
		}
		got := eventLines(t, o, ev)
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
