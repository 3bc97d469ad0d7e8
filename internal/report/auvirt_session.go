package report

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/virtaudit/virtaudit/internal/trail"
	"github.com/virtaudit/virtaudit/record"
)

// session makes the lines of a session: its start, and from when to when it had
// each resource.
func (a *auvirt) session(s *trail.Session) {
	a.add(a.start(s))
	if !a.AllEvents && !a.Summary {
		return
	}
	for i := range s.Holdings {
		a.add(a.holding(s, &s.Holdings[i]))
	}
	a.steps(s)
	for i := range s.Permissions {
		a.add(a.permission(s, &s.Permissions[i]))
	}
	for i := range s.Attempts {
		a.attempt(s, &s.Attempts[i])
	}
}

// start makes the line of a session's start. Where that is not in the log, it
// stands in the report of sessions alone.
func (a *auvirt) start(s *trail.Session) auvirtLine {
	l := a.of(s, auvirtStart, s.Start)
	l.session = true
	l.counts, l.typ = aStart, record.VirtControl
	l.period.end(s)
	switch {
	case s.State == trail.Failed:
		l.period.word, l.failed = wordFailed, true
	case s.State == trail.Starting:
		l.at, l.period.from = s.First, s.First
		l.counts, l.typ = notCounted, 0
	case s.Start == (trail.Moment{}):
		l.at, l.period.seen = s.First, s.First
		l.counts, l.typ, l.sessionOnly = notCounted, 0, true
	}
	l.proof = [3]trail.Moment{l.at, s.End, s.EndBefore}
	l.columns = a.reasons(s)
	return l
}

// reasons tells why a session began, and why it ended.
func (a *auvirt) reasons(s *trail.Session) []string {
	began, ended := s.StartReason, ""
	switch {
	case s.State == trail.Closed:
		ended = visibleOr(s.EndReason)
	case s.EndReason != "" && s.End != (trail.Moment{}):
		ended = visible(s.EndReason) + ", " + a.stamp(s.End)
	case s.EndReason != "":
		ended = visible(s.EndReason) + ", before " + a.stamp(s.EndBefore)
	}
	switch {
	case ended != "":
		return []string{visibleOr(began), ended}
	case began != "":
		return []string{visible(began)}
	}
	return nil
}

// holding makes the line of a resource. One that the session had before the log
// says so is shown where it gave it up.
func (a *auvirt) holding(s *trail.Session, h *trail.Holding) auvirtLine {
	l := a.of(s, auvirtResource, cmp.Or(h.From, h.To))
	l.typ = record.VirtResource
	kind, reason := h.Kind, h.Reason
	if h.From == (trail.Moment{}) {
		reason = string(h.Ended)
		l.period = auvirtPeriod{seen: h.To}
	} else {
		l.counts = anAssignment
	}
	l.period.ended(h.Ended, h.To, s)
	if kind == netOpen {
		kind = "net" // as its record says
	}
	l.columns = []string{visible(kind), visible(reason), visible(h.ID)}
	if h.Sub != "" {
		l.columns = append(l.columns, visible(h.Sub))
	}
	result := record.Success
	if h.Unproven {
		result = record.Unknown
	}
	l.columns = append(l.columns, marked(h.Marks, result)...)
	l.proof = [3]trail.Moment{h.From, cmp.Or(h.To, l.period.before)}
	return l
}

// steps makes the lines of a session's quantities, each until the next of its
// kind. None of something is no assignment.
func (a *auvirt) steps(s *trail.Session) {
	next := map[string]trail.Moment{}
	lines := make([]auvirtLine, 0, len(s.Steps))
	for _, step := range slices.Backward(s.Steps) {
		l := a.of(s, auvirtResource, step.From)
		l.typ, l.counts = record.VirtResource, anAssignment
		if to := next[step.Kind]; to != (trail.Moment{}) {
			l.period.to = to
		} else {
			l.period.end(s)
		}
		next[step.Kind] = step.From
		l.proof = [3]trail.Moment{step.From, cmp.Or(l.period.to, l.period.before)}
		l.columns = []string{visible(step.Kind), a.reasonAt(s.Node, step.From), strconv.FormatUint(step.Value, 10)}
		if step.Value > 0 {
			lines = append(lines, l)
		}
	}
	for _, l := range slices.Backward(lines) {
		a.add(l)
	}
}

// permission makes the line of a device rule. Those of a start that failed were
// in force until then, but nobody got anything by them.
func (a *auvirt) permission(s *trail.Session, p *trail.Permission) auvirtLine {
	l := a.of(s, auvirtResource, p.From)
	l.typ, l.counts = record.VirtResource, anAssignment
	switch {
	case s.State == trail.Failed:
		l.period.to, l.counts = cmp.Or(p.To, s.Start), notCounted
	case p.To != (trail.Moment{}):
		l.period.to = p.To
	default:
		l.period.end(s)
	}
	reason := "allow"
	if !p.Allow {
		reason = "deny"
	}
	l.columns = rule(reason, p.Class, p.ACL, p.Path)
	l.proof = [3]trail.Moment{p.From, cmp.Or(l.period.to, l.period.before)}
	return l
}

// rule gives the columns of a device rule; of one for all devices, the first.
func rule(reason, class, acl, device string) []string {
	columns := []string{"cgroup", visible(reason), visible(class)}
	if acl == "" && device == "" {
		return columns
	}
	return append(columns, visible(acl), visible(device))
}

// attempt makes the line of what a session didn't get. Those that its failed
// start asked for are none of them failed operations.
func (a *auvirt) attempt(s *trail.Session, t *trail.Attempt) {
	if t.Kind == "" {
		return // a stop, say, which is an event of its own
	}
	at := cmp.Or(t.At, s.Start) // what a failed start gave up has no moment
	l := a.of(s, auvirtResource, at)
	l.typ = record.VirtResource
	l.period.word = wordFailed
	l.proof = [3]trail.Moment{at}
	ev := a.eventAt(s.Node, t.At)
	l.failed = ev != nil && ev.Result == record.Failed
	switch {
	case t.Kind == "label":
		l.kind, l.typ = trail.OpLabel, record.VirtMachineID
		l.columns = []string{visible(t.Sub), visible(t.Op), visible(t.ID)}
	case t.Kind == "cgroup" && ev != nil:
		l.columns = rule(t.Op, t.Sub, ev.Reason, t.ID)
	default:
		l.columns = []string{visible(t.Kind), visibleOr(t.Op), visible(t.ID)}
		if t.Sub != "" {
			l.columns = append(l.columns, visible(t.Sub))
		}
	}
	a.add(l)
}

// eventAt gives the event of a record, or nil.
func (a *auvirt) eventAt(node string, at trail.Moment) *trail.Event {
	if i := a.place(node, at); i < len(a.Events) {
		return a.Events[i]
	}
	return nil
}

// reasonAt gives the reason of a record's change.
func (a *auvirt) reasonAt(node string, at trail.Moment) string {
	if ev := a.eventAt(node, at); ev != nil {
		return visible(ev.Op)
	}
	return unknown
}
