package web

import (
	"cmp"
	"context"

	"github.com/virtaudit/virtaudit/internal/store"
	"github.com/virtaudit/virtaudit/internal/trail"
)

type timelineJSON struct {
	From       int64           `json:"from"`
	To         int64           `json:"to"`
	Resolution int64           `json:"resolution"`
	Total      int             `json:"total"`
	First      int             `json:"first"`
	Version    string          `json:"version"`
	Begin      *int64          `json:"begin"`
	End        *int64          `json:"end"`
	Now        int64           `json:"now"`
	Lanes      []laneJSON      `json:"lanes"`
	Unwatched  []unwatchedJSON `json:"unwatched"`
}

type laneJSON struct {
	Lane    int         `json:"lane"`
	Guest   Text        `json:"guest"`
	Node    Text        `json:"node"`
	UUID    Text        `json:"uuid"`
	Name    Text        `json:"name"`
	Running bool        `json:"running"`
	Bars    []barJSON   `json:"bars"`
	Marks   []markJSON  `json:"marks"`
	Groups  []groupJSON `json:"groups,omitempty"`
}

type barJSON struct {
	span
	State   string `json:"state"`
	Session uint64 `json:"session,omitempty"`
}

type groupJSON struct {
	Kind    Text       `json:"kind"`
	Rows    []groupRow `json:"rows"`
	LeftOut int        `json:"left_out"`
}

type groupRow struct {
	ID   Text         `json:"id"`
	Sub  Text         `json:"sub,omitempty"`
	Bars []holdingBar `json:"bars"`
}

type holdingBar struct {
	span
	Session uint64 `json:"session,omitempty"`
}

type markJSON struct {
	At       int64  `json:"at"`
	Type     string `json:"type"`
	N        int    `json:"n"`
	Severity string `json:"severity,omitempty"`
	ID       Text   `json:"id,omitempty"`
	Label    Text   `json:"label,omitempty"`
}

// The bounds of a view.
const (
	defaultLanes = 100
	maxLanes     = 500
	maxOpen      = 20   // lanes that show holdings
	maxRows      = 200  // resources of one kind in such a lane
	points       = 1000 // of a view that names no resolution
	maxPoints    = 20_000
	maxDrawn     = 200_000 // bars and marks: each may be longer than a point, so that none can be joined
)

// A view is what a client looks at.
type view struct {
	window
	resolution   int64
	first, count int
	open         map[string]bool
	drawn        int // bars and marks so far
}

// draw notes that a view has more bars or marks than before, if it may.
func (v *view) draw(more int) error {
	if v.drawn += more; v.drawn > maxDrawn {
		return badParameter("count", "the view has more than %d bars and marks: ask for fewer lanes, a shorter time or a coarser resolution", maxDrawn)
	}
	return nil
}

// timeline gives the lanes of a view, each with what it shows at its resolution.
func (s *Server) timeline(r *request) (*answer, error) {
	lanes, err := s.lanes.get(r.Context(), s)
	if err != nil {
		return nil, err
	}
	filter, err := r.laneFilter()
	if err != nil {
		return nil, err
	}
	lanes = lanes.only(filter)
	begin, end := lanes.extent(r.now.UnixMilli())
	v, err := r.view(begin, end)
	if err != nil {
		return nil, err
	}
	o := timelineJSON{
		From: v.from, To: v.to, Resolution: v.resolution, Total: len(lanes.all), First: v.first,
		Version: lanes.version, Now: r.now.UnixMilli(), Lanes: []laneJSON{},
	}
	if end != 0 {
		o.Begin, o.End = &begin, &end
	}
	for i := v.first; i < min(v.first+v.count, len(lanes.all)); i++ {
		l, err := s.laneOf(r.Context(), &lanes.all[i], &v)
		if err != nil {
			return nil, err
		}
		o.Lanes = append(o.Lanes, l)
	}
	if o.Unwatched, err = s.unwatched(r.Context(), "", v.window); err != nil {
		return nil, err
	}
	return asJSON(o)
}

// ahead is by how many milliseconds a record may be ahead of the present before
// it is one of a wrong clock, or forged.
const ahead = 24 * 60 * 60 * 1000

// extent is the first and the last moment of all guests, 0 without any. One that
// is far ahead of now would leave all others a point, so it is left out unless
// there are no others.
func (l *lanes) extent(now int64) (begin, end int64) {
	begin, end = l.extentTo(now + ahead)
	if begin == 0 {
		return l.extentTo(maxMillis)
	}
	return begin, end
}

// extentTo is the extent of what is not behind a moment.
func (l *lanes) extentTo(last int64) (begin, end int64) {
	for i := range l.all {
		for _, at := range [...]int64{l.all[i].First.Millis, l.all[i].Last.Millis} {
			if at == 0 || at > last {
				continue
			}
			if begin == 0 || at < begin {
				begin = at
			}
			end = max(end, at)
		}
	}
	return begin, end
}

// view reads the parameters. What isn't given is all time up to now.
func (r *request) view(begin, end int64) (v view, err error) {
	now := r.now.UnixMilli()
	if begin == 0 {
		begin = now - 1
	}
	if v.from, err = r.millis("from", begin); err != nil {
		return v, err
	}
	if v.to, err = r.millis("to", min(max(now, end+1, v.from+1), maxMillis)); err != nil {
		return v, err
	}
	if err := r.inOrder(v.from, v.to); err != nil {
		return v, err
	}
	least := max(1, (v.to-v.from)/maxPoints)
	if v.resolution, err = r.integer("resolution", max(least, (v.to-v.from)/points), 1, maxMillis); err != nil {
		return v, err
	}
	if v.resolution < least {
		return v, badParameter("resolution", "the view has more than %d points: %d ms is the least", maxPoints, least)
	}
	first, err := r.integer("first", 0, 0, 1<<31)
	if err != nil {
		return v, err
	}
	count, err := r.integer("count", defaultLanes, 0, maxLanes)
	if err != nil {
		return v, err
	}
	v.first, v.count, v.open = int(first), int(count), map[string]bool{}
	if len(r.query["lane"]) > maxOpen {
		return v, badParameter("lane", "more than %d are open", maxOpen)
	}
	for _, id := range r.query["lane"] {
		v.open[meant(id)] = true
	}
	return v, nil
}

// laneOf gives what a lane shows.
func (s *Server) laneOf(ctx context.Context, l *lane, v *view) (laneJSON, error) {
	o := laneJSON{
		Lane: l.place, Guest: Text(l.id), Node: Text(l.Node), UUID: Text(l.UUID), Name: Text(l.Name),
		Running: l.Running != 0,
	}
	var err error
	if o.Bars, err = s.bars(ctx, l, v); err != nil {
		return o, err
	}
	if o.Marks, err = s.marks(ctx, l, v); err != nil {
		return o, err
	}
	if v.open[l.id] {
		o.Groups, err = s.groups(ctx, l, v)
	}
	return o, err
}

// bars gives a lane's sessions; those that can't be told apart are one bar.
func (s *Server) bars(ctx context.Context, l *lane, v *view) ([]barJSON, error) {
	bars := []barJSON{}
	q := store.SessionQuery{Guest: l.query()}
	q.From, q.To = v.bounds()
	err := eachPage(store.Page{Limit: store.MaxLimit}, func(p store.Page) (string, bool, error) {
		q.Page = p
		found, next, err := s.config.Store.Sessions(ctx, q)
		before := len(bars)
		for _, of := range found {
			bars = addBar(bars, of, v.resolution)
		}
		return next, false, cmp.Or(err, v.draw(len(bars)-before))
	})
	return bars, err
}

// badness orders states by how much they matter in a bar that stands for several
// sessions.
var badness = map[string]int{
	trail.Closed.String(): 0, trail.Running.String(): 1, trail.Starting.String(): 2,
	trail.Lost.String(): 3, trail.Failed.String(): 4,
}

func addBar(bars []barJSON, of *trail.Session, resolution int64) []barJSON {
	b := barJSON{span: sessionSpan(of), State: of.State.String(), Session: of.ID}
	if n := len(bars); n > 0 && bars[n-1].joins(&b.span, resolution) {
		last := &bars[n-1]
		last.Session = 0
		if badness[b.State] > badness[last.State] {
			last.State = b.State
		}
		return bars
	}
	return append(bars, b)
}

// marks gives a lane's findings. Failed attempts are findings of a kind, and
// marks of a type of their own.
func (s *Server) marks(ctx context.Context, l *lane, v *view) ([]markJSON, error) {
	marks := []markJSON{}
	last := map[string]int{} // of each type
	q := store.FindingQuery{Guest: l.query()}
	q.From, q.To = v.bounds()
	err := eachPage(store.Page{Limit: store.MaxLimit}, func(p store.Page) (string, bool, error) {
		q.Page = p
		found, next, err := s.config.Store.Findings(ctx, q)
		before := len(marks)
		for _, f := range found {
			m := markOf(f)
			if i, ok := last[m.Type]; ok && marks[i].joins(&m, v.resolution) {
				continue
			}
			last[m.Type] = len(marks)
			marks = append(marks, m)
		}
		return next, false, cmp.Or(err, v.draw(len(marks)-before))
	})
	return marks, err
}

func markOf(f *trail.Finding) markJSON {
	m := markJSON{At: f.At.Millis, Type: "finding", N: 1, Severity: f.Severity.String(), ID: Text(f.ID), Label: Text(f.Kind)}
	if f.Kind == trail.OperationFailed {
		m.Type = "attempt"
	}
	return m
}

// joins adds a mark to one that it can't be told from.
func (m *markJSON) joins(next *markJSON, resolution int64) bool {
	if next.At/resolution != m.At/resolution {
		return false
	}
	m.N++
	m.ID = ""
	if m.Label != next.Label {
		m.Label = ""
	}
	if severityRank(next.Severity) > severityRank(m.Severity) {
		m.Severity = next.Severity
	}
	return true
}
