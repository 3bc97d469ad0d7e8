package report

import (
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/virtaudit/virtaudit/internal/spreadsheet"
	"github.com/virtaudit/virtaudit/internal/trail"
)

// csvHeader names the columns as JSON lines name the keys. What proves each
// holding, and device rules, are in JSON lines only.
var csvHeader = []string{
	"node", "uuid", "name", "virt", "session_number", "state",
	"start", "start_event", "start_reason",
	"end", "end_event", "end_reason", "end_after", "end_before",
	"pid", "init_pid", "labels", "holdings", "values", "attempts",
	"first_event", "last_event", "out_of_order",
}

// sessionsCSV writes RFC 4180: a header, one row a session, CRLF.
//
// A list stands in one column, its parts joined by "; ": labels as
// model=process, holdings as kind=id or kind(sub)=id, values as kind=value,
// attempts as op kind=id. Values are escaped as in text, and so is a semicolon
// (\x3b), so that one is always a list's. A value that a spreadsheet would take
// for a formula, as it begins with = + - @ or their fullwidth forms, gets an
// apostrophe before it, and so does one that begins with an apostrophe: taking
// one away gives every value back.
func sessionsCSV(w io.Writer, sessions []*trail.Session, o Options) error {
	header := slices.Concat(csvHeader, o.csvProofHeader())
	return observedCSV(w, header, len(sessions), func(i int) []string {
		s := sessions[i]
		return append(csvRow(s), o.csvProof(s.Node, sessionProof(s))...)
	}, []string{"by", "observed"}, func(i int) []string { return csvObserved(sessions[i]) })
}

// csvProofHeader names the columns of csvProof.
func (o Options) csvProofHeader() []string {
	if o.recordsOf("") == nil {
		return []string{"proof"}
	}
	return []string{"proof", "records"}
}

// csvProof gives the column of a row's proof, and that of its records where
// they are to be shown.
func (o Options) csvProof(node string, proof []trail.Moment) []string {
	ids := make([]string, len(proof))
	for i, m := range proof {
		ids[i] = m.String()
	}
	columns := []string{strings.Join(ids, "; ")}
	if records := o.recordsOf(node); records != nil {
		lines, more := records.all(proof)
		for i, line := range lines {
			lines[i] = csvEscaped(line)
		}
		if more > 0 {
			lines = append(lines, moreLines(more))
		}
		columns = append(columns, spreadsheet.Guard(strings.Join(lines, "; ")))
	}
	return columns
}

func csvRow(s *trail.Session) []string {
	end, after, before := s.End, trail.Moment{}, trail.Moment{}
	if end == (trail.Moment{}) && s.EndBefore != end {
		end, after, before = s.EndBefore, s.EndAfter, s.EndBefore
	}
	row := []string{
		csvText(s.Node), csvText(s.UUID), csvText(s.Name), csvText(s.Virt),
		csvNumber(uint64(s.Number)), s.State.String(),
		csvTime(s.Start), csvEvent(s.Start), csvText(s.StartReason),
		csvTime(s.End), csvEvent(end), csvText(endReason(s)), csvTime(after), csvTime(before),
		csvNumber(s.PID), csvNumber(s.InitPID),
	}
	row = append(row, csvLists(s)...)
	return append(row, csvEvent(s.First), csvEvent(s.Last), trueIf(s.Late))
}

// csvLists gives the columns that are lists.
func csvLists(s *trail.Session) []string {
	var labels, holdings, values, attempts []string
	for _, l := range s.Labels {
		labels = append(labels, csvPair(l.Model, "", l.Process))
	}
	for i := range s.Holdings {
		h := &s.Holdings[i]
		holdings = append(holdings, csvPair(h.Kind, h.Sub, h.ID))
	}
	for _, step := range s.Steps {
		values = append(values, csvPair(step.Kind, "", strconv.FormatUint(step.Value, 10)))
	}
	for _, a := range s.Attempts {
		attempts = append(attempts, csvEscaped(a.Op)+" "+csvPair(a.Kind, a.Sub, a.ID))
	}
	var columns []string
	for _, list := range [...][]string{labels, holdings, values, attempts} {
		columns = append(columns, spreadsheet.Guard(strings.Join(list, "; ")))
	}
	return columns
}

func csvPair(kind, sub, id string) string {
	kind = strings.ReplaceAll(csvEscaped(kind), "=", `\x3d`)
	if sub != "" {
		kind += "(" + strings.ReplaceAll(csvEscaped(sub), "=", `\x3d`) + ")"
	}
	return kind + "=" + csvEscaped(id)
}

func csvText(s string) string { return spreadsheet.Guard(csvEscaped(s)) }

func csvEscaped(s string) string { return strings.ReplaceAll(escaped(s), ";", `\x3b`) }

func csvTime(m trail.Moment) string {
	if m == (trail.Moment{}) {
		return ""
	}
	return m.Time().Format(rfc3339)
}

func csvEvent(m trail.Moment) string {
	if !recorded(m) {
		return ""
	}
	return m.String()
}

func csvNumber(n uint64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatUint(n, 10)
}
