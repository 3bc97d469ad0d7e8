package trail

import (
	"cmp"
	"slices"
	"strconv"
	"time"
)

// A Claim is what the trail says of one session and one resource: that it held
// it, or tried to.
type Claim struct {
	Session  *Session
	Resource Resource
	// Op is the reason of the record that began it, or of the one that failed.
	Op string
	// Failed tells that it was never held: the operation, or the start, failed.
	Failed bool
	// From is zero where the log doesn't say since when.
	From Moment
	// To is zero where it is held still, or where the end is uncertain: then it
	// was after After and before Before.
	To            Moment
	After, Before Moment
	Ended         Ended
	// Unproven tells that the record that began it lost its result.
	Unproven bool
	Held     *Holding // nil of an attempt, a quantity or a device rule
}

// Who gives what sessions held of the resources that r names, and tried to
// hold, in the order of the records. Device rules allow and don't hold: they
// are given where they are asked for, as of kind cgroup.
func Who(sessions []*Session, r Resource) []Claim {
	var claims []Claim
	for _, s := range sessions {
		claims = s.claims(claims, r)
	}
	slices.SortStableFunc(claims, func(a, b Claim) int {
		return cmp.Or(cmp.Compare(a.began().Millis, b.began().Millis), cmp.Compare(a.Session.Node, b.Session.Node), cmp.Compare(a.began().Serial, b.began().Serial))
	})
	return claims
}

// began is the first record of a claim.
func (c *Claim) began() Moment {
	if c.From == (Moment{}) {
		return c.To
	}
	return c.From
}

func (s *Session) claims(claims []Claim, r Resource) []Claim {
	for i := range s.Holdings {
		h := &s.Holdings[i]
		if res := (Resource{h.Kind, h.ID, h.Sub}); r.Matches(res) {
			c := Claim{
				Session: s, Resource: res, Op: h.Reason, From: h.From, To: h.To,
				Ended: h.Ended, Unproven: h.Unproven || s.State == Starting, Held: h,
			}
			claims = append(claims, s.bounded(c))
		}
	}
	claims = s.quantities(claims, r)
	claims = s.rules(claims, r)
	for i := range s.Attempts {
		a := &s.Attempts[i]
		if res := (Resource{a.Kind, a.ID, a.Sub}); r.Matches(res) && (a.Kind != "cgroup" || r.Kind == "cgroup") {
			claims = append(claims, Claim{Session: s, Resource: res, Op: a.Op, Failed: true, From: a.At, To: a.At})
		}
	}
	return claims
}

// bounded gives a claim that ended with its session at an uncertain moment the
// bounds of that. (Where times contradict the serials, a stop gives no moment.)
func (s *Session) bounded(c Claim) Claim {
	switch {
	case c.To != (Moment{}):
	case s.EndBefore != (Moment{}):
		c.After, c.Before = s.EndAfter, s.EndBefore
	case c.Ended != "":
		c.After, c.Before = c.From, s.End
	}
	return c
}

func (v *Step) resource() Resource {
	return Resource{Kind: v.Kind, ID: strconv.FormatUint(v.Value, 10)}
}

// quantities gives memory, processors and threads, each until the next of its
// kind or the session's end.
func (s *Session) quantities(claims []Claim, r Resource) []Claim {
	last := map[string]int{} // of each kind, in claims
	before := len(claims)
	for i := range s.Steps {
		v := &s.Steps[i]
		if r.Kind != v.Kind {
			continue
		}
		if n, ok := last[v.Kind]; ok {
			claims[n].To, claims[n].Ended = v.From, ByUpdate
			claims[n].After, claims[n].Before = Moment{}, Moment{}
		}
		c := Claim{Session: s, Resource: v.resource(), From: v.From, To: s.End, Unproven: s.State == Starting}
		c.Ended = s.ending()
		last[v.Kind] = len(claims)
		claims = append(claims, s.bounded(c))
	}
	of := slices.DeleteFunc(claims[before:], func(c Claim) bool { return !r.Matches(c.Resource) })
	return claims[:before+len(of)]
}

// ending is how what a session had until its end ended.
func (s *Session) ending() Ended {
	switch s.State {
	case Closed:
		return ByStop
	case Lost:
		return ByLoss
	}
	return ""
}

func (r Resource) matchesRule(p *Permission) bool {
	return r.Kind == "cgroup" && p.Allow && r.Matches(p.resource())
}

func (p *Permission) resource() Resource {
	return Resource{Kind: "cgroup", ID: p.Path, Sub: p.Class}
}

// rules gives the device rules that allow something.
func (s *Session) rules(claims []Claim, r Resource) []Claim {
	for i := range s.Permissions {
		p := &s.Permissions[i]
		if !r.matchesRule(p) {
			continue
		}
		c := Claim{Session: s, Resource: p.resource(), Op: OpAllow, From: p.From, To: p.To, Ended: ByCgroup}
		if p.To == (Moment{}) {
			c.To, c.Ended = s.End, s.ending()
		}
		claims = append(claims, s.bounded(c))
	}
	return claims
}

// Certainty tells whether something was so at a moment.
type Certainty uint8

// The certainties. Unsure is where the log proves neither.
const (
	No Certainty = iota
	Unsure
	Yes
)

func (c Certainty) String() string { return [...]string{"no", "uncertain", "yes"}[c] }

// At tells whether a claim held at some moment from first to last, as far as a
// log tells: end is the last record of the session's node.
func (c *Claim) At(first, last time.Time, end Moment) Certainty {
	from, to := first.UnixMilli(), last.UnixMilli()
	ended := func(m Moment) bool { return m.Millis <= from && c.From.Millis < from }
	switch {
	case c.Failed, c.From.Millis > to, c.To != (Moment{}) && ended(c.To), c.Before != (Moment{}) && ended(c.Before):
		return No
	case c.From == (Moment{}), c.Unproven,
		c.Before != (Moment{}) && c.After.Millis < from,
		c.To == (Moment{}) && c.Before == (Moment{}) && end.Millis < from:
		return Unsure
	}
	return Yes
}

// LastSeen gives the last record of each node.
func (t *Trail) LastSeen() map[string]Moment {
	last := map[string]Moment{}
	for _, n := range t.nodes {
		last[n.name] = n.last
	}
	return last
}
