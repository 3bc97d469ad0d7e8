package report

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/virtaudit/virtaudit/internal/trail"
)

func overviewOf(t *testing.T, in OverviewInput, o Options) string {
	t.Helper()
	return output(t, func(w io.Writer) error { return Overview(w, in, o) })
}

// TestOverviewFindings: each finding is told once. Failures of sessions and lost
// sessions have sections of their own, those that no session has don't.
func TestOverviewFindings(t *testing.T) {
	at := func(s int64) trail.Moment { return trail.Moment{Millis: s * 1000, Serial: uint64(s)} }
	failed := &trail.Session{Name: "a", State: trail.Failed, Start: at(1)}
	lost := &trail.Session{Name: "b", State: trail.Lost, End: at(3), Attempts: []trail.Attempt{{Op: "attach", At: at(2)}}}
	hidden := &trail.Session{Name: "c", State: trail.Lost, End: at(4)} // the filter lets its finding through alone
	in := OverviewInput{Sessions: []*trail.Session{failed, lost}, Findings: []*trail.Finding{
		{Kind: trail.OperationFailed, Severity: trail.Warning, Session: failed, At: at(1)},
		{Kind: trail.OperationFailed, Severity: trail.Warning, Session: lost, At: at(2)},
		{Kind: trail.SessionLost, Severity: trail.Warning, Session: lost, At: at(3)},
	}}
	if got := overviewOf(t, in, Options{}); !strings.HasSuffix(got, "\nOther findings: none\n") {
		t.Errorf("findings are told twice:\n%s", got)
	}
	in.Findings = append(in.Findings,
		&trail.Finding{Kind: trail.OperationFailed, Severity: trail.Warning, At: at(2)},
		&trail.Finding{Kind: trail.OperationFailed, Severity: trail.Warning, Session: lost, At: at(5)},
		&trail.Finding{Kind: trail.SessionLost, Severity: trail.Warning, Session: hidden, At: at(4)},
		&trail.Finding{Kind: trail.Shared, Session: lost, At: at(5)},
	)
	want := "\nOther findings: 2 operation-failed, 1 session-lost, 1 shared (virtaudit findings shows them)\n"
	if got := overviewOf(t, in, Options{}); !strings.HasSuffix(got, want) {
		t.Errorf("want %q:\n%s", want, got)
	}
}

// TestOverviewCritical: the last critical findings are there, however many.
func TestOverviewCritical(t *testing.T) {
	var in OverviewInput
	for i := range int64(1000) {
		at := trail.Moment{Millis: i * 1000, Serial: uint64(i)}
		s := &trail.Session{Name: fmt.Sprint("g", i), Number: 1, State: trail.Running, First: at, Start: at}
		in.Sessions = append(in.Sessions, s)
		in.Findings = append(in.Findings,
			&trail.Finding{Kind: trail.Anomaly, Severity: trail.Critical, Session: s, Name: s.Name, At: at, Text: "died", Proof: []trail.Moment{at}},
			&trail.Finding{Kind: trail.Denial, Severity: trail.Warning, Session: s, At: at},
		)
	}
	for _, tc := range []struct {
		o    Options
		want string
	}{
		{Options{}, "\n  1970-01-01 00:16:39  g999#1  anomaly: died\n  1970-01-01 00:16:38  g998#1  anomaly: died\n"},
		{Options{Proof: ProofIDs}, "\n  1970-01-01 00:16:39  g999#1  anomaly: died\n      proof: 999.000:999\n"},
		{Options{Width: 50}, "\n  1970-01-01 00:16:39 g999#1, anomaly: died\n"},
	} {
		got := overviewOf(t, in, tc.o)
		_, got, ok := strings.Cut(got, "\nOther findings: 1000 critical")
		if !ok || !strings.HasPrefix(got, tc.want) || strings.Count(got, "died") != maxRows {
			t.Errorf("%+v: want %q:\n%s", tc.o, tc.want, got)
		}
		if tc.o.Width == 0 && !strings.HasSuffix(got, "\n  … and 990 more (virtaudit findings --severity critical shows all)\n  also 1000 denial (virtaudit findings shows them)\n") {
			t.Errorf("the others are not counted:\n%s", got)
		}
	}
}

// TestOverviewFiltered: a part of a log is not taken for all of it.
func TestOverviewFiltered(t *testing.T) {
	f := readLog(t, "fleet.log")
	in := f.overview("audit.log")
	in.Totals.Malformed = 7
	in.Sessions, in.Findings = in.Sessions[:1], nil
	got := overviewOf(t, in, Options{Filtered: true})
	for _, want := range []string{
		"\nfiltered to 1 host (h1), 1 guest, 1 session; what follows is of these alone\n",
		"\nOther findings: none\n",
		"\nmalformed records (of the whole log): 7\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing in:\n%s", want, got)
		}
	}
	in.Sessions = nil
	if got := overviewOf(t, in, Options{Filtered: true}); strings.Contains(got, "no guest in") || !strings.Contains(got, "\nfiltered: no session passes\n") {
		t.Errorf("of no session:\n%s", got)
	}
}

// TestOverviewOutOfOrder: what a finding tells of the order of records is not
// told again.
func TestOverviewOutOfOrder(t *testing.T) {
	in := OverviewInput{Summary: trail.Summary{Late: 3}}
	if got := overviewOf(t, in, Options{}); !strings.Contains(got, "\nrecords out of order: 3\n") {
		t.Errorf("without a finding:\n%s", got)
	}
	in.Findings = []*trail.Finding{{Kind: trail.OrderBroken, Severity: trail.Warning}}
	if got := overviewOf(t, in, Options{}); strings.Contains(got, "records out of order") || !strings.Contains(got, "1 order-broken") {
		t.Errorf("with a finding:\n%s", got)
	}
}
