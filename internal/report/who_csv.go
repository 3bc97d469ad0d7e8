package report

import (
	"io"
	"slices"
	"strings"

	"github.com/virtaudit/virtaudit/internal/trail"
)

// whoHeader names the columns as JSON lines name the keys. Two more follow where
// a moment was asked for, and proofs come last.
var whoHeader = []string{
	"kind", "id", "sub", "node", "uuid", "name", "session", "session_number",
	"from", "from_after", "from_before", "to", "to_after", "to_before",
	"ended_by", "end_reason", "op", "failed", "unproven", "marks",
}

// whoCSV writes a row a holder, in the form that sessionsCSV tells of.
func whoCSV(w io.Writer, in WhoInput, o Options) error {
	header := slices.Clone(whoHeader)
	if in.at() {
		header = append(header, "certainty", "doubt")
	}
	header = append(header, o.csvProofHeader()...)
	return observedCSV(w, header, len(in.Holders), func(i int) []string {
		h := &in.Holders[i]
		row := whoRow(h)
		if in.at() {
			row = append(row, h.Certainty.String(), h.Doubt.String())
		}
		return append(row, o.csvProof(h.Session.Node, h.Proof())...)
	}, []string{"by", "facts"}, func(i int) []string {
		return []string{string(in.Holders[i].By), csvFacts(in.Holders[i].Facts)}
	})
}

func whoRow(h *trail.Holder) []string {
	s := h.Session
	row := []string{
		csvText(h.Resource.Kind), csvText(h.Resource.ID), csvText(h.Resource.Sub),
		csvText(s.Node), csvText(s.UUID), csvText(s.Name),
	}
	row = append(row, sessionColumns(s)...)
	from, fromAfter, fromBefore := began(h)
	to, after, before := whoEnd(h)
	return append(row,
		csvTime(from), csvTime(fromAfter), csvTime(fromBefore), csvTime(to), csvTime(after), csvTime(before),
		string(h.Ended), csvText(endOfSession(h)), csvText(h.Op),
		trueIf(h.Attempt && !h.Unproven), trueIf(h.Unproven), strings.Join(h.Marks.Names(), "; "),
	)
}

func trueIf(yes bool) string {
	if yes {
		return "true"
	}
	return ""
}
