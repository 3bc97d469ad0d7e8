package trail

import (
	"cmp"
	"fmt"
	"path"
	"slices"
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

	guests, nodes []string // patterns, in lower case
}

// AddGuest makes the filter let guests through whose name or uuid matches a
// shell's pattern, whatever its case; only those and the ones of other patterns
// that were added.
func (f *Filter) AddGuest(pattern string) error { return addPattern(&f.guests, "guest", pattern) }

// AddNode makes the filter let hosts through that match a shell's pattern; only
// those and the ones of other patterns that were added.
func (f *Filter) AddNode(pattern string) error { return addPattern(&f.nodes, "node", pattern) }

func addPattern(to *[]string, what, pattern string) error {
	if pattern == "" {
		return fmt.Errorf("%s %q: it is empty", what, pattern)
	}
	if _, err := path.Match(pattern, ""); err != nil {
		return fmt.Errorf(`%s %q: as a pattern, it has a [ without its ], or a \ at the end; for the character itself write \[ or \\`, what, pattern)
	}
	*to = append(*to, strings.ToLower(pattern))
	return nil
}

// Empty tells whether the filter lets everything through.
func (f *Filter) Empty() bool {
	return f.Since.IsZero() && f.Until.IsZero() && f.Resource == nil && len(f.guests) == 0 && len(f.nodes) == 0
}

// matches tells whether a text matches one of some patterns. A slash is a
// character like others: no pattern's * must stop at it.
func matches(patterns []string, text string) bool {
	text = strings.ToLower(text)
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		if pattern == text {
			return true
		}
		if strings.Contains(text, "/") {
			pattern, text = strings.ReplaceAll(pattern, "/", "\x00"), strings.ReplaceAll(text, "/", "\x00")
		}
		ok, _ := path.Match(pattern, text)
		return ok
	})
}

// Node tells whether to show what is of a host.
func (f *Filter) Node(name string) bool { return len(f.nodes) == 0 || matches(f.nodes, name) }

func (f *Filter) named(node, uuid, name string) bool {
	switch {
	case !f.Node(node):
		return false
	case len(f.guests) == 0, matches(f.guests, name):
		return true
	}
	return uuid != "" && (matches(f.guests, uuid) || matches(f.guests, strings.ReplaceAll(uuid, "-", "")))
}

func (f *Filter) sessionNamed(s *Session) bool { return f.named(s.Node, s.UUID, s.Name) }

// Within tells whether a stretch of time touches that of the filter. Without a
// beginning it was there before all, without an end it goes on. Where a clock
// was set back it may end at an earlier time than it began: then it touches
// what is between.
func (f *Filter) Within(from, to Moment) bool {
	if to != (Moment{}) && to.Millis < from.Millis {
		from, to = to, from
	}
	if !f.Until.IsZero() && from.Millis > f.Until.UnixMilli() {
		return false
	}
	return f.Since.IsZero() || to == (Moment{}) || to.Millis >= f.Since.UnixMilli()
}

// Session tells whether to show a session: where it touches the time, or may.
func (f *Filter) Session(s *Session) bool {
	if !f.named(s.Node, s.UUID, s.Name) || f.Resource != nil && !s.concerns(*f.Resource) {
		return false
	}
	from := s.First
	if !s.StartKnown() {
		from = Moment{}
	}
	return f.Within(from, s.over())
}

// over is by when a session surely had ended, or zero.
func (s *Session) over() Moment {
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

// Claim tells whether to show a claim: where it touches the time, or may.
func (f *Filter) Claim(c *Claim) bool {
	s := c.Session
	if !f.named(s.Node, s.UUID, s.Name) || f.Resource != nil && !f.Resource.Matches(c.Resource) {
		return false
	}
	return f.Within(cmp.Or(c.From, c.Earliest), cmp.Or(c.To, c.Before))
}

// concerns tells whether a session held or asked for such a resource.
func (s *Session) concerns(r Resource) bool {
	return slices.ContainsFunc(s.Holdings, func(h Holding) bool { return r.Matches(h.resource()) }) ||
		slices.ContainsFunc(s.Attempts, func(a Attempt) bool { return r.matchesAttempt(&a) }) ||
		slices.ContainsFunc(s.Permissions, func(p Permission) bool { return r.matchesRule(&p) }) ||
		slices.ContainsFunc(s.Steps, func(v Step) bool { return r.Kind == v.Kind && r.Matches(v.resource()) })
}

// Event tells whether to show an event.
func (f *Filter) Event(ev *Event) bool {
	uuid, name := ev.Guest()
	if !f.named(ev.Node, uuid, name) || !f.Within(ev.At, ev.At) {
		return false
	}
	return f.Resource == nil || ev.concerns(*f.Resource)
}

func (e *Event) concerns(r Resource) bool {
	switch {
	case e.Op == OpLabel || e.Op == OpSeccomp:
		return false
	case e.Op == OpDenied:
		return r.names(e.ID)
	case e.Kind == "":
		return false
	}
	return r.Matches(Resource{e.Kind, e.ID, e.Sub}) || e.Old != "" && r.Matches(Resource{e.Kind, e.Old, e.Sub})
}

// names tells whether r is of that path, whatever its kind: the kernel denies
// files and doesn't know what a guest has them for.
func (r Resource) names(path string) bool { return r.ID != "" && r.ID == canonicalID(path) }

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
	if to == (Moment{}) && !slices.Contains(Lasting, n.Kind) {
		to = n.At
	}
	if !f.Within(n.At, to) || !f.named(n.Node, n.UUID, n.Name) && !slices.ContainsFunc(n.Others, f.sessionNamed) {
		return false
	}
	switch r := f.Resource; {
	case r == nil:
		return true
	case n.Kind == Denial && n.Resource.Kind == "":
		return r.names(n.Resource.ID)
	default:
		return n.Resource != (Resource{}) && r.Matches(n.Resource)
	}
}
