package report

import (
	"bufio"
	"io"

	"github.com/virtaudit/virtaudit/internal/trail"
)

// sessionsJSON writes one object a line.
func sessionsJSON(w io.Writer, sessions []*trail.Session, o Options) error {
	out := bufio.NewWriter(w)
	var j jsonText
	for _, s := range sessions {
		j.b, j.lines = j.b[:0], o.recordsOf(s.Node)
		j.session(s)
		j.b = append(j.b, '\n')
		if _, err := out.Write(j.b); err != nil {
			return err
		}
	}
	return out.Flush()
}

// session writes a session. Null is what the log doesn't tell, or what is not:
// an end of a session that runs.
func (j *jsonText) session(s *trail.Session) {
	j.open('{')
	j.string("node", s.Node)
	j.string("uuid", s.UUID)
	j.string("name", s.Name)
	j.string("virt", s.Virt)
	j.int("session_number", int64(s.Number))
	j.string("state", s.State.String())
	j.time("start", s.Start)
	j.event("start_event", s.Start)
	j.word("start_reason", s.StartReason)
	j.end(s)
	j.process(s)
	j.labels(s.Labels)
	j.holdings(s.Holdings)
	j.values(s)
	j.permissions(s)
	j.attempts(s.Attempts)
	j.event("first_event", s.First)
	j.event("last_event", s.Last)
	j.records(s.First, s.Start, s.EndAfter, s.End, s.EndBefore, s.Last)
	if s.Late {
		j.yes("out_of_order")
	}
	j.said("by", string(s.By))
	j.close('}')
}

// end writes a session's end. Where its moment is uncertain the event is the
// one before which it ended.
func (j *jsonText) end(s *trail.Session) {
	j.time("end", s.End)
	if s.End == (trail.Moment{}) {
		j.event("end_event", s.EndBefore)
	} else {
		j.event("end_event", s.End)
	}
	j.word("end_reason", endReason(s))
	if s.End == (trail.Moment{}) && s.EndBefore != (trail.Moment{}) {
		j.time("end_after", s.EndAfter)
		j.time("end_before", s.EndBefore)
	}
}

func endReason(s *trail.Session) string {
	if s.State == trail.Failed {
		return startFailed
	}
	return s.EndReason
}

func (j *jsonText) process(s *trail.Session) {
	if s.PID == 0 {
		j.null("pid")
	} else {
		j.uint("pid", s.PID)
	}
	if s.InitPID != 0 {
		j.uint("init_pid", s.InitPID)
	}
}

func (j *jsonText) labels(labels []trail.Label) {
	j.list("labels", len(labels), func(i int) {
		l := &labels[i]
		j.string("model", l.Model)
		j.string("process", l.Process)
		j.string("image", l.Image)
		j.time("at", l.At)
		j.proof(l.At)
	})
}

func (j *jsonText) holdings(holdings []trail.Holding) {
	j.list("holdings", len(holdings), func(i int) {
		h := &holdings[i]
		j.string("kind", h.Kind)
		j.string("id", h.ID)
		if h.Sub != "" {
			j.string("sub", h.Sub)
		}
		j.holdingTerm(h)
		j.word("reason", h.Reason)
		j.word("ended_by", string(h.Ended))
		j.proof(h.From, h.To)
		j.strings("also", words(h.Also))
		if h.By != "" {
			j.observed(string(h.By), h.Begin, h.End)
		}
		j.strings("marks", h.Marks.Names())
		if h.Unproven {
			j.yes("unproven")
		}
	})
}

// holdingTerm writes from when to when a holding was, or, of one that was only
// observed, between what it began and ended.
func (j *jsonText) holdingTerm(h *trail.Holding) {
	t := termOf(h)
	j.time("from", t.from)
	if t.fromBefore != (trail.Moment{}) {
		j.time("from_after", t.fromAfter)
		j.time("from_before", t.fromBefore)
	}
	j.time("to", t.to)
	if t.toBefore != (trail.Moment{}) {
		j.time("to_after", t.toAfter)
		j.time("to_before", t.toBefore)
	}
}

// values writes the quantities, each until the next of its kind or the
// session's end.
func (j *jsonText) values(s *trail.Session) {
	to := make([]trail.Moment, len(s.Steps))
	next := map[string]trail.Moment{}
	for i := len(s.Steps) - 1; i >= 0; i-- {
		step := &s.Steps[i]
		m, ok := next[step.Kind]
		if !ok {
			m = s.End
		}
		to[i], next[step.Kind] = m, step.From
	}
	j.list("values", len(s.Steps), func(i int) {
		step := &s.Steps[i]
		j.string("kind", step.Kind)
		j.uint("value", step.Value)
		j.time("from", step.From)
		j.time("to", to[i])
		j.proof(step.From, to[i])
		j.strings("marks", step.Marks.Names())
	})
}

// permissions writes the device rules. What was allowed is so until it is
// denied or the session ends.
func (j *jsonText) permissions(s *trail.Session) {
	j.list("permissions", len(s.Permissions), func(i int) {
		p := &s.Permissions[i]
		action, to := "deny", trail.Moment{}
		if p.Allow {
			action, to = "allow", p.To
			if to == (trail.Moment{}) {
				to = s.End
			}
		}
		j.string("class", p.Class)
		j.string("path", p.Path)
		j.string("acl", p.ACL)
		j.string("action", action)
		j.time("from", p.From)
		j.time("to", to)
		j.proof(p.From, to)
	})
}

func (j *jsonText) attempts(attempts []trail.Attempt) {
	j.list("attempts", len(attempts), func(i int) {
		a := &attempts[i]
		j.string("kind", a.Kind)
		j.string("id", a.ID)
		if a.Sub != "" {
			j.string("sub", a.Sub)
		}
		j.string("op", a.Op)
		j.time("at", a.At)
		j.proof(a.At)
		j.strings("marks", a.Marks.Names())
	})
}
