package report

import (
	"bufio"
	"cmp"
	"io"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/virtaudit/virtaudit/internal/trail"
)

// AuvirtInput is what a report in the form of auvirt is of.
type AuvirtInput struct {
	Sessions []*trail.Session // all of them
	Events   []*trail.Event   // all of them
	// AllEvents shows a line for each event instead of one for each session;
	// Summary only counts.
	AllEvents, Summary bool
	// VM and UUID are the guest to show; the latter in any case.
	VM, UUID string
	// Since and Until bound the time to show; both belong to it.
	Since, Until time.Time
	// LinesOf gives all lines that were read of an event. Only a summary can do
	// without.
	LinesOf func(node string, at trail.Moment) iter.Seq[[]byte]
	// UserName gives the name of a host's user of which the log has only the
	// number, or "".
	UserName func(node string, uid uint32) string
}

// Auvirt writes what auvirt did: its columns in their order, with tabs between
// them, and what it didn't say behind them.
func Auvirt(w io.Writer, in AuvirtInput, o Options) error {
	a := newAuvirt(in, o)
	a.collect()
	out := bufio.NewWriter(w)
	if in.Summary {
		a.summary(out)
	} else {
		a.report(out)
	}
	return out.Flush()
}

type auvirt struct {
	Options
	AuvirtInput
	lines  []auvirtLine
	places map[auvirtRecord]int // of the events
	names  map[auvirtGuest]string
	nodes  bool                            // there are several
	labels map[*trail.Session]trail.Moment // in force, up to the event that is looked at
	said   auvirtRecords                   // of the event that is written
}

// auvirtRecord finds a record of a node.
type auvirtRecord struct {
	node string
	at   trail.Moment
}

type auvirtGuest struct{ node, uuid string }

func newAuvirt(in AuvirtInput, o Options) *auvirt {
	a := &auvirt{
		Options: o, AuvirtInput: in, places: map[auvirtRecord]int{}, names: map[auvirtGuest]string{},
		labels: map[*trail.Session]trail.Moment{},
	}
	for i, ev := range in.Events {
		k := auvirtRecord{ev.Node, ev.At}
		if _, ok := a.places[k]; !ok && ev.Op != trail.OpLost { // no record tells that
			a.places[k] = i
		}
		a.nodes = a.nodes || ev.Node != in.Events[0].Node
	}
	for _, s := range in.Sessions {
		if s.Name != "" && s.UUID != "" {
			a.names[auvirtGuest{s.Node, s.UUID}] = s.Name
		}
	}
	return a
}

// collect makes the lines that are to be shown, or counted.
func (a *auvirt) collect() {
	for _, s := range a.Sessions {
		a.session(s)
	}
	for i, ev := range a.Events {
		a.event(ev, i)
	}
	slices.SortStableFunc(a.lines, func(x, y auvirtLine) int { return cmp.Compare(x.place, y.place) })
}

// add takes a line of a guest, if it is to be shown.
func (a *auvirt) add(l auvirtLine) {
	if l.name == "" {
		l.name = a.names[auvirtGuest{l.node, l.uuid}]
	}
	switch {
	case l.sessionOnly && (a.AllEvents || a.Summary), !l.session && !a.AllEvents && !a.Summary:
		return
	case a.VM != "" && l.name != a.VM, a.UUID != "" && !strings.EqualFold(l.uuid, a.UUID):
		return
	case !a.within(l.period.begin(), l.period.lastKnown()):
		return
	}
	if l.kind != trail.OpLost {
		l.place = a.place(l.node, l.at)
	}
	a.lines = append(a.lines, l)
}

// place gives the place of a record among the events; those that are none come
// last.
func (a *auvirt) place(node string, at trail.Moment) int {
	if i, ok := a.places[auvirtRecord{node, at}]; ok {
		return i
	}
	return len(a.Events)
}

// within tells whether a stretch touches the time to show.
func (a *auvirt) within(from, to trail.Moment) bool {
	f := trail.Filter{Since: a.Since, Until: a.Until}
	return f.Within(from, to)
}

// The least widths of auvirt's columns.
const (
	auvirtKind   = 5
	auvirtName   = 22
	auvirtUUID   = 36
	auvirtUser   = 11
	auvirtPlain  = 12
	auvirtReason = 10
)

// report writes the lines as a table.
func (a *auvirt) report(out *bufio.Writer) {
	rows := make([][]string, len(a.lines))
	for i := range a.lines {
		rows[i] = a.cells(&a.lines[i])
	}
	widths := a.widths(rows)
	for i, row := range rows {
		writeAuvirtRow(out, row, widths, a.AllEvents)
		if a.Proof != NoProof {
			proof := eventIDs(moments(a.lines[i].proof[:]...))
			out.WriteString("    Proof: " + proof + "\n\n")
		}
	}
}

// cells gives the columns of a line: what kind of event it is of, if all are
// shown, comes first.
func (a *auvirt) cells(l *auvirtLine) []string {
	var cells []string
	if a.AllEvents {
		cells = append(cells, visible(l.kind))
	}
	cells = append(cells, l.guest())
	if a.ShowUUID {
		cells = append(cells, visibleOr(l.uuid))
	}
	cells = append(cells, a.user(l), l.period.text(a.Options))
	cells = append(cells, a.details(l)...)
	if a.nodes {
		cells = append(cells, "node="+visible(l.node))
	}
	return cells
}

// widths gives how wide each column is, but for the last ones: those of a few
// rows only, and such as a row may be without.
func (a *auvirt) widths(rows [][]string) []int {
	widths := []int{auvirtName, auvirtUser, 0, auvirtPlain, auvirtReason}
	if a.ShowUUID {
		widths = slices.Insert(widths, 1, auvirtUUID)
	}
	if a.AllEvents {
		widths = slices.Insert(widths, 0, auvirtKind)
	}
	for _, row := range rows {
		for i := range min(len(widths), len(row)-1) {
			widths[i] = max(widths[i], min(width(row[i]), widest))
		}
	}
	return widths
}

// writeAuvirtRow writes a row with tabs between its cells, but behind the kind
// of an event, where auvirt has blanks.
func writeAuvirtRow(out *bufio.Writer, row []string, widths []int, kind bool) {
	for i, cell := range row {
		out.WriteString(cell)
		switch {
		case i == len(row)-1:
			continue
		case i < len(widths):
			out.WriteString(strings.Repeat(" ", max(0, widths[i]-width(cell))))
		}
		if i == 0 && kind {
			out.WriteString("  ")
		} else {
			out.WriteByte('\t')
		}
	}
	out.WriteByte('\n')
}
