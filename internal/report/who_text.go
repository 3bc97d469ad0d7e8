package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/virtaudit/virtaudit/internal/trail"
)

// whoView shows who held a resource, with what depends on all of the answer.
type whoView struct {
	Options
	naming
	WhoInput
	zoneName  string
	resources bool // they are to be named: the question doesn't say which
}

// whoText writes holders as a table, or one after the other where the terminal
// is too narrow for one; and what more the log tells of the question.
func whoText(w io.Writer, in WhoInput, o Options) error {
	out := bufio.NewWriter(w)
	v := newWhoView(in, o)
	if len(in.Holders) > 0 {
		v.table(out)
	} else {
		v.nobody(out)
	}
	v.notes(out)
	return out.Flush()
}

func newWhoView(in WhoInput, o Options) *whoView {
	v := &whoView{Options: o, naming: naming{showUUID: o.ShowUUID}, WhoInput: in, resources: in.Kind}
	all := []trail.Moment{in.From, in.To}
	for i := range in.Holders {
		h := &in.Holders[i]
		v.see(h.Session.Node, h.Session.UUID, h.Session.Name)
		v.resources = v.resources || h.Resource != in.Holders[0].Resource
		all = append(all, h.From, h.To, h.Before)
	}
	for _, s := range in.Unknown {
		v.see(s.Node, s.UUID, s.Name)
	}
	v.zoneName = o.zone(all...)
	return v
}

func (v *whoView) table(out *bufio.Writer) {
	t := &table{Options: v.Options}
	header := v.header()
	t.measure(header...)
	times := len(header) - 3 // the first of those columns
	for i := range v.Holders {
		cells, _ := v.cells(&v.Holders[i])
		t.measure(cells...)
		v.keepWhole(t, times-1, cells)
	}
	for i := range times {
		if i < times-1 || !v.showUUID {
			t.shrink(i, leastRoom)
		}
	}
	write := v.paragraph
	if t.fits(leastRoom) {
		t.row(out, header, bolds(len(header))...)
		write = func(out *bufio.Writer, h *trail.Holder) { v.row(out, t, h) }
	} else {
		v.Options.paragraph(out, "", "Times are "+v.zoneName+".")
	}
	for i := range v.Holders {
		h := &v.Holders[i]
		write(out, h)
		v.prove(out, indent, h.Session.Node, h.Proof()...)
		v.proveFacts(out, indent, h.Facts)
	}
}

func (v *whoView) header() []string {
	var h []string
	if v.nodes {
		h = append(h, "NODE")
	}
	if v.resources {
		h = append(h, "RESOURCE")
	}
	return append(h, "GUEST", "FROM ("+v.zoneName+")", "TO", "HOW")
}

// cells gives a row, with the colour of its last cell.
func (v *whoView) cells(h *trail.Holder) ([]string, style) {
	between := "\n"
	if v.Width == 0 {
		between = ", "
	}
	var cells []string
	if v.nodes {
		cells = append(cells, visible(h.Session.Node))
	}
	if v.resources {
		cells = append(cells, whoResource(h.Resource))
	}
	text, colour := v.how(h)
	return append(cells, v.of(h.Session), v.from(h, between), v.to(h, between), text), colour
}

// how tells how a claim ended, behind why it is uncertain where it is.
func (v *whoView) how(h *trail.Holder) (string, style) {
	text, colour := how(h)
	if h.By != "" {
		text += ", " + seenBy(string(h.By))
	}
	if doubt := v.doubt(h); doubt != "" {
		return "uncertain: " + doubt + "; " + text, yellow
	}
	return text, colour
}

func (v *whoView) row(out *bufio.Writer, t *table, h *trail.Holder) {
	cells, colour := v.cells(h)
	styles := make([]style, len(cells))
	styles[len(cells)-1] = colour
	t.row(out, cells, styles...)
}

func (v *whoView) paragraph(out *bufio.Writer, h *trail.Holder) {
	title := v.paint(bold, v.of(h.Session))
	if v.nodes {
		title += " on " + listed(h.Session.Node)
	}
	if v.resources {
		title += ", " + whoResource(h.Resource)
	}
	v.Options.paragraph(out, "", title)
	v.Options.paragraph(out, indent, v.span(h))
	text, colour := v.how(h)
	v.Options.paragraph(out, indent, v.paint(colour, text))
}

// nobody tells that nobody held the resource, as far as the log tells.
func (v *whoView) nobody(out *bufio.Writer) {
	who := "nobody"
	if v.Filtered {
		who += " that passes the filters"
	}
	when := ""
	if v.at() {
		when = " at " + v.moment()
	}
	v.Options.paragraph(out, "", who+" held "+oneWord(v.Asked)+when+", as far as "+v.whatTells()+" tells")
}

// moment gives the time that was asked for.
func (v *whoView) moment() string {
	return v.First.In(v.location()).Format(time.DateTime) + " (" + v.zoneName + ")"
}

// maxNear is how many things a note names.
const maxNear = 5

// notes tells what bears on the answer and is no part of it.
func (v *whoView) notes(out *bufio.Writer) {
	if len(v.Near) > 0 {
		names := make([]string, len(v.Near))
		for i, r := range v.Near {
			names[i] = whoResource(r)
		}
		v.Options.paragraph(out, "", "similar in "+v.whatTells()+": "+some(names))
	}
	if v.at() && v.From != (trail.Moment{}) && (v.Last.UnixMilli() < v.From.Millis || v.First.UnixMilli() > v.To.Millis) {
		v.Options.paragraph(out, "", v.whatTells()+" tells of guests from "+v.time(v.From)+" to "+v.time(v.To))
	}
	if n := len(v.Unknown); n > 0 {
		names := make([]string, n)
		for i, s := range v.Unknown {
			names[i] = v.of(s)
		}
		v.Options.paragraph(out, "", fmt.Sprintf("%s whose start is not in the log may have held it too: %s",
			count(int64(n), "session"), some(names)))
	}
}

// some gives the first of a list, and how many more there are.
func some(names []string) string {
	if more := len(names) - maxNear; more > 0 {
		names = append(names[:maxNear:maxNear], fmt.Sprintf("and %d more", more))
	}
	return strings.Join(names, ", ")
}
