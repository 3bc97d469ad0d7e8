package trail

import (
	"cmp"
	"slices"
)

// What held something once is forgotten when nothing can change what is told of
// it: when no session goes on that held it then. Such a one may yet turn out to
// have ended long ago, or may be named as one that has no end in the log.

// maxTenures is how many tenures are kept of a place by a trim. With more, what was told is
// told for good, and the rest of an overlap that goes on is told as another. Up to
// fewTenures are looked through at each trim.
const maxTenures, fewTenures = 1024, 16

// settle moves on what is told for good up to a serial, and drops what ended before.
func (p *livePlace) settle(out *changes, upTo uint64) {
	full := len(p.tenures) > maxTenures
	p.tenures = slices.DeleteFunc(p.tenures, func(t liveTenure) bool { return t.of.over && t.none })
	at := p.settled(full, upTo)
	p.since = max(p.since, at.Serial)
	p.tenures = slices.DeleteFunc(p.tenures, func(t liveTenure) bool { return t.of.over && t.to.Serial <= p.since })
	begins := make(map[string]bool, len(p.tenures))
	for i := range p.tenures {
		begins[conflictID(p.tenures[i].fact)] = true
	}
	p.good = nil
	for id, n := range p.found {
		if n.At.Serial > p.since {
			continue
		}
		if full && n.Until == (Moment{}) {
			n = n.until(at)
			out.finding(n)
		}
		p.keep(id, n, begins[id])
	}
}

// until gives a finding that lasted up to a moment.
func (n *Finding) until(at Moment) *Finding {
	c := *n
	c.Until = at
	return &c
}

// keep has a finding be told for good. Where the tenure that it began with is kept,
// it may be found again as another, and is told as it was when it isn't any more.
func (p *livePlace) keep(id string, n *Finding, again bool) {
	if !again {
		delete(p.found, id)
		return
	}
	if p.good == nil {
		p.good = map[string]*Finding{}
	}
	p.good[id], p.found[id] = n, n
}

// step is a beginning or an end of a tenure.
type step struct {
	at  Moment
	end bool
	*liveTenure
}

// settled gives the last serial up to that one that is in no overlap and before all
// tenures that go on; or, at any rate, the last one at which somebody left.
func (p *livePlace) settled(anyRate bool, upTo uint64) Moment {
	var since Moment
	o := overlap{holders: map[string]holder{}}
	steps, limit := p.steps()
	limit = min(limit, upTo)
	for i, st := range steps {
		if st.end {
			o.leave(&st.tenure)
		} else {
			o.enter(&st.tenure)
		}
		switch {
		case anyRate && st.end:
			since = st.at
		case st.at.Serial > limit && !anyRate:
			return since
		case o.quiet(st.at.Serial) && (i+1 == len(steps) || steps[i+1].at.Serial > st.at.Serial):
			since = st.at
		}
	}
	return since
}

// quiet tells whether at most one guest has what it has, and still by its first
// holding of it.
func (o *overlap) quiet(serial uint64) bool {
	for _, h := range o.holders {
		if !h.first.forever && h.first.to.Serial <= serial {
			return false
		}
	}
	return len(o.holders) <= 1
}

// steps gives the beginnings and ends in order, and the serial before that of
// the first tenure that goes on.
func (p *livePlace) steps() ([]step, uint64) {
	var steps []step
	limit := ^uint64(0)
	for i := range p.tenures {
		t := &p.tenures[i]
		if t.none || t.open {
			limit = min(limit, t.from.Serial-min(1, t.from.Serial))
		}
		if t.none || !t.forever && t.to.Serial <= p.since {
			continue
		}
		steps = append(steps, step{t.from, false, t})
		if !t.forever {
			steps = append(steps, step{t.to, true, t})
		}
	}
	slices.SortFunc(steps, func(a, b step) int {
		return cmp.Or(cmp.Compare(a.at.Serial, b.at.Serial), cmp.Compare(ends(b), ends(a)), cmp.Compare(a.fact, b.fact))
	})
	return steps, limit
}

// ends gives 1 for an end: what is handed over in one record is not held by
// both.
func ends(s step) int {
	if s.end {
		return 1
	}
	return 0
}
