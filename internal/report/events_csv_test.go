package report

import (
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/virtaudit/virtaudit/internal/trail"
	"github.com/virtaudit/virtaudit/record"
)

func TestEventsCSV(t *testing.T) {
	f := readLog(t, "fleet.log")
	golden(t, "fleet-events.csv", func(w io.Writer) error { return Events(w, CSV, f.events, Options{}) })
}

// rowsOf reads a CSV, of which every row must be as long as the header, and none
// a formula.
func rowsOf(t *testing.T, header []string, write func(io.Writer) error) []map[string]string {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(output(t, write))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var all []map[string]string
	for _, row := range rows[1:] {
		values := map[string]string{}
		for i, value := range row {
			values[header[i]] = value
			if value != "" && strings.ContainsAny(value[:1], "=+-@") {
				t.Errorf("%s can be taken for a formula: %s", header[i], value)
			}
		}
		all = append(all, values)
	}
	return all
}

func TestEventRow(t *testing.T) {
	s := &trail.Session{Number: 3, Start: trail.Moment{Millis: 1500, Serial: 7}}
	if got := sessionColumns(s); got[0] != "1.500:7" || got[1] != "3" {
		t.Error(got)
	}
	ev := &trail.Event{
		At: trail.Moment{Millis: 1500, Serial: 7}, Node: "=h", UUID: "+u", Name: "@web", Type: record.VirtResource,
		Op: "-x", Reason: "=r", Kind: "=k", ID: "=cmd()", Sub: "=s", Old: "a;b", Result: record.Failed,
		Marks: record.Cut | record.Ambiguous, Late: true, Sender: &trail.Sender{Exe: "=e", PID: 1, UID: 2, AUID: 3},
	}
	got := rowsOf(t, append(slices.Clone(eventsHeader), "proof"), func(w io.Writer) error { return Events(w, CSV, []*trail.Event{ev}, Options{}) })[0]
	for key, want := range map[string]string{
		"time": "1970-01-01T00:00:01.500Z", "event": "1.500:7", "node": "'=h", "name": "'@web", "type": "VIRT_RESOURCE",
		"id": "'=cmd()", "old": `a\x3bb`, "result": "failed", "held": "", "marks": "cut; ambiguous", "out_of_order": "true",
		"exe": "'=e", "pid": "1", "uid": "2", "auid": "3", "session": "", "session_number": "", "proof": "1.500:7",
	} {
		if got[key] != want {
			t.Errorf("%s is %q, want %q", key, got[key], want)
		}
	}
}

// TestEventsWriteErrors: an error of the writer is given back, in every format.
func TestEventsWriteErrors(t *testing.T) {
	f := readLog(t, "lab.log")
	for _, format := range []Format{Text, JSONL, CSV} {
		if err := Events(brokenPipe{}, format, f.events, Options{}); !errors.Is(err, errPipe) {
			t.Errorf("events as %s: %v, want the writer's error", format, err)
		}
		if err := Findings(brokenPipe{}, format, f.findings, Options{}); !errors.Is(err, errPipe) {
			t.Errorf("findings as %s: %v, want the writer's error", format, err)
		}
	}
	if Events(io.Discard, "xml", nil, Options{}) == nil || Findings(io.Discard, "xml", nil, Options{}) == nil {
		t.Error("a format that isn't there is no error")
	}
}

// TestRecordsForPrograms: with --proof=records, JSON lines and CSV have the
// lines of events and findings too.
func TestRecordsForPrograms(t *testing.T) {
	at := trail.Moment{Millis: 1500, Serial: 7}
	events := []*trail.Event{{At: at, Node: "h1", Type: record.VirtControl, Op: "stop"}}
	findings := []*trail.Finding{{Kind: trail.Denial, Node: "h1", At: at, Proof: []trail.Moment{at}}}
	o := Options{Proof: ProofRecords, Records: func(node string, at trail.Moment) ([]string, int) {
		return []string{"type=X node=" + node + " " + at.String()}, 3
	}}
	for name, write := range map[string]func(io.Writer, Format) error{
		"events":   func(w io.Writer, f Format) error { return Events(w, f, events, o) },
		"findings": func(w io.Writer, f Format) error { return Findings(w, f, findings, o) },
	} {
		for format, want := range map[Format]string{
			JSONL: `"proof":["1.500:7"],"records":["type=X node=h1 1.500:7"],"records_left_out":3}` + "\n",
			CSV:   ",1.500:7,type=X node=h1 1.500:7; … and 3 more lines of this event\r\n",
		} {
			if got := output(t, func(w io.Writer) error { return write(w, format) }); !strings.HasSuffix(got, want) {
				t.Errorf("%s as %s: want %q at the end:\n%s", name, format, want, got)
			}
		}
	}
}
