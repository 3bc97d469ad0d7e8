package report

import (
	"bufio"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/virtaudit/virtaudit/internal/trail"
)

// findingsText writes findings as a table, or one after the other where the
// terminal is too narrow for one.
func findingsText(w io.Writer, findings []*trail.Finding, o Options) error {
	out := bufio.NewWriter(w)
	if len(findings) == 0 {
		out.WriteString(nothing("finding", o) + "\n")
		return out.Flush()
	}
	v := newFindingView(findings, o)
	t := &table{Options: o}
	t.measure(v.header()...)
	guest := len(t.widths) - 2 // the column
	for _, f := range findings {
		cells := v.cells(f)
		t.measure(cells...)
		v.keepWhole(t, guest, cells)
	}
	if !v.showUUID {
		t.shrink(guest, leastRoom)
	}
	write := v.paragraph
	if t.fits(leastRoom) {
		header := v.header()
		t.row(out, header, bolds(len(header))...)
		write = func(out *bufio.Writer, f *trail.Finding) { v.row(out, t, f) }
	} else {
		o.paragraph(out, "", "Times are "+v.zoneName+".")
	}
	for _, f := range findings {
		write(out, f)
	}
	return out.Flush()
}

// findingView shows findings, with what depends on all of them.
type findingView struct {
	Options
	naming
	zoneName string
}

func newFindingView(findings []*trail.Finding, o Options) *findingView {
	last := findings[len(findings)-1]
	v := &findingView{
		Options: o, naming: naming{showUUID: o.ShowUUID},
		zoneName: o.zone(findings[0].At, last.At, last.Until),
	}
	for _, f := range findings {
		v.see(f.Node, f.UUID, f.Name)
	}
	return v
}

func (v *findingView) header() []string {
	h := []string{"SEVERITY", "TIME (" + v.zoneName + ")"}
	if v.nodes {
		h = append(h, "NODE")
	}
	return append(h, "GUEST", "KIND", "FINDING")
}

func (v *findingView) cells(f *trail.Finding) []string {
	between := "\nto "
	if v.Width == 0 {
		between = " to "
	}
	cells := []string{f.Severity.String(), v.when(f, between)}
	if v.nodes {
		cells = append(cells, visible(f.Node))
	}
	return append(cells, v.guest(f), string(f.Kind), unhidden(f.Text))
}

func (v *findingView) guest(f *trail.Finding) string {
	number := 0
	if f.Session != nil {
		number = f.Session.Number
	}
	return v.title(f.Node, f.UUID, f.Name, number)
}

// when gives the time of a finding; between stands between the two of one that
// lasted.
func (v *findingView) when(f *trail.Finding, between string) string {
	if f.Until == (trail.Moment{}) || v.time(f.Until) == v.time(f.At) {
		return v.time(f.At)
	}
	return v.time(f.At) + between + v.time(f.Until)
}

func (v *findingView) row(out *bufio.Writer, t *table, f *trail.Finding) {
	t.row(out, v.cells(f), severityStyle(f.Severity))
	v.prove(out, indent, f.Node, f.Proof...)
	v.proveFacts(out, indent, f.Facts)
}

func (v *findingView) paragraph(out *bufio.Writer, f *trail.Finding) {
	parts := []string{v.paint(severityStyle(f.Severity), f.Severity.String()), v.paint(bold, string(f.Kind))}
	if who := v.who(f); who != "" {
		parts = append(parts, who)
	}
	parts = append(parts, v.when(f, " to "))
	v.Options.paragraph(out, "", strings.Join(parts, ", "))
	v.Options.paragraph(out, indent, unhidden(f.Text))
	v.prove(out, indent, f.Node, f.Proof...)
	v.proveFacts(out, indent, f.Facts)
}

// who names what a finding is about: a session's guest, its host, or both.
func (v *findingView) who(f *trail.Finding) string {
	guest := v.guest(f)
	switch {
	case guest == none && f.Node == "":
		return ""
	case guest == none:
		return listed(f.Node)
	case f.Node == "":
		return guest
	}
	return guest + " on " + listed(f.Node)
}

func severityStyle(s trail.Severity) style {
	switch s {
	case trail.Critical:
		return red
	case trail.Warning:
		return yellow
	}
	return plain
}

// unhidden gives a sentence of the trail's, in which values are escaped, with
// escapes for what a terminal would hide all the same.
func unhidden(s string) string {
	if plainText(strings.ReplaceAll(s, `\`, "")) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		if text := s[i : i+size]; r == '\\' {
			b.WriteString(text)
		} else {
			b.WriteString(escapedRune(text, r, false))
		}
		i += size
	}
	return b.String()
}
