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
		text := "no guest in " + o.whatTells()
		if o.Filtered {
			text = noneShown
		}
		out.WriteString(text + "\n")
		return out.Flush()
	}
	v := newSessionView(sessions, o)
	v.table(out, sessions, true)
	return out.Flush()
}

const noneShown = "no session passes the filters"

// whatTells names what the answer is from.
func (o Options) whatTells() string {
	if o.FromStore != "" {
		return "this store"
	}
	return "this log"
}

// sessionView shows sessions, with what depends on all of them.
type sessionView struct {
	Options
	naming
	zoneName string
}

// nameKey is what a guest is known by, unless several are.
type nameKey struct{ node, name string }

func newSessionView(sessions []*trail.Session, o Options) *sessionView {
	v := &sessionView{Options: o, naming: naming{showUUID: o.ShowUUID}, zoneName: zoneOf(sessions, o)}
	for _, s := range sessions {
		v.see(s.Node, s.UUID, s.Name)
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
		cells := v.cells(s, full)
		t.measure(cells...)
		v.keepWhole(&t, v.guestColumn(), cells)
	}
	if !v.showUUID {
		t.shrink(v.guestColumn(), least)
	}
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

// keepWhole makes room for a guest with its uuid, which people copy.
func (n *naming) keepWhole(t *table, column int, cells []string) {
	if n.showUUID {
		t.widths[column] = max(t.widths[column], width(cells[column]))
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
func (v *sessionView) cells(s *trail.Session, full bool) []string {
	between := "\n"
	if v.Width == 0 {
		between = ", "
	}
	cells := []string{v.name(s, full), v.from(s), v.to(s, between), lasted(s), outcome(s), ""}
	if v.nodes {
		return append([]string{visible(s.Node)}, cells...)
	}
	return cells
}

func (v *sessionView) row(out *bufio.Writer, t *table, s *trail.Session, full bool) {
	cells := v.cells(s, full)
	n := len(cells)
	if full {
		cells[n-1] = heldInShort(s)
	}
	styles := make([]style, n)
	styles[n-2] = stateStyle(s.State)
	t.row(out, cells, styles...)
	if full {
		v.proveSession(out, indent, s)
	}
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
	title := v.paint(bold, v.onNode(v.name(s, full), s)) + ", " + v.paint(stateStyle(s.State), outcome(s))
	if d := lasted(s); d != none {
		title += ", " + d
	}
	v.Options.paragraph(out, margin, title)
	v.Options.paragraph(out, margin+indent, v.span(s))
	if held := heldInShort(s); full && held != none {
		v.Options.paragraph(out, margin+indent, held)
	}
	if full {
		v.proveSession(out, margin+indent, s)
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
