package report

import (
	"bufio"
	"strings"

	"github.com/virtaudit/virtaudit/internal/trail"
)

// layout measures a table of the events. Their last column, which takes the
// rest, needn't be: so no text is made twice, or kept.
func (v *eventView) layout(events []*trail.Event) *table {
	t := &table{Options: v.Options}
	t.measure(v.header()...)
	for s := range v.sessions {
		v.measure(t, s.Node, v.of(s))
	}
	for _, ev := range events {
		if ev.Session() == nil {
			v.measure(t, ev.Node, v.title(ev.Node, ev.UUID, ev.Name, 0))
		}
		if v.Proof == ProofIDs {
			last := &t.widths[len(t.widths)-1]
			*last = max(*last, len(eventProofIDs(ev)))
		}
	}
	if !v.showUUID {
		t.shrink(v.guestColumn(), leastRoom)
	}
	for s := range v.sessions {
		v.sessions[s] = v.name(t, s.Node, v.of(s))
	}
	return t
}

func (v *eventView) measure(t *table, node, title string) {
	cells := v.columns(node, title)
	t.measure(cells...)
	v.keepWhole(t, v.guestColumn(), cells)
}

func (v *eventView) header() []string {
	h := []string{"TIME (" + v.zoneName + ")"}
	if v.nodes {
		h = append(h, "NODE")
	}
	h = append(h, "GUEST")
	if v.Proof == ProofIDs {
		h = append(h, "PROOF")
	}
	return append(h, "EVENT")
}

// columns gives the cells of a row as far as they matter for its layout.
func (v *eventView) columns(node, title string) []string {
	v.cells = append(v.cells[:0], millis)
	if v.nodes {
		v.cells = append(v.cells, visible(node))
	}
	v.cells = append(v.cells, title)
	if v.Proof == ProofIDs {
		v.cells = append(v.cells, "")
	}
	return append(v.cells, "")
}

// guestColumn is the place of the guests' names.
func (v *eventView) guestColumn() int {
	if v.nodes {
		return 2
	}
	return 1
}

// name gives a guest as rows of the table have it.
func (v *eventView) name(t *table, node, title string) named {
	n := named{title: title}
	for i, cell := range v.columns(node, title)[1 : v.guestColumn()+1] {
		pad := t.widths[i+1] - width(cell)
		if pad < 0 {
			return named{title: title}
		}
		n.cells += cell + strings.Repeat(" ", pad) + gap
	}
	return n
}

// row writes a row of the table, and below it the records where they are asked
// for.
func (v *eventView) row(out *bufio.Writer, t *table, ev *trail.Event) {
	text, colour := v.event(ev)
	ids := ""
	if v.Proof == ProofIDs {
		ids = eventProofIDs(ev)
	}
	if n := v.named(t, ev); n.cells != "" && (t.Width == 0 || width(text) <= t.room()) {
		v.oneLine(out, t, ev, n, ids, v.paint(colour, text))
	} else {
		v.severalLines(out, t, ev, n, ids, text, colour)
	}
	if v.Proof == ProofRecords {
		v.prove(out, indent, ev.Node, eventProof(ev)...)
		v.proveFacts(out, indent, eventFacts(ev))
	}
}

// oneLine writes a row of which every cell fits its column, as nearly all do.
func (v *eventView) oneLine(out *bufio.Writer, t *table, ev *trail.Event, n named, ids, text string) {
	b := ev.At.Time().In(v.location()).AppendFormat(v.line[:0], millis)
	b = append(b, strings.Repeat(" ", max(0, t.widths[0]-len(b)))+gap...)
	b = append(b, n.cells...)
	if ids != "" {
		b = append(b, ids...)
		b = append(b, strings.Repeat(" ", t.widths[len(t.widths)-1]-len(ids))+gap...)
	}
	b = append(append(b, text...), '\n')
	out.Write(b)
	v.line = b
}

func (v *eventView) severalLines(out *bufio.Writer, t *table, ev *trail.Event, n named, ids, text string, colour style) {
	cells := v.columns(ev.Node, n.title)
	last := len(cells) - 1
	cells[0], cells[last] = v.moment(ev), text
	if v.Proof == ProofIDs {
		cells[last-1] = ids
	}
	styles := make([]style, len(cells))
	styles[last] = colour
	t.row(out, cells, styles...)
}
