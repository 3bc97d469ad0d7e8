package trail

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/record"
)

// A Claim is what the trail says of one session and one resource: that it held
// it, or tried to do something with it.
type Claim struct {
	Session  *Session
	Resource Resource
	// Op is the reason of the record that began it, or what was tried; empty of
	// a quantity.
	Op string
	// Attempt tells that it is no holding but an operation that failed: a start
	// or an attach that did not bring it, a detach that did not end it.
	Attempt bool
	// From is zero where the log doesn't say since when. Then it began after
	// Earliest, where that is known, and before To.
	From, Earliest Moment
	// To is zero where it is held still, or where the end is uncertain: then it
	// was after After and before Before.
	To            Moment
	After, Before Moment
	// Ended is empty of what is held still, and of a device rule that ended as
	// the start failed.
	Ended Ended
	// Unproven tells that the outcome is not in the log: the record lost its
	// result, or the start its end.
	Unproven bool
	Marks    record.Marks
	// By is who shows a holding where no record does, and Facts is what shows it.
	// It began after Earliest, where that is known, and before From.
	By    fact.Witness
	Facts []uint64
}

// Who gives what sessions held of the resources that r names, and tried to
// hold, in the order of the records. The sessions must be all that a Collector
// has. Device rules allow and don't hold: they are given where they are asked
// for, as of kind cgroup.
func Who(sessions []*Session, r Resource) []Claim {
	var claims []Claim
	ends := map[guestID]Moment{} // of each guest's session before
	for _, s := range sessions {
		n := len(claims)
		claims = s.claims(claims, r)
		earliest := s.earliest(ends[s.guestID()])
		for i := range claims[n:] {
			if c := &claims[n+i]; c.From == (Moment{}) && earlier(earliest, c.To) {
				c.Earliest = earliest
			}
		}
		ends[s.guestID()] = s.sureEnd()
	}
	slices.SortStableFunc(claims, func(a, b Claim) int {
		return cmp.Or(
			cmp.Compare(a.began().Millis, b.began().Millis),
			cmp.Compare(a.Session.Node, b.Session.Node),
			cmp.Compare(a.began().Serial, b.began().Serial),
		)
	})
	return claims
}

// earliest is before all that a session did: its first record where its start
// is in the log, or the end of the same guest's session before.
func (s *Session) earliest(before Moment) Moment {
	if s.StartKnown() {
		return s.First
	}
	return before
}

// StartKnown tells whether a session's first record is of its start. What others
// hold from their start on is not in the log.
func (s *Session) StartKnown() bool { return s.Start != (Moment{}) || s.State == Starting }

// sureEnd is the last moment at which a session surely was.
func (s *Session) sureEnd() Moment {
	switch {
	case s.End != (Moment{}):
		return s.End
	case s.EndAfter != (Moment{}):
		return s.EndAfter
	}
	return s.Last
}

// began is the first record of a claim.
func (c *Claim) began() Moment {
	if c.From == (Moment{}) {
		return c.To
	}
	return c.From
}

// Proof gives the records that prove a claim. That of a start's resource says
// success even where the start fails, so the start is part of it.
func (c *Claim) Proof() []Moment {
	all := []Moment{c.Earliest, c.From}
	if c.Op == "start" || c.Attempt && c.Session.State == Failed {
		all = append(all, c.Session.Start)
	}
	all = append(all, c.After, c.To, c.Before)
	var proof []Moment
	for _, m := range all {
		if m != (Moment{}) && !slices.Contains(proof, m) {
			proof = append(proof, m)
		}
	}
	return proof
}

func (s *Session) claims(claims []Claim, r Resource) []Claim {
	for i := range s.Holdings {
		h := &s.Holdings[i]
		if res := h.resource(); r.Matches(res) {
			c := s.bounded(Claim{
				Session: s, Resource: res, Op: h.Reason, From: h.From, To: h.To,
				Ended: h.Ended, Unproven: h.Unproven || s.State == Starting, Marks: h.Marks,
			})
			if h.By != "" {
				c.observed(h)
			}
			claims = append(claims, c)
		}
	}
	claims = s.quantities(claims, r)
	claims = s.rules(claims, r)
	for i := range s.Attempts {
		if a := &s.Attempts[i]; r.matchesAttempt(a) {
			claims = append(claims, Claim{
				Session: s, Resource: a.resource(), Op: a.Op, Attempt: true, From: a.At, To: a.At,
				Unproven: a.Marks&record.Cut != 0, Marks: a.Marks,
			})
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
		if earlier(c.After, c.From) && earlier(c.From, c.Before) {
			c.After = c.From
		}
	case c.Ended != "":
		c.After, c.Before = c.From, s.End
	}
	return c
}

// observed adds what is known of a holding that no record shows. Where its end
// is between two moments, that is as uncertain as the end of a session that was
// lost.
func (c *Claim) observed(h *Holding) {
	c.By, c.Earliest = h.By, h.Earliest
	for _, n := range [...]uint64{h.Begin, h.End} {
		if n != 0 {
			c.Facts = append(c.Facts, n)
		}
	}
	if h.To != (Moment{}) && h.Latest != (Moment{}) && h.Latest != h.To {
		c.To, c.After, c.Before = Moment{}, h.Latest, h.To
	}
}

func (h *Holding) resource() Resource { return Resource{h.Kind, h.ID, h.Sub} }

func (a *Attempt) resource() Resource { return Resource{a.Kind, a.ID, a.Sub} }

func (v *Step) resource() Resource {
	return Resource{Kind: v.Kind, ID: strconv.FormatUint(v.Value, 10)}
}

func (p *Permission) resource() Resource {
	return Resource{Kind: "cgroup", ID: p.Path, Sub: p.Class}
}

// matchesAttempt leaves device rules out where they are not asked for, as
// matchesRule does.
func (r Resource) matchesAttempt(a *Attempt) bool {
	return (a.Kind != "cgroup" || r.Kind == "cgroup") && r.Matches(a.resource())
}

func (r Resource) matchesRule(p *Permission) bool {
	return r.Kind == "cgroup" && p.Allow && r.Matches(p.resource())
}

// quantities gives memory, processors and threads, each until the next of its
// kind or the session's end.
func (s *Session) quantities(claims []Claim, r Resource) []Claim {
	last := -1 // in claims
	before := len(claims)
	for i := range s.Steps {
		v := &s.Steps[i]
		if r.Kind != v.Kind {
			continue
		}
		if last >= 0 {
			c := &claims[last]
			c.To, c.Ended, c.After, c.Before = v.From, ByUpdate, Moment{}, Moment{}
		}
		last = len(claims)
		claims = append(claims, s.bounded(Claim{
			Session: s, Resource: v.resource(), From: v.From, To: s.End, Ended: s.ending(),
			Unproven: s.State == Starting, Marks: v.Marks,
		}))
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

// rules gives the device rules that allow something.
func (s *Session) rules(claims []Claim, r Resource) []Claim {
	for i := range s.Permissions {
		p := &s.Permissions[i]
		if !r.matchesRule(p) {
			continue
		}
		c := Claim{Session: s, Resource: p.resource(), Op: OpAllow, From: p.From, To: p.To, Ended: ByCgroup}
		switch {
		case p.To == (Moment{}):
			c.To, c.Ended = s.End, s.ending()
		case s.State == Failed && p.To == s.Start:
			c.Ended = ""
		}
		claims = append(claims, s.bounded(c))
	}
	return claims
}
