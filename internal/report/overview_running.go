package report

import (
	"strconv"
	"strings"

	"github.com/virtaudit/virtaudit/internal/trail"
)

// running shows the guests that run, as far as the log tells, and what they
// hold.
func (v *overview) running() {
	sessions := v.of(trail.Running)
	if len(sessions) == 0 {
		v.nothing("Running", "no guest, as far as the log tells")
		return
	}
	v.heading("Running", count(int64(len(sessions)), "guest")+", as no end is in the log")
	for _, s := range sessions[:min(maxRows, len(sessions))] {
		v.runningGuest(s)
	}
	v.more(len(sessions), maxRows, sessionsCommand)
}

func (v *overview) runningGuest(s *trail.Session) {
	facts := []string{v.paint(green, v.guestOnNode(s)), v.span(s)}
	if s.PID != 0 {
		facts = append(facts, "pid "+strconv.FormatUint(s.PID, 10))
	}
	facts = append(facts, quantities(s)...)
	v.Options.paragraph(v.out, "  ", strings.Join(facts, ", "))
	v.prove(v.out, "  "+indent, s.Node, s.Start)
	v.resources(resourcesOf(s))
}

// resources lists what a guest holds, one a line.
func (v *overview) resources(all []resource) {
	var rows [][]string
	for _, r := range all[:min(maxRows, len(all))] {
		rows = append(rows, []string{escaped(r.kind), r.identity()})
	}
	t := table{Options: v.Options, margin: "  " + indent}
	t.rows(v.out, rows)
	if n := len(all) - len(rows); n > 0 {
		v.out.WriteString(t.margin + "… and " + strconv.Itoa(n) + " more\n")
	}
}
