package report

import (
	"io"
	"slices"
	"strconv"

	"github.com/virtaudit/virtaudit/internal/spreadsheet"
	"github.com/virtaudit/virtaudit/internal/trail"
)

// findingsHeader names the columns as JSON lines name the keys, those of
// resource behind resource_.
var findingsHeader = []string{
	"kind", "severity", "node", "uuid", "name", "session", "session_number", "time", "until",
	"resource_kind", "resource_id", "resource_sub", "count", "text",
}

// findingsCSV writes a row a finding, in the form that sessionsCSV tells of.
// Values in the text are escaped as in text.
func findingsCSV(w io.Writer, findings []*trail.Finding, o Options) error {
	return observedCSV(w, slices.Concat(findingsHeader, o.csvProofHeader()), len(findings), func(i int) []string {
		f := findings[i]
		return append(findingRow(f), o.csvProof(f.Node, f.Proof)...)
	}, []string{"by", "facts"}, func(i int) []string {
		return []string{string(findings[i].By), csvFacts(findings[i].Facts)}
	})
}

func findingRow(f *trail.Finding) []string {
	row := []string{string(f.Kind), f.Severity.String(), csvText(f.Node), csvText(f.UUID), csvText(f.Name)}
	row = append(row, sessionColumns(f.Session)...)
	return append(row,
		csvTime(f.At), csvTime(f.Until),
		csvText(f.Resource.Kind), csvText(f.Resource.ID), csvText(f.Resource.Sub),
		strconv.Itoa(f.Count), spreadsheet.Guard(unhidden(f.Text)),
	)
}
