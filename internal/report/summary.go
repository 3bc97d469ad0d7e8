package report

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/virtaudit/virtaudit/internal/trail"
)

// Summary writes what was counted, as text or as one JSON object.
func Summary(w io.Writer, asJSON bool, t Totals, s trail.Summary, o Options) error {
	if asJSON {
		return summaryJSON(w, t, s)
	}
	return summaryText(w, t, s, o)
}

func summaryJSON(w io.Writer, t Totals, s trail.Summary) error {
	var j jsonText
	j.open('{')
	j.int("bytes", t.Bytes)
	j.int("lines", t.Lines)
	j.counts("records", s.Records)
	j.counts("resources", s.Resources)
	j.counts("failed_resources", s.FailedResources)
	for _, c := range operations(s) {
		j.int(c.key, c.n)
	}
	j.key("sessions")
	j.open('{')
	for _, state := range sessionStates(s) {
		j.int(state.String(), s.Sessions[state])
	}
	j.close('}')
	for _, c := range findings(s) {
		j.int(c.key, c.n)
	}
	j.time("first", s.First)
	j.time("last", s.Last)
	for _, c := range flaws(t, s) {
		j.int(c.key, c.n)
	}
	j.close('}')

	var out bytes.Buffer
	if err := json.Indent(&out, j.b, "", "  "); err != nil {
		return fmt.Errorf("summary: %w", err)
	}
	out.WriteByte('\n')
	_, err := w.Write(out.Bytes())
	return err
}

// counts writes an object of numbers. A name that isn't UTF-8 is escaped as in
// text, so that no two become one.
func (j *jsonText) counts(key string, of map[string]int64) {
	j.key(key)
	j.open('{')
	for _, name := range slices.Sorted(maps.Keys(of)) {
		shown := name
		if !utf8.ValidString(name) {
			shown = escaped(name)
		}
		j.int(shown, of[name])
	}
	j.close('}')
}

// counted is a number with its name in JSON and in text.
type counted struct {
	key, text string
	n         int64
}

func operations(s trail.Summary) []counted {
	return []counted{
		{"starts", "starts", s.Starts},
		{"failed_starts", "failed starts", s.FailedStarts},
		{"stops", "stops", s.Stops},
		{"stops_without_start", "stops without a start", s.StopsWithoutStart},
		{"inits", "inits of containers", s.Inits},
	}
}

func findings(s trail.Summary) []counted {
	return []counted{
		{"failed_operations", "failed operations", s.FailedOperations},
		{"guest_avcs", "denials of guests", s.GuestAVCs},
		{"guest_anomalies", "anomalies of guests", s.GuestAnomalies},
	}
}

// flaws are what is wrong with the log itself, as far as something is.
func flaws(t Totals, s trail.Summary) []counted {
	return slices.DeleteFunc([]counted{
		{"malformed", "malformed records", t.Malformed},
		{"foreign", "lines of others", t.Foreign},
		{"late", "records out of order", s.Late},
		{"repeated", "records read twice, counted once", s.Repeated},
	}, func(c counted) bool { return c.n == 0 })
}

// sessionStates are those that are shown: starting only where there is one.
func sessionStates(s trail.Summary) []trail.State {
	states := []trail.State{trail.Closed, trail.Running, trail.Lost, trail.Failed}
	if s.Sessions[trail.Starting] > 0 {
		states = append(states, trail.Starting)
	}
	return states
}

func summaryText(w io.Writer, t Totals, s trail.Summary, o Options) error {
	out := bufio.NewWriter(w)
	zone := " (" + o.zone(s.First, s.Last) + ")"
	if s.First == (trail.Moment{}) {
		zone = ""
	}
	facts := [][]string{
		{"first record", o.time(s.First) + zone},
		{"last record", o.time(s.Last) + zone},
		{"bytes", number(t.Bytes)},
		{"lines", number(t.Lines)},
	}
	o.block(out, "", appendCounts(facts, flaws(t, s)))

	var sessions [][]string
	for _, state := range sessionStates(s) {
		sessions = append(sessions, []string{state.String(), number(s.Sessions[state])})
	}
	o.block(out, "sessions", toTheRight(sessions))
	o.block(out, "operations", toTheRight(appendCounts(appendCounts(nil, operations(s)), findings(s))))
	o.block(out, "records", byCount(s.Records, nil))
	o.block(out, "resources", byCount(s.Resources, s.FailedResources))
	return out.Flush()
}

func appendCounts(rows [][]string, counts []counted) [][]string {
	for _, c := range counts {
		rows = append(rows, []string{c.text, number(c.n)})
	}
	return rows
}

// byCount gives the rows of a list, the highest number first, with how many of
// them failed.
func byCount(counts, failed map[string]int64) [][]string {
	names := slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b))
	})
	var rows [][]string
	for _, name := range names {
		rows = append(rows, []string{visible(name), number(counts[name])})
	}
	rows = toTheRight(rows)
	for i, name := range names {
		if n := failed[name]; n > 0 {
			rows[i][1] += ", " + number(n) + " failed"
		}
	}
	return rows
}

// toTheRight aligns the numbers in the second column of rows.
func toTheRight(rows [][]string) [][]string {
	widest := 0
	for _, row := range rows {
		widest = max(widest, len(row[1]))
	}
	for _, row := range rows {
		row[1] = strings.Repeat(" ", widest-len(row[1])) + row[1]
	}
	return rows
}

// block writes names with their values under a heading.
func (o Options) block(out *bufio.Writer, heading string, rows [][]string) {
	if len(rows) == 0 {
		return
	}
	t := table{Options: o}
	if heading != "" {
		out.WriteString("\n" + o.paint(bold, heading) + "\n")
		t.margin = "  "
	}
	for _, row := range rows {
		t.measure(row...)
	}
	for _, row := range rows {
		t.row(out, row)
	}
}

func number(n int64) string { return strconv.FormatInt(n, 10) }
