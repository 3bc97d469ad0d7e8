package report

import (
	"io"
	"strings"
	"testing"

	"github.com/virtaudit/virtaudit/internal/trail"
)

func TestFindingsJSON(t *testing.T) {
	f := readLog(t, "fleet.log")
	golden(t, "fleet-findings.jsonl", func(w io.Writer) error { return Findings(w, JSONL, f.findings, Options{}) })
}

// TestFindingKeys keeps the names that other programs rely on.
func TestFindingKeys(t *testing.T) {
	findings := []*trail.Finding{
		{Kind: trail.AuditdOff, Severity: trail.Warning, Node: "h1", Count: 1, Text: "auditd ended"},
		{
			Kind: trail.Conflict, Severity: trail.Critical, UUID: "u", Name: "web",
			Session: &trail.Session{Number: 2, Start: trail.Moment{Millis: 500, Serial: 3}},
			At:      trail.Moment{Millis: 1500, Serial: 7}, Until: trail.Moment{Millis: 2500, Serial: 9},
			Resource: trail.Resource{Kind: "dev", ID: "001.002", Sub: "usb"}, Count: 2, Text: "a \u202e",
			Proof: []trail.Moment{{Millis: 1500, Serial: 7}, {Millis: 2500, Serial: 9}},
		},
		{Kind: trail.Denial, Resource: trail.Resource{ID: "/a"}},
	}
	want := []string{
		`{"kind":"auditd-off","severity":"warning","node":"h1","uuid":"","name":"","session":null,"session_number":null,"time":null,"until":null,"resource":null,"count":1,"text":"auditd ended","proof":[]}`,
		`{"kind":"conflict","severity":"critical","node":"","uuid":"u","name":"web","session":"0.500:3","session_number":2,"time":"1970-01-01T00:00:01.500Z","until":"1970-01-01T00:00:02.500Z","resource":{"kind":"dev","id":"001.002","sub":"usb"},"count":2,"text":"a \u202e","proof":["1.500:7","2.500:9"]}`,
		`{"kind":"denial","severity":"info","node":"","uuid":"","name":"","session":null,"session_number":null,"time":null,"until":null,"resource":{"kind":null,"id":"/a"},"count":0,"text":"","proof":[]}`,
	}
	got := output(t, func(w io.Writer) error { return Findings(w, JSONL, findings, Options{}) })
	for i, line := range strings.Split(strings.TrimSuffix(got, "\n"), "\n") {
		if line != want[i] {
			t.Errorf("finding %d:\n%s, want\n%s", i, line, want[i])
		}
	}
}
