package report

import (
	"bufio"
	"io"

	"github.com/virtaudit/virtaudit/internal/trail"
)

// sessionsText writes sessions as a table, or one after the other where the
// terminal is too narrow for one.
func sessionsText(w io.Writer, sessions []*trail.Session, o Options) error {
	out := bufio.NewWriter(w)
	if len(sessions) == 0 {
		out.WriteString(noGuest + "\n")
		return out.Flush()
	}
	v := newSessionView(sessions, o)
	v.table(out, sessions, true)
	return out.Flush()
}

const noGuest = "no guest in this log"

// sessionView shows sessions, with what depends on all of them.
type sessionView struct {
	Options
	zoneName string
	nodes    bool               // there are named ones
	uuids    map[nameKey]string // "" for a name that several guests have
}

// nameKey is what a guest is known by, unless several are.
type nameKey struct{ node, name string }

func newSessionView(sessions []*trail.Session, o Options) *sessionView {
	v := &sessionView{Options: o, zoneName: zoneOf(sessions, o), uuids: map[nameKey]string{}}
	for _, s := range sessions {
		v.nodes = v.nodes || s.Node != ""
		k := nameKey{s.Node, s.Name}
		if uuid, ok := v.uuids[k]; ok && uuid != s.UUID {
			v.uuids[k] = ""
		} else {
			v.uuids[k] = s.UUID
		}
	}
	return v
}

func zoneOf(sessions []*trail.Session, o Options) string {
	if len(sessions) == 0 {
		return o.zone()
	}
	last := sessions[len(sessions)-1]
	return o.zone(sessions[0].First, last.First, last.Last)
}

// table writes sessions as a table if it fits, with a header and what they
// held if it is to be full.
func (v *sessionView) table(out *bufio.Writer, sessions []*trail.Session, full bool) {
	t := table{Options: v.Options}
	least := -len(gap) // an empty last column
	if full {
		t.measure(v.header()...)
		least = leastRoom
	} else {
		t.margin = "  "
	}
	for _, s := range sessions {
		t.measure(v.cells(s)...)
	}
	t.shrink(v.guestColumn(), least)
	if !t.fits(least) {
		v.paragraphs(out, sessions, full)
		return
	}
	if full {
		t.row(out, v.header(), bold, bold, bold, bold, bold, bold, bold)
	}
	for _, s := range sessions {
		v.row(out, &t, s, full)
	}
}

func (v *sessionView) header() []string {
	h := []string{"GUEST", "FROM (" + v.zoneName + ")", "TO", "DURATION", "OUTCOME", "HELD"}
	if v.nodes {
		return append([]string{"NODE"}, h...)
	}
	return h
}

// guestColumn is the place of the guests' names.
func (v *sessionView) guestColumn() int {
	if v.nodes {
		return 1
	}
	return 0
}

// cells gives all but the last.
func (v *sessionView) cells(s *trail.Session) []string {
	between := "\n"
	if v.Width == 0 {
		between = ", "
	}
	cells := []string{v.guest(s), v.from(s), v.to(s, between), lasted(s), outcome(s), ""}
	if v.nodes {
		return append([]string{visible(s.Node)}, cells...)
	}
	return cells
}

func (v *sessionView) row(out *bufio.Writer, t *table, s *trail.Session, full bool) {
	cells := v.cells(s)
	n := len(cells)
	if full {
		cells[n-1] = heldInShort(s)
	}
	styles := make([]style, n)
	styles[n-2] = stateStyle(s.State)
	t.row(out, cells, styles...)
}

// paragraphs writes sessions with a few lines each.
func (v *sessionView) paragraphs(out *bufio.Writer, sessions []*trail.Session, full bool) {
	margin := "  "
	if full {
		v.Options.paragraph(out, "", "Times are "+v.zoneName+".")
		margin = ""
	}
	for _, s := range sessions {
		v.paragraph(out, margin, s, full)
	}
}

func (v *sessionView) paragraph(out *bufio.Writer, margin string, s *trail.Session, full bool) {
	title := v.paint(bold, v.guestOnNode(s)) + ", " + v.paint(stateStyle(s.State), outcome(s))
	if d := lasted(s); d != none {
		title += ", " + d
	}
	v.Options.paragraph(out, margin, title)
	v.Options.paragraph(out, margin+indent, v.span(s))
	if held := heldInShort(s); full && held != none {
		v.Options.paragraph(out, margin+indent, held)
	}
}

// span tells in words from when to when a session was.
func (v *sessionView) span(s *trail.Session) string {
	switch s.State {
	case trail.Running:
		return "since " + v.from(s)
	case trail.Starting, trail.Failed:
		return "at " + v.from(s)
	}
	if s.End == (trail.Moment{}) {
		return v.from(s) + " to between " + v.time(s.EndAfter) + " and " + v.time(s.EndBefore)
	}
	return v.from(s) + " to " + v.time(s.End)
}
