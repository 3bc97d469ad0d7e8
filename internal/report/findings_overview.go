package report

import (
	"strconv"
	"strings"

	"github.com/virtaudit/virtaudit/internal/trail"
)

// findingsCommand shows more of the findings of what answers: of the log, whose name is
// left to the reader, or of the store.
func (o Options) findingsCommand() string {
	command := "virtaudit findings"
	if o.FromStore == "" {
		return command
	}
	return command + " " + shellWord(o.FromStore)
}

// shellWord writes an argument as a shell takes it.
func shellWord(s string) string {
	ordinary := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_=/.,:+@%", r)
	}
	if strings.IndexFunc(s, func(r rune) bool { return !ordinary(r) }) < 0 {
		return s
	}
	return "'" + strings.ReplaceAll(escaped(s), "'", `'\''`) + "'"
}

// findings lists the critical findings and counts the others, those aside that
// a section before tells.
func (v *overview) findings() {
	critical, others := v.untold()
	switch {
	case len(critical) > 0:
		v.heading("Other findings", strconv.Itoa(len(critical))+" critical")
		v.critical(critical)
		if len(others) > 0 {
			v.Options.paragraph(v.out, "  ", "also "+byKind(others)+" ("+v.findingsCommand()+" shows them)")
		}
	case len(others) > 0:
		v.nothing("Other findings", byKind(others)+" ("+v.findingsCommand()+" shows them)")
	case len(v.in.Sessions) > 0:
		v.nothing("Other findings", "none")
	}
}

// untold gives the findings that no other section tells: the critical ones, the
// last first, and the others.
func (v *overview) untold() (critical, others []*trail.Finding) {
	told := v.told()
	for i := len(v.in.Findings) - 1; i >= 0; i-- {
		switch f := v.in.Findings[i]; {
		case told(f):
		case f.Severity == trail.Critical:
			critical = append(critical, f)
		default:
			others = append(others, f)
		}
	}
	return critical, others
}

// told gives what tells whether a section of the sessions has a finding: that of
// the lost ones, and those of failures, which are attempts of sessions.
func (v *overview) told() func(*trail.Finding) bool {
	type attempt struct {
		session *trail.Session
		at      trail.Moment
	}
	shown := map[attempt]bool{}
	for _, s := range v.in.Sessions {
		shown[attempt{session: s}] = true
		for i := range s.Attempts {
			shown[attempt{s, s.Attempts[i].At}] = true
		}
	}
	return func(f *trail.Finding) bool {
		switch {
		case f.Session == nil || !shown[attempt{session: f.Session}]:
			return false
		case f.Kind == trail.SessionLost:
			return true
		}
		return f.Kind == trail.OperationFailed && (f.Session.State == trail.Failed || shown[attempt{f.Session, f.At}])
	}
}

// critical writes the first of the critical findings, each with its proof where
// that is asked for.
func (v *overview) critical(all []*trail.Finding) {
	names := findingView{Options: v.Options, naming: v.naming}
	t := table{Options: v.Options, margin: "  "}
	shown := all[:min(maxRows, len(all))]
	var rows [][]string
	for _, f := range shown {
		rows = append(rows, []string{v.time(f.At), names.who(f), string(f.Kind) + ": " + unhidden(f.Text)})
		t.measure(rows[len(rows)-1]...)
	}
	t.shrink(1, leastRoom)
	for i, f := range shown {
		if row := rows[i]; t.fits(leastRoom) {
			t.row(v.out, row, plain, plain, red)
		} else {
			v.Options.paragraph(v.out, t.margin, row[0]+" "+row[1]+", "+v.paint(red, row[2]))
		}
		v.prove(v.out, t.margin+indent, f.Node, f.Proof...)
	}
	v.more(len(all), maxRows, v.findingsCommand()+" --severity critical")
}

// byKind counts findings by kind, in the order in which the kinds are listed.
func byKind(findings []*trail.Finding) string {
	counts := map[trail.FindingKind]int{}
	for _, f := range findings {
		counts[f.Kind]++
	}
	var parts []string
	for _, row := range trail.FindingKinds {
		if n := counts[row.Kind]; n > 0 {
			parts = append(parts, strconv.Itoa(n)+" "+string(row.Kind))
		}
	}
	return strings.Join(parts, ", ")
}
