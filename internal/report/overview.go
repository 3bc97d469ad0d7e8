package report

import (
	"bufio"
	"cmp"
	"io"
	"slices"
	"strings"

	"github.com/virtaudit/virtaudit/internal/trail"
)

// OverviewInput is what an overview is of.
type OverviewInput struct {
	Sessions []*trail.Session
	Findings []*trail.Finding
	Gaps     []*trail.Finding // of times in which nobody watched a source
	Summary  trail.Summary
	Totals   Totals
	Source   string // what was read, for people
}

const (
	// maxRows bounds each section of the overview, and the resources that are
	// shown of a guest.
	maxRows = 10
	// maxEnded is how many of the sessions that ended are shown.
	maxEnded = 5
)

// Overview writes what an operator wants to see first: who runs and holds
// what, what failed, and what was lost.
func Overview(w io.Writer, in OverviewInput, o Options) error {
	v := overview{
		sessionView: newSessionView(in.Sessions, o), out: bufio.NewWriter(w), in: in,
		guests: trail.Guests(in.Sessions),
	}
	v.head()
	if len(in.Sessions) > 0 {
		v.running()
		v.starting()
		v.failedStarts()
		v.failedOperations()
		v.lost()
		v.ended()
	}
	v.findings()
	v.flaws()
	return v.out.Flush()
}

type overview struct {
	*sessionView
	out    *bufio.Writer
	in     OverviewInput
	guests []*trail.Guest
	empty  bool // the last section was
}

func (v *overview) line(text string) { v.Options.paragraph(v.out, "", text) }

// head tells what was read, its range, its hosts and its guests, and that something
// may be missing.
func (v *overview) head() {
	v.line(v.paint(bold, escaped(v.in.Source)))
	v.line(v.rangeOf(&v.in.Summary) + count(v.in.Totals.Lines, "line"))
	switch {
	case v.Filtered && len(v.in.Sessions) > 0:
		v.line("filtered to " + v.counts() + "; what follows is of these alone")
	case v.Filtered:
		v.line("filtered: no session passes")
	case len(v.in.Sessions) > 0:
		v.line(v.counts())
	default:
		v.line("no guest in " + v.whatTells())
	}
	if len(v.in.Gaps) > 0 {
		v.line(gapsText(v.in.Gaps, v.Options))
	}
}

// counts tells how many guests and sessions are shown, and of which hosts.
func (v *overview) counts() string {
	parts := []string{
		count(int64(len(v.guests)), "guest"),
		count(int64(len(v.in.Sessions)), "session"),
	}
	if v.nodes {
		parts = append([]string{v.hosts()}, parts...)
	}
	return strings.Join(parts, ", ")
}

func (v *overview) rangeOf(s *trail.Summary) string {
	if s.First == (trail.Moment{}) {
		return ""
	}
	return v.time(s.First) + " to " + v.time(s.Last) + " (" + v.zone(s.First, s.Last) + "), " +
		duration(s.First, s.Last) + ", "
}

// hosts names the first hosts. Guests come by host.
func (v *overview) hosts() string {
	var names []string
	for _, g := range v.guests {
		if n := len(names); n == 0 || names[n-1] != listed(g.Node) {
			names = append(names, listed(g.Node))
		}
	}
	text := count(int64(len(names)), "host") + " ("
	if len(names) > maxRows {
		return text + strings.Join(names[:maxRows], ", ") + ", …)"
	}
	return text + strings.Join(names, ", ") + ")"
}

// heading begins a section.
func (v *overview) heading(name, text string) {
	v.out.WriteByte('\n')
	v.line(v.paint(bold, name) + ": " + text)
	v.empty = false
}

// nothing is a section without rows. Several of them stand together.
func (v *overview) nothing(name, text string) {
	if !v.empty {
		v.out.WriteByte('\n')
	}
	v.line(v.paint(bold, name) + ": " + text)
	v.empty = true
}

// The commands that show what a section doesn't.
const (
	sessionsCommand = "virtaudit sessions"
	jsonCommand     = "virtaudit sessions --format jsonl"
)

// more tells of the rows that are not shown, and what shows them.
func (v *overview) more(rows, shown int, command string) {
	if rows > shown {
		v.line("  … and " + number(int64(rows-shown)) + " more (" + command + " shows all)")
	}
}

// of gives the sessions in that state, the last first.
func (v *overview) of(state trail.State) []*trail.Session {
	var sessions []*trail.Session
	for _, s := range slices.Backward(v.in.Sessions) {
		if s.State == state {
			sessions = append(sessions, s)
		}
	}
	return sessions
}

func (v *overview) starting() {
	sessions := v.of(trail.Starting)
	if len(sessions) == 0 {
		return
	}
	v.heading("Starting", count(int64(len(sessions)), "start")+" begun; how it went on is not in the log")
	var rows [][]string
	for _, s := range sessions {
		rows = append(rows, []string{v.time(s.First), v.guestOnNode(s), heldInShort(s)})
	}
	v.rows(rows, sessionsCommand)
}

// rows writes the first rows of a section and how many more there are.
func (v *overview) rows(rows [][]string, command string) {
	t := table{Options: v.Options, margin: "  "}
	t.rows(v.out, rows[:min(maxRows, len(rows))])
	v.more(len(rows), maxRows, command)
}

func (v *overview) lost() {
	sessions := v.of(trail.Lost)
	if len(sessions) == 0 {
		v.nothing("Lost", "none")
		return
	}
	v.heading("Lost", count(int64(len(sessions)), "session")+" that ended without a stop in the log")
	v.sessions(sessions, maxRows)
}

func (v *overview) ended() {
	sessions := v.of(trail.Closed)
	if len(sessions) == 0 {
		return
	}
	slices.SortStableFunc(sessions, func(a, b *trail.Session) int { return cmp.Compare(b.End.Millis, a.End.Millis) })
	v.heading("Stopped", count(int64(len(sessions)), "session")+", the last first")
	v.sessions(sessions, maxEnded)
}

// sessions writes the first of some sessions as a table.
func (v *overview) sessions(all []*trail.Session, most int) {
	v.table(v.out, all[:min(most, len(all))], false)
	v.more(len(all), most, sessionsCommand)
}

// flaws tells what is wrong with the log itself, whatever of it is shown. Which
// records are out of order, a finding tells.
func (v *overview) flaws() {
	of := ""
	if v.Filtered {
		of = " (of the whole log)"
	}
	s := v.in.Summary
	if slices.ContainsFunc(v.in.Findings, func(f *trail.Finding) bool { return f.Kind == trail.OrderBroken }) {
		s.Late = 0
	}
	for _, c := range flaws(v.in.Totals, s) {
		v.line(v.paint(yellow, c.text+of+": "+number(c.n)))
	}
}
