package report

import (
	"cmp"
	"strconv"

	"github.com/virtaudit/virtaudit/internal/trail"
)

// guest names a session's guest.
func (v *sessionView) guest(s *trail.Session) string { return v.name(s, false) }

// name names a session, or without its number its guest. It shows that there
// is neither name nor uuid: a row has a guest all the same.
func (v *sessionView) name(s *trail.Session, numbered bool) string {
	number := 0
	if numbered {
		number = s.Number
	}
	if s.Name != "" || s.UUID != "" {
		return v.title(s.Node, s.UUID, s.Name, number)
	}
	text := visible("")
	if number > 0 {
		text += "#" + strconv.Itoa(number)
	}
	return text
}

// guestOnNode names the host too, where the log or its reader does.
func (v *sessionView) guestOnNode(s *trail.Session) string { return v.onNode(v.guest(s), s) }

func (v *sessionView) onNode(name string, s *trail.Session) string {
	if !v.nodes {
		return name
	}
	return name + " on " + listed(s.Node)
}

// from gives a session's start, or where that isn't in the log when the
// session was there already.
func (v *sessionView) from(s *trail.Session) string {
	switch {
	case s.Start != (trail.Moment{}):
		return v.time(s.Start)
	case s.State == trail.Starting:
		return v.time(s.First)
	}
	return "before " + v.time(s.First)
}

// to gives a session's end; between stands between the two moments of an
// uncertain one.
func (v *sessionView) to(s *trail.Session, between string) string {
	if s.End != (trail.Moment{}) || s.EndBefore == (trail.Moment{}) {
		return v.time(s.End)
	}
	after, before := v.bounds(s.EndAfter, s.EndBefore)
	return "after " + after + between + "before " + before
}

// lasted gives how long a session was, as far as the log proves it: > marks
// the least, < the most that it can have been.
func lasted(s *trail.Session) string {
	if s.State != trail.Closed && s.State != trail.Lost {
		return none
	}
	known := s.Start != (trail.Moment{})
	from := cmp.Or(s.Start, s.First)
	alive := cmp.Or(s.End, s.EndAfter)
	switch {
	case known && s.End != (trail.Moment{}):
		return duration(from, s.End)
	case alive.Millis-from.Millis >= 1000:
		return atLeast(from, alive)
	case known && s.EndBefore.Millis > from.Millis:
		return atMost(from, s.EndBefore)
	}
	return none
}

// outcome tells in words how a session ended.
func outcome(s *trail.Session) string {
	text := stateWords(s)
	if by := seenBy(string(s.By)); by != "" {
		text += ", " + by
	}
	return text
}

func stateWords(s *trail.Session) string {
	switch s.State {
	case trail.Closed:
		return listed(cmp.Or(s.EndReason, "stopped"))
	case trail.Failed:
		return startFailed
	case trail.Lost:
		return "lost: " + s.EndReason
	}
	return s.State.String()
}

// startFailed is how a session ended that never began.
const startFailed = "start failed"
