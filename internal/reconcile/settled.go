package reconcile

import (
	"cmp"
	"slices"

	"github.com/virtaudit/virtaudit/internal/trail"
)

// A settled is what is settled of a run: judged for the last time, so that it costs
// nothing more. Its tracks and quantities are gone; what they added to the row and
// to the findings is kept, and of the rest what later things are held against.
type settled struct {
	// session is the one of the log that places are of: its holdings that are
	// settled, by their places.
	session *session
	row     *trail.Session // in which they are there
	places  []settledHolding
	// open are the places before next that aren't settled; all from next on aren't.
	open []int
	next int

	others []trail.Holding // that only witnesses show, the last ones
	steps  []trail.Step
	found  []*trail.Finding // the last ones
	shown  shownAs          // how they were given out

	keys   *cache[key, bool]        // of the tracks
	named  *cache[string, int64]    // up to when something was called so
	opened *cache[string, openings] // when a process had something open that is called so
}

// A settledHolding is one of the log: its place there, the fact that began or
// ended it, and what it is in the row.
type settledHolding struct {
	at  int
	by  uint64
	row trail.Holding
}

// shownAs is what all findings of a run have in common.
type shownAs struct {
	session    uint64
	uuid, name string
}

// to says so of a finding.
func (as shownAs) to(f *trail.Finding) { f.SessionID, f.UUID, f.Name = as.session, as.uuid, as.name }

// shownAs gives the findings that are settled, where they were given out
// otherwise.
func (p *settled) shownAs(as shownAs) []*trail.Finding {
	if p.shown == as {
		return nil
	}
	p.shown = as
	for i, f := range p.found {
		again := *f
		as.to(&again)
		p.found[i] = &again
	}
	return p.found
}

func newSettled() *settled {
	return &settled{
		keys: newCache[key, bool](maxPast), named: newCache[string, int64](maxPast),
		opened: newCache[string, openings](maxPast),
	}
}

// provenBy is the fact by which a holding of the log is known again.
func provenBy(h *trail.Holding) uint64 {
	if h.Begin != 0 {
		return h.Begin
	}
	return h.End
}

// of tells whether places are of a session.
func (p *settled) of(s *session) bool { return s != nil && p.session == s }

// unsettled gives the places of the log's holdings that are to be judged.
func (p *settled) unsettled(s *session) []int {
	n := len(s.row.Holdings)
	if !p.of(s) {
		return places(nil, 0, n)
	}
	if p.row != s.row {
		p.find(s.row)
	}
	return places(slices.Clone(p.open), p.next, n)
}

// places appends all places from one to another.
func places(all []int, from, to int) []int {
	all = slices.Grow(all, max(to-from, 0))
	for i := from; i < to; i++ {
		all = append(all, i)
	}
	return all
}

// find finds the settled holdings in a new row of their session. They are in
// another order there where a second start came out of order, and the row is
// shorter than before where a start under way gave back what it had first.
func (p *settled) find(row *trail.Session) {
	p.row = row
	moved := func(h settledHolding) bool {
		return h.at >= len(row.Holdings) || provenBy(&row.Holdings[h.at]) != h.by
	}
	if len(row.Holdings) >= p.next && !slices.ContainsFunc(p.places, moved) {
		return
	}
	settled := make(map[uint64]settledHolding, len(p.places))
	for _, h := range p.places {
		settled[h.by] = h
	}
	p.places, p.open, p.next = nil, nil, len(row.Holdings)
	for i := range row.Holdings {
		by := provenBy(&row.Holdings[i])
		h, ok := settled[by]
		if !ok {
			p.open = append(p.open, i)
			continue
		}
		h.at = i
		p.places = append(p.places, h)
		delete(settled, by)
	}
}

// settle takes that holdings of the log are, of those that were judged.
func (p *settled) settle(s *session, judged []int, done []settledHolding) {
	if !p.of(s) {
		p.session, p.places = s, nil
	}
	p.row, p.places = s.row, append(p.places, done...)
	slices.SortFunc(p.places, func(a, b settledHolding) int { return cmp.Compare(a.at, b.at) })
	p.open, p.next = p.open[:0], len(s.row.Holdings)
	for _, i := range judged {
		if !slices.ContainsFunc(done, func(h settledHolding) bool { return h.at == i }) {
			p.open = append(p.open, i)
		}
	}
}

// all gives the row's holdings: the log's in their places, and behind them those
// that only witnesses show.
func (p *settled) all(s *session, judged []int, row []trail.Holding) []trail.Holding {
	all := make([]trail.Holding, len(judged), len(p.places)+len(p.others)+len(row))
	if p.of(s) {
		all = all[:len(s.row.Holdings)]
		for i := range p.places {
			all[p.places[i].at] = p.places[i].row
		}
	}
	for n, i := range judged {
		all[i] = row[n]
	}
	return append(append(all, p.others...), row[len(judged):]...)
}

// bound drops what is too much, the first of it.
func (p *settled) bound() {
	p.others = last(p.others, maxPast)
	p.found = last(p.found, maxPast)
	p.steps = last(p.steps, maxValues)
}

// last gives the last n of a list, or somewhat fewer.
func last[T any](all []T, n int) []T {
	if len(all) <= n {
		return all
	}
	return slices.Delete(all, 0, len(all)-n*3/4)
}
