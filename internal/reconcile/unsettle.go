package reconcile

import (
	"cmp"
	"slices"

	"github.com/virtaudit/virtaudit/internal/trail"
)

// resettle puts back what is settled of a run if it may be judged differently now, and
// gives the places of the log's holdings that are to be judged.
func (d *Deriver) resettle(r *run) []int {
	places, same := r.settled.unsettled(r.session)
	if same && !d.touched(r, places) {
		return places
	}
	r.unsettle()
	places, _ = r.settled.unsettled(r.session)
	return places
}

// touched tells whether something touches what is settled of a run, or the clock was set
// back to before that.
func (d *Deriver) touched(r *run, places []int) bool {
	p := r.settled
	if len(p.tracks)+len(p.rows)+len(p.values) == 0 {
		return false
	}
	if p.session != r.session || r.guest.node.mark < p.latest || r.ended && r.gone.by < p.latest {
		return true
	}
	for _, tracks := range [][]*track{r.past, r.open} {
		for _, t := range tracks {
			if touches(t.begin.after, p.latest, d.window) && d.touches(p, extentOf(t)) {
				return true
			}
		}
	}
	for _, i := range places {
		h := &r.session.row.Holdings[i]
		if touches(sinceOf(h), p.latest, d.window) && d.touches(p, extentOfHolding(h, nil)) {
			return true
		}
	}
	return false
}

// touches tells whether something touches what is settled.
func (d *Deriver) touches(p *settled, e extent) bool {
	return slices.ContainsFunc(e.against, func(c call) bool {
		until := p.until.Peek(c)
		return until != 0 && touches(e.from, until, d.window)
	})
}

// unsettle puts back what is settled of a run, to be judged anew.
func (r *run) unsettle() {
	p := r.settled
	past := make([]*track, 0, len(p.tracks)+len(r.past))
	for i := range p.tracks {
		s := &p.tracks[i]
		past = append(past, s.track)
		r.foundAgain(s.found)
		for _, id := range s.told {
			r.telling[id] = true
		}
	}
	r.past = append(past, r.past...)
	slices.SortFunc(r.past, func(a, b *track) int { return cmp.Compare(a.rank, b.rank) })
	values := make([]value, 0, len(p.values)+len(r.values))
	for i := range p.values {
		values = append(values, p.values[i].value)
		r.foundAgain(p.values[i].found)
	}
	r.values = append(values, r.values...)
	p.clear()
}

func (r *run) foundAgain(found []*trail.Finding) {
	for _, f := range found {
		r.found[f.ID] = f
	}
}

// finish finishes the first settled tracks and values, that many of each.
func (p *settled) finish(tracks, values int) {
	done := &p.finished
	for _, s := range p.tracks[:tracks] {
		for i, e := range s.edges {
			if row := s.rows[i]; row.row.Ended != "" {
				done.rows[e] = row.row
				delete(p.rows, e)
			}
		}
		s.track.old = nil // else everything that ever was in its place would be kept
		done.keys.Put(s.track.key, true)
		if len(s.found) > 0 {
			done.foundOf = append(done.foundOf, s.others...)
		} else {
			done.others = append(done.others, s.others...)
		}
		done.found = append(done.found, s.found...)
	}
	p.tracks = slices.Clone(p.tracks[tracks:])
	for _, s := range p.values[:values] {
		done.steps = append(done.steps, s.steps...)
		done.found = append(done.found, s.found...)
	}
	p.values = slices.Clone(p.values[values:])
	done.others, done.foundOf = last(done.others, maxPast), last(done.foundOf, maxPast)
	done.found = last(done.found, maxPast)
	done.steps = last(done.steps, maxValues)
}

// A shownAs is what all findings of a run have in common.
type shownAs struct {
	session    uint64
	uuid, name string
}

// to sets it in a finding.
func (as shownAs) to(f *trail.Finding) { f.SessionID, f.UUID, f.Name = as.session, as.uuid, as.name }

// shownAs gives all settled findings, to be given out again, if that has changed since
// they were.
func (p *settled) shownAs(as shownAs) []*trail.Finding {
	if p.shown == as {
		return nil
	}
	p.shown = as
	var all []*trail.Finding
	again := func(found []*trail.Finding) {
		for i, f := range found {
			f := *f
			as.to(&f)
			found[i] = &f
			all = append(all, &f)
		}
	}
	again(p.finished.found)
	for i := range p.tracks {
		again(p.tracks[i].found)
	}
	for i := range p.values {
		again(p.values[i].found)
	}
	return all
}

// last gives the last n of a list; if it was longer, only three quarters of n, so that
// not every new one makes another go.
func last[T any](all []T, n int) []T {
	if len(all) <= n {
		return all
	}
	return slices.Delete(all, 0, len(all)-n*3/4)
}
