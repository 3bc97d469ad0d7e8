package report

import (
	"bufio"
	"io"

	"github.com/virtaudit/virtaudit/internal/trail"
	"github.com/virtaudit/virtaudit/record"
)

// eventsJSON writes one object a line.
func eventsJSON(w io.Writer, events []*trail.Event, o Options) error {
	out := bufio.NewWriter(w)
	var j jsonText
	for _, ev := range events {
		j.b, j.lines = j.b[:0], o.recordsOf(ev.Node)
		j.open('{')
		j.fieldsOf(ev)
		j.proof(eventProof(ev)...)
		j.sawEvent(ev)
		j.close('}')
		j.b = append(j.b, '\n')
		if _, err := out.Write(j.b); err != nil {
			return err
		}
	}
	return out.Flush()
}

func (j *jsonText) fieldsOf(ev *trail.Event) {
	uuid, name := ev.Guest()
	j.time("time", ev.At)
	j.event("event", ev.At)
	j.string("node", ev.Node)
	j.string("uuid", uuid)
	j.string("name", name)
	j.ofSession(ev.Session())
	j.word("type", typeName(ev.Type))
	j.string("op", ev.Op)
	j.word("reason", ev.Reason)
	j.word("kind", ev.Kind)
	j.word("id", ev.ID)
	j.said("sub", ev.Sub)
	j.said("old", ev.Old)
	j.word("result", resultWord(ev))
	j.said("held", heldWord(ev))
	j.strings("marks", ev.Marks.Names())
	if ev.Late {
		j.yes("out_of_order")
	}
	j.sender(ev)
}

// sawEvent writes who told of an event that no record tells of, after what it
// was, and what was told.
func (j *jsonText) sawEvent(ev *trail.Event) {
	if ev.By == "" {
		return
	}
	if ev.Before != (trail.Moment{}) {
		j.time("time_after", ev.Before)
	}
	j.said("text", ev.Text)
	j.observed(string(ev.By), ev.Fact)
}

// ofSession names a session: by its start and by its number.
func (j *jsonText) ofSession(s *trail.Session) {
	if s == nil {
		j.null("session")
		j.null("session_number")
		return
	}
	j.event("session", s.Start)
	j.int("session_number", int64(s.Number))
}

// said writes a string that is there.
func (j *jsonText) said(key, value string) {
	if value != "" {
		j.string(key, value)
	}
}

func (j *jsonText) sender(ev *trail.Event) {
	if !sent(ev) {
		return
	}
	j.key("sender")
	j.open('{')
	j.word("exe", ev.Sender.Exe)
	j.uint("pid", uint64(ev.Sender.PID))
	j.uint("uid", uint64(ev.Sender.UID))
	if ev.Sender.AUID == unset {
		j.null("auid")
	} else {
		j.uint("auid", uint64(ev.Sender.AUID))
	}
	j.close('}')
}

// sent tells whether a program sent an event's record. The kernel tells of
// every such program which process it is.
func sent(ev *trail.Event) bool { return ev.Sender != nil && *ev.Sender != trail.Sender{} }

func typeName(t record.Type) string {
	if t == 0 {
		return ""
	}
	return t.String()
}

func resultWord(ev *trail.Event) string {
	if ev.Result == record.Unknown {
		return ""
	}
	return ev.Result.String()
}

// heldWord tells whether a guest held what was denied to it; of all else
// nothing.
func heldWord(ev *trail.Event) string {
	if ev.Op != trail.OpDenied || ev.Type.Virt() {
		return ""
	}
	return ev.Held.String()
}
