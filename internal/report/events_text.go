package report

import (
	"bufio"
	"io"

	"github.com/virtaudit/virtaudit/internal/trail"
)

// eventsText writes a line an event, or a paragraph where the terminal is too
// narrow for a table.
func eventsText(w io.Writer, events []*trail.Event, o Options) error {
	out := bufio.NewWriter(w)
	if len(events) == 0 {
		out.WriteString(nothing("event", o) + "\n")
		return out.Flush()
	}
	v := newEventView(events, o)
	t := v.layout(events)
	fits := t.fits(leastRoom)
	if fits {
		header := v.header()
		t.row(out, header, bolds(len(header))...)
	} else {
		o.paragraph(out, "", "Times are "+v.zoneName+".")
	}
	inBlocks(out, len(events), func() func(*bufio.Writer, int, int) {
		own := *v // its memory for a row is no other's
		own.cells, own.line = nil, nil
		write := own.paragraph
		if fits {
			write = own.row
		}
		return func(w *bufio.Writer, from, to int) {
			for _, ev := range events[from:to] {
				write(w, t, ev)
			}
		}
	})
	return out.Flush()
}

// nothing says that there are none of some things, or none to show.
func nothing(thing string, o Options) string {
	if o.Filtered {
		return "no " + thing + " passes the filters"
	}
	return "no " + plural(thing)
}

// bolds are the styles of a header.
func bolds(n int) []style {
	styles := make([]style, n)
	for i := range styles {
		styles[i] = bold
	}
	return styles
}

// eventView shows events, with what depends on all of them.
type eventView struct {
	Options
	naming
	zoneName string
	sessions map[*trail.Session]named
	cells    []string // of the row that is written
	line     []byte
}

// named is how a guest is named, and the beginning of a row behind the time: the
// host and the guest with blanks up to the next column, or "" where they don't
// fit.
type named struct{ title, cells string }

func newEventView(events []*trail.Event, o Options) *eventView {
	v := &eventView{
		Options: o, naming: naming{showUUID: o.ShowUUID}, sessions: map[*trail.Session]named{},
		zoneName: o.zone(events[0].At, events[len(events)-1].At),
	}
	for _, ev := range events {
		s := ev.Session()
		if s == nil {
			v.see(ev.Node, ev.UUID, ev.Name)
		} else if _, ok := v.sessions[s]; !ok {
			v.sessions[s] = named{}
			v.see(s.Node, s.UUID, s.Name)
		}
	}
	return v
}

// millis is the form of times that tell events of one second apart.
const millis = "2006-01-02 15:04:05.000"

func (v *eventView) moment(ev *trail.Event) string {
	return ev.At.Time().In(v.location()).Format(millis)
}

func (v *eventView) named(t *table, ev *trail.Event) named {
	if s := ev.Session(); s != nil {
		return v.sessions[s]
	}
	return v.name(t, ev.Node, v.title(ev.Node, ev.UUID, ev.Name, 0))
}

func (v *eventView) paragraph(out *bufio.Writer, t *table, ev *trail.Event) {
	title := v.named(t, ev).title
	switch {
	case v.nodes && title == none:
		title = listed(ev.Node)
	case v.nodes:
		title += " on " + listed(ev.Node)
	}
	text, colour := v.event(ev)
	v.Options.paragraph(out, "", v.moment(ev)+" "+v.paint(bold, title)+": "+v.paint(colour, text))
	v.prove(out, indent, ev.Node, eventProof(ev)...)
	v.proveFacts(out, indent, eventFacts(ev))
}
