package trail

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// What only one guest can have at a time is a conflict where two have it. A
// disk may be shared on purpose, as installation media and read-only bases are,
// and records don't say which are read-only.

// exclusive tells what two guests at once mean for a holding.
func exclusive(h *Holding) (FindingKind, bool) {
	if h.ID == "" {
		return "", false
	}
	switch h.Kind {
	case "disk":
		return Shared, true
	case "net", "tpm", "tpm-external", "tpm-emulator", "evdev", "hostdev":
		return Conflict, true
	case "dev":
		// A redirected device has no address, and one that libvirt chooses by
		// vendor and product has none until it is found.
		return Conflict, h.ID != "USB redirdev" && h.ID != "000.000"
	}
	return "", false
}

// place is what can be held, in one boot of a node: only there can serials be
// compared.
type place struct {
	node string
	boot int
	res  Resource
}

// tenure is a stretch of serials in which a session surely held something.
type tenure struct {
	session  *Session
	from, to Moment
	forever  bool // as far as the log goes
	fact     uint64
}

// conflicts finds what several guests of a node held at once.
func (f *finder) conflicts(sessions []*Session) {
	tenures := map[place][]tenure{}
	kinds := map[place]FindingKind{}
	var order []place
	for _, s := range sessions {
		if s.State == Failed || s.State == Starting {
			continue
		}
		for i := range s.Holdings {
			h := &s.Holdings[i]
			kind, ok := exclusive(h)
			t, sure := tenureOf(s, h)
			if !ok || !sure {
				continue
			}
			p := place{s.Node, s.Boot, Resource{h.Kind, canonicalID(h.ID), h.Sub}}
			if tenures[p] == nil {
				order = append(order, p)
				kinds[p] = kind
			}
			tenures[p] = append(tenures[p], t)
		}
	}
	for _, p := range order {
		if all := tenures[p]; len(all) > 1 {
			f.overlaps(kinds[p], p, all)
		}
	}
}

// tenureOf gives from when to when a holding is proven.
func tenureOf(s *Session, h *Holding) (tenure, bool) {
	t := tenure{session: s, from: h.From, to: h.To, fact: h.Begin}
	if t.from == (Moment{}) || h.Unproven {
		return t, false
	}
	if t.to == (Moment{}) {
		t.to = s.EndAfter
		t.forever = s.State == Running
	}
	return t, t.forever || t.to.Serial > t.from.Serial
}

// point is where a tenure begins or ends.
type point struct {
	at    Moment
	begin bool
	*tenure
}

// overlaps finds the stretches in which several guests held a resource, and
// tells each once.
func (f *finder) overlaps(kind FindingKind, p place, all []tenure) {
	o := overlap{holders: map[string]holder{}}
	for _, pt := range pointsOf(all) {
		if !pt.begin {
			if o.leave(pt.tenure) == 1 && o.finding != nil {
				o.finding.Until = pt.at
				o.tell()
				o = overlap{holders: o.holders}
			}
			continue
		}
		if o.enter(pt.tenure) > 1 && o.finding == nil {
			o.finding = f.add(kind, p.node, pt.session, pt.at)
			o.finding.Resource, o.finding.Proof = p.res, nil
			o.finding.ID, o.finding.SessionID = conflictID(pt.fact), pt.session.ID
			o.joined, o.known = o.present(), make(map[string]bool, len(o.holders))
			for k := range o.holders {
				o.known[k] = true
			}
			continue
		}
		o.join(pt.tenure)
	}
	if o.finding != nil {
		o.tell()
	}
}

// pointsOf gives the beginnings and ends in order, ends first: what is handed
// over in one record is not held by both.
func pointsOf(all []tenure) []point {
	points := make([]point, 0, 2*len(all))
	for i := range all {
		t := &all[i]
		points = append(points, point{t.from, true, t})
		if !t.forever {
			points = append(points, point{t.to, false, t})
		}
	}
	slices.SortStableFunc(points, func(a, b point) int {
		if a.at.Serial == b.at.Serial && a.begin != b.begin {
			if b.begin {
				return -1
			}
			return 1
		}
		return cmp.Compare(a.at.Serial, b.at.Serial)
	})
	return points
}

// holder is a guest that holds the resource now, so many times.
type holder struct {
	first *tenure
	count int
}

// overlap is who holds a resource now, and the finding of it where these are
// several guests.
type overlap struct {
	holders map[string]holder
	finding *Finding
	joined  []*tenure // those that the finding is about, a guest once
	known   map[string]bool
}

func holderKey(s *Session) string {
	if s.UUID != "" {
		return s.UUID
	}
	return "name " + s.Name
}

// enter and leave give how many guests hold the resource then.
func (o *overlap) enter(t *tenure) int {
	k := holderKey(t.session)
	h := o.holders[k]
	if h.count++; h.count == 1 {
		h.first = t
	}
	o.holders[k] = h
	return len(o.holders)
}

func (o *overlap) leave(t *tenure) int {
	k := holderKey(t.session)
	if h := o.holders[k]; h.count > 1 {
		h.count--
		o.holders[k] = h
	} else {
		delete(o.holders, k)
	}
	return len(o.holders)
}

// present gives the holders in order.
func (o *overlap) present() []*tenure {
	all := make([]*tenure, 0, len(o.holders))
	for _, h := range o.holders {
		all = append(all, h.first)
	}
	slices.SortFunc(all, func(a, b *tenure) int { return compareTenures(*a, *b) })
	return all
}

// join adds a guest that came while the overlap lasted.
func (o *overlap) join(t *tenure) {
	if k := holderKey(t.session); o.finding != nil && !o.known[k] {
		o.known[k] = true
		o.joined = append(o.joined, t)
	}
}

// maxNamed is how many guests a finding names.
const maxNamed = 5

// tell writes the finding of an overlap that is over.
func (o *overlap) tell() {
	n := o.finding
	var names []string
	open := ""
	for i, t := range o.joined {
		if t.session != n.Session {
			n.Others = append(n.Others, t.session)
			if t.session.ID != 0 {
				n.OtherIDs = append(n.OtherIDs, t.session.ID)
			}
		}
		if i < maxNamed {
			names = append(names, guestName(t.session))
			n.Proof = append(n.Proof, t.from)
		}
		if open == "" && t.forever {
			open = guestName(t.session)
		}
	}
	n.Count = len(o.joined)
	text := fmt.Sprintf("%s was held by several guests at once: %s", n.Resource, strings.Join(names, ", "))
	if more := len(o.joined) - len(names); more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	if n.Kind == Conflict && open != "" {
		text += "; no end of " + open + " is in the log"
	}
	n.Text = text
}

func guestName(s *Session) string { return quoted(cmp.Or(s.Name, s.UUID)) }
