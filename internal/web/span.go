package web

import (
	"cmp"
	"context"
	"slices"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/store"
	"github.com/virtaudit/virtaudit/internal/trail"
)

// A span is what a bar shows: a stretch of time, of one thing or of several that
// are too near to each other to be told apart.
type span struct {
	From         int64        `json:"from"`
	To           *int64       `json:"to"`
	N            int          `json:"n"`
	BeginUnknown bool         `json:"begin_unknown,omitempty"`
	EndAfter     int64        `json:"end_after,omitempty"`
	By           fact.Witness `json:"by,omitempty"`
}

// spanBetween makes the span of one thing. Where a clock was set back it may end
// before it began; then it has no length.
func spanBetween(from, to, after trail.Moment) span {
	s := span{From: from.Millis, N: 1, EndAfter: after.Millis}
	if to != (trail.Moment{}) {
		end := max(to.Millis, from.Millis)
		s.To = &end
	}
	return s
}

func sessionSpan(of *trail.Session) span {
	to := cmp.Or(of.End, of.EndBefore)
	if of.State == trail.Failed {
		to = of.Last
	}
	s := spanBetween(of.First, to, of.EndAfter)
	s.BeginUnknown, s.By = !of.StartKnown(), of.By
	return s
}

// holdingSpan goes by the session where the log doesn't tell from or until when.
func holdingSpan(h *store.Held) span {
	of := h.Session
	from, to, after := h.From, h.To, h.Latest
	if from == (trail.Moment{}) {
		from = of.First
	}
	if to == (trail.Moment{}) {
		to, after = cmp.Or(of.End, of.EndBefore), of.EndAfter
	}
	s := spanBetween(from, to, after)
	s.BeginUnknown, s.By = h.From == (trail.Moment{}), h.By
	return s
}

// joins adds a span to the one before it if both, and what is between them, are
// within one point, and tells whether it did.
func (s *span) joins(next *span, resolution int64) bool {
	if s.To == nil || next.From-*s.To >= resolution || !s.short(resolution) || !next.short(resolution) {
		return false
	}
	s.N += next.N
	s.EndAfter = 0
	s.BeginUnknown = s.BeginUnknown && next.BeginUnknown
	if s.By != next.By {
		s.By = ""
	}
	end := max(*s.To, *next.To)
	s.To = &end
	return true
}

// short tells whether each of what a span stands for is shorter than a point.
func (s *span) short(resolution int64) bool {
	return s.To != nil && (s.N > 1 || *s.To-s.From < resolution)
}

func severityRank(name string) int { return slices.Index(trail.Severities, name) }

// groups gives what a guest held, by kind and resource.
func (s *Server) groups(ctx context.Context, l *lane, v *view) ([]groupJSON, error) {
	g := grouper{resolution: v.resolution, kinds: map[string]int{}, rows: map[trail.Resource]*rowPlace{}, groups: []groupJSON{}}
	q := store.HoldingQuery{Guest: l.query()}
	q.From, q.To = v.bounds()
	err := eachPage(store.Page{Limit: store.MaxLimit}, func(p store.Page) (string, bool, error) {
		q.Page = p
		found, next, err := s.config.Store.Holdings(ctx, q)
		before := g.bars
		for i := range found {
			g.add(&found[i])
		}
		return next, false, cmp.Or(err, v.draw(g.bars-before))
	})
	slices.SortStableFunc(g.groups, func(a, b groupJSON) int { return cmp.Compare(a.Kind, b.Kind) })
	return g.groups, err
}

// A grouper puts holdings into rows. Rows beyond maxRows of a kind are counted.
type grouper struct {
	resolution int64
	groups     []groupJSON
	kinds      map[string]int
	rows       map[trail.Resource]*rowPlace
	bars       int
}

// rowPlace is where a row is, -1 of one that is left out.
type rowPlace struct{ group, row int }

// maxResources is of how many resources of a guest it is remembered that they
// are left out.
const maxResources = 100_000

func (g *grouper) add(h *store.Held) {
	r := trail.Resource{Kind: h.Kind, ID: h.ID, Sub: h.Sub}
	at, ok := g.rows[r]
	if !ok {
		if at = g.place(r); len(g.rows) < maxResources {
			g.rows[r] = at
		}
	}
	if at.row < 0 {
		return
	}
	row := &g.groups[at.group].Rows[at.row]
	b := holdingBar{span: holdingSpan(h), Session: h.Session.ID}
	if n := len(row.Bars); n > 0 && row.Bars[n-1].joins(&b.span, g.resolution) {
		row.Bars[n-1].Session = 0
		return
	}
	row.Bars = append(row.Bars, b)
	g.bars++
}

func (g *grouper) place(r trail.Resource) *rowPlace {
	k, ok := g.kinds[r.Kind]
	if !ok {
		k = len(g.groups)
		g.kinds[r.Kind] = k
		g.groups = append(g.groups, groupJSON{Kind: Text(r.Kind)})
	}
	group := &g.groups[k]
	if len(group.Rows) == maxRows {
		group.LeftOut++
		return &rowPlace{k, -1}
	}
	group.Rows = append(group.Rows, groupRow{ID: Text(r.ID), Sub: Text(r.Sub)})
	return &rowPlace{k, len(group.Rows) - 1}
}
