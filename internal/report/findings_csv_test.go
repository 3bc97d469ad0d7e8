package report

import (
	"io"
	"slices"
	"testing"

	"github.com/virtaudit/virtaudit/internal/trail"
)

func TestFindingsCSV(t *testing.T) {
	f := readLog(t, "fleet.log")
	golden(t, "fleet-findings.csv", func(w io.Writer) error { return Findings(w, CSV, f.findings, Options{}) })
}

func TestFindingRow(t *testing.T) {
	f := &trail.Finding{
		Kind: trail.Conflict, Severity: trail.Critical, Node: "=h", UUID: "u", Name: "+web",
		Session: &trail.Session{Number: 2}, At: trail.Moment{Millis: 1500, Serial: 7},
		Resource: trail.Resource{Kind: "disk", ID: "=cmd()"}, Count: 2, Text: `="\x1b"`,
		Proof: []trail.Moment{{Millis: 1500, Serial: 7}, {Millis: 2500, Serial: 9}},
	}
	got := rowsOf(t, slices.Concat(findingsHeader, []string{"proof"}), func(w io.Writer) error { return Findings(w, CSV, []*trail.Finding{f}, Options{}) })[0]
	for key, want := range map[string]string{
		"kind": "conflict", "severity": "critical", "node": "'=h", "name": "'+web", "session": "", "session_number": "2",
		"time": "1970-01-01T00:00:01.500Z", "until": "", "resource_id": "'=cmd()", "count": "2",
		"text": `'="\x1b"`, "proof": "1.500:7; 2.500:9",
	} {
		if got[key] != want {
			t.Errorf("%s is %q, want %q", key, got[key], want)
		}
	}
}
