package trail

import (
	"cmp"
	"maps"
	"slices"
)

// livePlace is what can be held, and who holds it: those that run, and those
// that others may have held it with which go on.
type livePlace struct {
	place
	kind FindingKind
	// since is the serial up to which all is told for good.
	since   uint64
	tenures []liveTenure        // by their beginnings
	next    int                 // with how many of them since is looked for again
	found   map[string]*Finding // of overlaps since then
	good    map[string]*Finding // told for good, that began with tenures which are kept
	dirty   bool
	moved   bool // somebody came or went since the last trim
	unrest  bool // or since the one before
}

// liveTenure is a tenure that may not be over as it seems to be.
type liveTenure struct {
	tenure
	of *liveSession
	// none tells that it is none as far as is known: whether the guest started is
	// not, or its session may have ended before it began. open tells that nothing
	// but its session's end ends it.
	none, open bool
}

func (t liveTenure) goesOn() bool { return !t.of.over }

// placed is a holding at its place.
type placed struct {
	at   *livePlace
	held Resource
	liveTenure
}

// occupy notes what a session that is given holds.
func (l *Live) occupy(ls *liveSession) {
	was := ls.tenures
	s := ls.given.header()
	now := make([]placed, 0, len(was)+1)
	for i := range ls.given.Holdings {
		h := &ls.given.Holdings[i]
		kind, ok := exclusive(h)
		if !ok || s.State == Failed || s.State == Starting && ls.over {
			continue
		}
		t, sure := tenureOf(s, h)
		open := !ls.over && (h.To == (Moment{}) || h.Ended == ByLoss) && h.From != (Moment{}) && !h.Unproven
		if !sure && !open {
			continue
		}
		none := !sure || s.State == Starting
		now = append(now, placed{held: h.resource(), liveTenure: liveTenure{t, ls, none, open}})
		last := &now[len(now)-1]
		if i := len(now) - 1; i < len(was) && was[i].held == last.held {
			last.at = was[i].at
		} else {
			last.at = l.placeOf(kind, s, h)
		}
	}
	if !slices.EqualFunc(was, now, placed.same) || ls.over {
		l.trims.note(ls, was, now)
		l.move(ls, was, now)
	}
}

// header gives a session without what it holds.
func (s *Session) header() *Session {
	return &Session{
		Node: s.Node, UUID: s.UUID, Name: s.Name, Virt: s.Virt, State: s.State, Start: s.Start,
		End: s.End, EndAfter: s.EndAfter, EndBefore: s.EndBefore, First: s.First, Last: s.Last, Boot: s.Boot, ID: s.ID,
	}
}

// same tells whether a holding at the same place means the same.
func (p placed) same(o placed) bool {
	a, b := p.liveTenure, o.liveTenure
	named := a.session.Name == b.session.Name
	a.session, b.session = nil, nil
	return named && p.at == o.at && a == b
}

func (l *Live) placeOf(kind FindingKind, s *Session, h *Holding) *livePlace {
	k := place{s.Node, s.Boot, Resource{h.Kind, canonicalID(h.ID), h.Sub}}
	p := l.places[k]
	if p == nil {
		p = &livePlace{place: k, kind: kind}
		l.places[k] = p
	}
	return p
}

// move takes a session from where it was to where it is.
func (l *Live) move(ls *liveSession, was, now []placed) {
	for _, p := range was {
		l.touch(p.at)
		p.at.tenures = slices.DeleteFunc(p.at.tenures, func(t liveTenure) bool { return t.of == ls })
	}
	for _, p := range now {
		l.touch(p.at)
		p.at.insert(p.liveTenure)
	}
	ls.tenures = now
}

// insert puts a tenure in its place, mostly the last.
func (p *livePlace) insert(t liveTenure) {
	i := len(p.tenures)
	for i > 0 && compareTenures(t.tenure, p.tenures[i-1].tenure) < 0 {
		i--
	}
	p.tenures = slices.Insert(p.tenures, i, t)
}

func compareTenures(a, b tenure) int {
	return cmp.Or(
		cmp.Compare(a.from.Serial, b.from.Serial), compareBegins(a.session, b.session), cmp.Compare(a.fact, b.fact),
	)
}

func (l *Live) touch(p *livePlace) {
	l.trims.places[p] = true
	if !p.dirty {
		p.dirty = true
		l.dirty = append(l.dirty, p)
	}
}

// overlaps finds anew what is not told for good of a place.
func (l *Live) overlaps(p *livePlace) {
	p.dirty = false
	all := p.present()
	if len(all) > 1 {
		l.finder.overlaps(p.kind, p.place, all)
	}
	found := l.finder.take()
	now := make(map[string]*Finding, len(found)+len(p.good))
	maps.Copy(now, p.good)
	for _, n := range found {
		now[n.ID] = n
	}
	for id, n := range p.good {
		if now[id] == n {
			found = append(found, n)
		}
	}
	l.out.replace(p.found, now, found)
	if p.found = now; len(now) == 0 {
		p.found = nil
	}
}

// present gives the tenures that count since what is told for good.
func (p *livePlace) present() []tenure {
	all := make([]tenure, 0, len(p.tenures))
	for i := range p.tenures {
		if t := &p.tenures[i]; !t.none && (t.forever || t.to.Serial > p.since) {
			all = append(all, t.tenure)
		}
	}
	return all
}
