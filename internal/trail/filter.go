package trail

import (
	"fmt"
	"path"
	"strings"
	"time"
)

// A Filter tells what to show of a trail. It never changes what is known: a
// session begins where it began, however late Since is. An empty field lets
// everything through.
type Filter struct {
	// Since and Until are inclusive, to the millisecond.
	Since, Until time.Time
	Resource     *Resource

	guest, node string // patterns
}

// SetGuest makes the filter let only guests through whose name or uuid matches
// a shell's pattern, whatever its case.
func (f *Filter) SetGuest(pattern string) error {
	f.guest = strings.ToLower(pattern)
	return checkPattern("guest", pattern)
}

// SetNode makes the filter let only hosts through that match a shell's pattern.
func (f *Filter) SetNode(pattern string) error {
	f.node = strings.ToLower(pattern)
	return checkPattern("node", pattern)
}

func checkPattern(what, pattern string) error {
	if _, err := path.Match(pattern, ""); err != nil {
		return fmt.Errorf("%s %q: a [ without its ], or a \\ at the end", what, pattern)
	}
	return nil
}

// Empty tells whether the filter lets everything through.
func (f *Filter) Empty() bool { return *f == Filter{} }

// matches tells whether a text matches a pattern. Names hold no slash.
func matches(pattern, text string) bool {
	text = strings.ToLower(text)
	ok, _ := path.Match(pattern, text)
	return ok || pattern == text
}

func (f *Filter) named(node, uuid, name string) bool {
	if f.node != "" && !matches(f.node, node) {
		return false
	}
	return f.guest == "" || matches(f.guest, name) || uuid != "" && (matches(f.guest, uuid) || f.guest == strings.ReplaceAll(uuid, "-", ""))
}

// within tells whether a stretch of time touches that of the filter. Without
// an end it goes on.
func (f *Filter) within(from, to Moment) bool {
	if !f.Until.IsZero() && from.Millis > f.Until.UnixMilli() {
		return false
	}
	return f.Since.IsZero() || to == (Moment{}) || to.Millis >= f.Since.UnixMilli()
}

// Session tells whether to show a session: where it touches the time.
func (f *Filter) Session(s *Session) bool {
	if !f.named(s.Node, s.UUID, s.Name) || f.Resource != nil && !s.concerns(*f.Resource) {
		return false
	}
	return f.within(s.First, s.lastKnown())
}

// lastKnown is when a session had surely ended, or zero.
func (s *Session) lastKnown() Moment {
	switch {
	case s.End != (Moment{}):
		return s.End
	case s.EndBefore != (Moment{}):
		return s.EndBefore
	case s.State == Failed:
		return s.Start
	}
	return Moment{}
}

// concerns tells whether a session held or asked for such a resource.
func (s *Session) concerns(r Resource) bool {
	for i := range s.Holdings {
		h := &s.Holdings[i]
		if r.Matches(Resource{h.Kind, h.ID, h.Sub}) {
			return true
		}
	}
	for i := range s.Attempts {
		a := &s.Attempts[i]
		if r.Matches(Resource{a.Kind, a.ID, a.Sub}) {
			return true
		}
	}
	for i := range s.Permissions {
		if r.matchesRule(&s.Permissions[i]) {
			return true
		}
	}
	for i := range s.Steps {
		if r.Matches(s.Steps[i].resource()) {
			return true
		}
	}
	return false
}

// Event tells whether to show an event.
func (f *Filter) Event(ev *Event) bool {
	uuid, name := ev.Guest()
	if !f.named(ev.Node, uuid, name) || !f.within(ev.At, ev.At) {
		return false
	}
	return f.Resource == nil || ev.concerns(*f.Resource)
}

func (e *Event) concerns(r Resource) bool {
	switch {
	case e.Op == OpLabel || e.Op == OpSeccomp:
		return false
	case e.Op == OpDenied:
		return r.ID != "" && r.ID == e.ID
	case e.Kind == "":
		return false
	}
	return r.Matches(Resource{e.Kind, e.ID, e.Sub}) || e.Old != "" && r.Matches(Resource{e.Kind, e.Old, e.Sub})
}

// Guest gives the uuid and the name of the guest that an event is of; both are
// empty for an event of the host.
func (e *Event) Guest() (uuid, name string) {
	uuid, name = e.UUID, e.Name
	if s := e.Session(); s != nil {
		if uuid == "" {
			uuid = s.UUID
		}
		if name == "" {
			name = s.Name
		}
	}
	return uuid, name
}

// Finding tells whether to show a finding: where it touches the time.
func (f *Filter) Finding(n *Finding) bool {
	to := n.Until
	if to == (Moment{}) && n.Kind != Conflict && n.Kind != Shared && n.Kind != AuditdOff {
		to = n.At
	}
	if !f.named(n.Node, n.UUID, n.Name) || !f.within(n.At, to) {
		return false
	}
	return f.Resource == nil || n.Resource != (Resource{}) && f.Resource.Matches(n.Resource)
}
