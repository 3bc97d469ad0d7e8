package report

import (
	"bufio"
	"io"

	"github.com/virtaudit/virtaudit/internal/trail"
)

// whoJSON writes one object a line.
func whoJSON(w io.Writer, in WhoInput, o Options) error {
	out := bufio.NewWriter(w)
	var j jsonText
	for i := range in.Holders {
		h := &in.Holders[i]
		j.b, j.lines = j.b[:0], o.recordsOf(h.Session.Node)
		j.holder(h, in.at())
		j.b = append(j.b, '\n')
		if _, err := out.Write(j.b); err != nil {
			return err
		}
	}
	return out.Flush()
}

func (j *jsonText) holder(h *trail.Holder, at bool) {
	j.open('{')
	j.resource(h.Resource)
	j.string("node", h.Session.Node)
	j.string("uuid", h.Session.UUID)
	j.string("name", h.Session.Name)
	j.ofSession(h.Session)
	j.term(h)
	j.word("ended_by", string(h.Ended))
	j.said("end_reason", endOfSession(h))
	j.word("op", h.Op)
	switch {
	case h.Unproven:
		j.yes("unproven")
	case h.Attempt:
		j.yes("failed")
	}
	if at {
		j.string("certainty", h.Certainty.String())
		j.said("doubt", h.Doubt.String())
	}
	j.strings("marks", h.Marks.Names())
	j.proof(h.Proof()...)
	j.observed(string(h.By), h.Facts...)
	j.close('}')
}

// term writes from when to when a claim was, or between what.
func (j *jsonText) term(h *trail.Holder) {
	from, fromAfter, fromBefore := began(h)
	j.time("from", from)
	if fromBefore != (trail.Moment{}) {
		j.time("from_after", fromAfter)
		j.time("from_before", fromBefore)
	}
	to, after, before := whoEnd(h)
	j.time("to", to)
	if before != (trail.Moment{}) {
		j.time("to_after", after)
		j.time("to_before", before)
	}
}
