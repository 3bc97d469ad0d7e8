package reconcile

import (
	"slices"

	"github.com/virtaudit/virtaudit/internal/recent"
	"github.com/virtaudit/virtaudit/internal/trail"
	"github.com/virtaudit/virtaudit/record"
)

// A settled is what is settled of a run, with what was said of it. It can be put back,
// to be judged again. If there is too much, the oldest is finished: then only what was
// said of it is kept.
type settled struct {
	session *session // the session of the log that rows are of
	rows    map[edge]settledRow
	tracks  []settledTrack
	values  []settledValue

	until  *recent.Map[call, int64] // up to when everything with this call is settled
	latest int64                    // the last of these times

	finished finished
	shown    shownAs // how the findings were last given out
}

// A settledTrack is a track, with what it added to the row, what was found of it, and
// its events.
type settledTrack struct {
	track  *track
	edges  []edge
	rows   []settledRow // the log's holdings that it is matched with, by these edges
	others []trail.Holding
	found  []*trail.Finding
	told   []trail.EventID
}

// A settledValue is a value, with the step that it added to the row, and what was found
// of it.
type settledValue struct {
	value
	steps []trail.Step
	found []*trail.Finding
}

// An edge identifies a holding of the log wherever it stands in the row: by the fact
// that began it, or, where there is none, that ended it. The last bit says which.
type edge uint64

func edgeOf(h *trail.Holding) edge {
	if h.Begin != 0 {
		return edge(h.Begin << 1)
	}
	return edge(h.End<<1 | 1)
}

// A settledRow is a holding as it is in the row, and how the log's was when it was
// settled.
type settledRow struct {
	as  state
	row trail.Holding
}

// A state is what of a holding of the log must not change as long as it is settled.
type state struct {
	from, to trail.Moment
	ended    trail.Ended
	marks    record.Marks
}

func stateOf(h *trail.Holding) state { return state{h.From, h.To, h.Ended, h.Marks} }

// A finished is what was said of what is finished.
type finished struct {
	keys   *recent.Map[key, bool] // of tracks
	rows   map[edge]trail.Holding // the log's holdings
	others []trail.Holding        // those that only witnesses showed
	found  []*trail.Finding
	// foundOf are like others, but something was found of them. They are kept apart
	// so that ordinary ones don't push them out.
	foundOf []trail.Holding
	steps   []trail.Step
}

func newSettled() *settled {
	p := &settled{finished: finished{keys: recent.New[key, bool](maxPast), rows: map[edge]trail.Holding{}}}
	p.clear()
	return p
}

// clear forgets everything but what is finished.
func (p *settled) clear() {
	p.tracks, p.values, p.session, p.latest = nil, nil, nil, 0
	p.until, p.rows = recent.New[call, int64](4*maxPast), map[edge]settledRow{}
}

// cover notes up to when the calls of the items that don't stay are settled.
func (p *settled) cover(s *session, items []*item) {
	p.session = s
	for _, it := range items {
		if it.stays {
			continue
		}
		for _, call := range it.as {
			p.until.Put(call, max(p.until.Peek(call), it.to))
		}
		p.latest = max(p.latest, it.to)
	}
}

// unsettled gives the places of the log's holdings that are to be judged, and whether
// the settled ones are as they were.
func (p *settled) unsettled(s *session) (places []int, same bool) {
	if s == nil {
		return nil, len(p.rows) == 0
	}
	places = make([]int, 0, max(len(s.row.Holdings)-len(p.rows), 0))
	found := 0
	same = true
	for i := range s.row.Holdings {
		h := &s.row.Holdings[i]
		if row, ok := p.rows[edgeOf(h)]; ok {
			found++
			same = same && row.as == stateOf(h)
		} else if !p.finished.has(h) {
			places = append(places, i)
		}
	}
	return places, same && found == len(p.rows)
}

// all gives all holdings of the row: first the log's, in their places, judged now or
// settled; then those that only witnesses show.
func (p *settled) all(s *session, judged []int, row, others []trail.Holding) []trail.Holding {
	done := &p.finished
	all := make([]trail.Holding, 0, len(row)+len(p.rows)+len(p.tracks)+len(done.others)+len(done.foundOf)+len(others))
	if s != nil {
		n := 0
		for i := range s.row.Holdings {
			if n < len(judged) && judged[n] == i {
				all = append(all, row[n])
				n++
			} else {
				all = append(all, p.row(edgeOf(&s.row.Holdings[i])))
			}
		}
	}
	all = append(append(all, done.foundOf...), done.others...)
	for i := range p.tracks {
		all = append(all, p.tracks[i].others...)
	}
	return append(all, others...)
}

// row gives a settled holding of the log as it is in the row.
func (p *settled) row(e edge) trail.Holding {
	if row, ok := p.rows[e]; ok {
		return row.row
	}
	return p.finished.rows[e]
}

// has tells whether a holding of the log is finished.
func (f *finished) has(h *trail.Holding) bool {
	if len(f.rows) == 0 {
		return false
	}
	_, ok := f.rows[edgeOf(h)]
	return ok
}

// had tells whether a thing with a key is settled.
func (p *settled) had(k key) bool { return p.until.Peek(call{is, k}) != 0 || p.finished.keys.Peek(k) }

// allSteps gives all settled steps, in their order.
func (p *settled) allSteps() []trail.Step {
	all := slices.Clone(p.finished.steps)
	for i := range p.values {
		all = append(all, p.values[i].steps...)
	}
	return all
}
