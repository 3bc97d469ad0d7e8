package web

import (
	"context"
	"errors"
	"slices"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/store"
)

// A seen is an observation of a guest.
type seen struct {
	fact *fact.Fact
	fact.Observed
}

func (s *Server) seen(ctx context.Context, seq uint64) (*seen, error) {
	f, err := s.config.Store.Fact(ctx, seq)
	if err != nil {
		return nil, err
	}
	o := &seen{fact: f}
	return o, f.Decode(&o.Observed)
}

// at is when an observation was taken.
func (o *seen) at() *moment { return millisMoment(o.To) }

type definitionRow struct {
	Fact           uint64        `json:"fact"`
	Witness        fact.Witness  `json:"witness"`
	Source         Text          `json:"source"`
	What           fact.What     `json:"what"`
	At             *moment       `json:"at"`
	After          *moment       `json:"after"`
	State          Text          `json:"state"`
	Text           bool          `json:"text"`
	Things         []thingChange `json:"things"`
	Changes        []textChange  `json:"changes"`
	ChangesLeftOut int           `json:"changes_left_out"`
	Problem        Text          `json:"problem,omitempty"`
}

type thingChange struct {
	Kind   Text       `json:"kind"`
	Before *thingJSON `json:"before"`
	After  *thingJSON `json:"after"`
}

type thingJSON struct {
	Kind   Text          `json:"kind"`
	ID     Text          `json:"id,omitempty"`
	Sub    Text          `json:"sub,omitempty"`
	Value  uint64        `json:"value,omitempty"`
	Silent bool          `json:"silent,omitempty"`
	Names  []Text        `json:"names,omitempty"`
	Detail map[Text]Text `json:"detail,omitempty"`
}

func thingOf(t *fact.Thing) *thingJSON {
	o := &thingJSON{Kind: Text(t.Kind), ID: Text(t.ID), Sub: Text(t.Sub), Value: t.Value, Silent: t.Silent}
	for _, n := range t.Names {
		o.Names = append(o.Names, Text(n))
	}
	for k, v := range t.Detail {
		if o.Detail == nil {
			o.Detail = map[Text]Text{}
		}
		o.Detail[Text(k)] = Text(v)
	}
	return o
}

// definitions lists how a guest was defined over time. Each is compared with the
// one before it, which may be on another page.
func (s *Server) definitions(r *request) (*answer, error) {
	l, err := s.pathGuest(r)
	if err != nil {
		return nil, err
	}
	w, err := r.window()
	if err != nil {
		return nil, err
	}
	all, err := s.definitionsOf(r.Context(), l)
	if err != nil {
		return nil, err
	}
	o := page[definitionRow]{}
	begin, end, err := r.definitionPage(all, w, &o)
	if err != nil {
		return nil, err
	}
	if o.Items, err = s.definitionRows(r.Context(), all[:end], begin); err != nil {
		return nil, err
	}
	if newest, _ := r.newest(); newest {
		slices.Reverse(o.Items)
	}
	if o.Unwatched, err = s.unwatched(r.Context(), l.Node, w); err != nil {
		return nil, err
	}
	a, err := asJSON(o)
	if err == nil {
		a.etag = etagOf(a.body)
		if o.Next != nil {
			a.link = r.link(*o.Next)
		}
	}
	return a, err
}

// definitionPage gives the places of a page's definitions within all, and puts
// the cursor of the next one into o: the fact of the last row.
func (r *request) definitionPage(all []store.Definition, w window, o *page[definitionRow]) (begin, end int, err error) {
	limit, err := r.limit()
	if err != nil {
		return 0, 0, err
	}
	newest, err := r.newest()
	if err != nil {
		return 0, 0, err
	}
	var after uint64
	later, err := r.cursor(&after)
	if err != nil {
		return 0, 0, err
	}
	begin, end = between(all, w)
	if later {
		at := slices.IndexFunc(all, func(d store.Definition) bool { return d.Fact == after })
		switch {
		case at < 0:
			return 0, 0, badParameter("cursor", "the definition that it names is no more: begin again")
		case newest:
			end = max(begin, min(end, at))
		default:
			begin = min(end, max(begin, at+1))
		}
	}
	switch {
	case end-begin <= limit:
		return begin, end, nil
	case newest:
		begin = end - limit
		o.Next, err = r.next(all[begin].Fact)
	default:
		end = begin + limit
		o.Next, err = r.next(all[end-1].Fact)
	}
	return begin, end, err
}

// definitionsOf gives when a guest's definition was seen, in order.
func (s *Server) definitionsOf(ctx context.Context, l *lane) ([]store.Definition, error) {
	var all []store.Definition
	err := eachPage(store.Page{Limit: store.MaxLimit}, func(p store.Page) (string, bool, error) {
		found, next, err := s.config.Store.Definitions(ctx, l.query(), p)
		all = append(all, found...)
		return next, false, err
	})
	return all, err
}

// between gives the places of the definitions within a window.
func between(all []store.Definition, w window) (begin, end int) {
	begin = len(all)
	for i, d := range all {
		if d.Millis >= w.from && d.Millis < w.to {
			begin, end = min(begin, i), i+1
		}
	}
	return min(begin, end), end
}

// definitionRows reads the definitions from begin on and compares each with the
// one before. Those that retention has just removed are left out.
func (s *Server) definitionRows(ctx context.Context, all []store.Definition, begin int) ([]definitionRow, error) {
	rows := []definitionRow{}
	var before *seen
	for i := max(0, begin-1); i < len(all); i++ {
		o, err := s.seen(ctx, all[i].Fact)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if i >= begin {
			rows = append(rows, changed(before, o))
		}
		before = o
	}
	return rows, nil
}

// maxChanges is how many changes of a definition's text are told.
const maxChanges = 500

// changed tells what an observation shows that the one before did not.
func changed(before, o *seen) definitionRow {
	row := definitionRow{
		Fact: o.fact.Seq, Witness: o.Witness, Source: Text(o.fact.Source), What: o.What, At: o.at(),
		State: Text(o.State), Text: o.Definition != "", Problem: Text(o.Problem),
		Things: []thingChange{}, Changes: []textChange{},
	}
	if o.From != 0 {
		row.After = millisMoment(o.From)
	}
	if before == nil {
		row.Things = thingChanges(nil, o.Has)
		return row
	}
	row.Things = thingChanges(before.Has, o.Has)
	was, err := flatten(before.Definition)
	if err == nil {
		var is []textLine
		if is, err = flatten(o.Definition); err == nil {
			row.Changes = append(row.Changes, diff(was, is)...)
		}
	}
	if err != nil {
		row.Problem = Text(err.Error())
	}
	row.ChangesLeftOut = max(0, len(row.Changes)-maxChanges)
	row.Changes = row.Changes[:len(row.Changes)-row.ChangesLeftOut]
	return row
}

// thingChanges tells what is gone and what came; of one kind, the first that is
// gone was replaced by the first that came.
func thingChanges(before, after []fact.Thing) []thingChange {
	gone, came := without(before, after), without(after, before)
	changes := []thingChange{}
	for i := range gone {
		c := thingChange{Kind: Text(gone[i].Kind), Before: thingOf(&gone[i])}
		if j := slices.IndexFunc(came, func(t fact.Thing) bool { return t.Kind == gone[i].Kind }); j >= 0 {
			c.After = thingOf(&came[j])
			came = slices.Delete(came, j, j+1)
		}
		changes = append(changes, c)
	}
	for i := range came {
		changes = append(changes, thingChange{Kind: Text(came[i].Kind), After: thingOf(&came[i])})
	}
	return changes
}

// without gives the things of a that b hasn't: both are multisets.
func without(a, b []fact.Thing) []fact.Thing {
	count := map[string]int{}
	for i := range b {
		count[thingKey(&b[i])]++
	}
	var rest []fact.Thing
	for i := range a {
		if k := thingKey(&a[i]); count[k] > 0 {
			count[k]--
		} else {
			rest = append(rest, a[i])
		}
	}
	return rest
}

// thingKey is the same for things that are alike in all.
func thingKey(t *fact.Thing) string { return string(fact.Encode(t)) }

type definitionJSON struct {
	Fact      uint64          `json:"fact"`
	Witness   fact.Witness    `json:"witness"`
	Source    Text            `json:"source"`
	At        *moment         `json:"at"`
	Unchanged *moment         `json:"unchanged_until"`
	Text      *Text           `json:"text"`
	Things    []*thingJSON    `json:"things"`
	Unwatched []unwatchedJSON `json:"unwatched"`
}

// definitionAsked gives the guest of a path, the time that is asked for, and its
// definition as known then.
func (s *Server) definitionAsked(r *request) (l *lane, at int64, o *seen, err error) {
	if l, err = s.pathGuest(r); err != nil {
		return nil, 0, nil, err
	}
	if at, err = r.millis("at", r.now.UnixMilli()); err != nil {
		return nil, 0, nil, err
	}
	o, err = s.definitionAt(r.Context(), l, at)
	return l, at, o, err
}

// definition gives a guest's definition as known at a time.
func (s *Server) definition(r *request) (*answer, error) {
	l, at, o, err := s.definitionAsked(r)
	if err != nil {
		return nil, err
	}
	if o == nil {
		return nil, notFound("no definition of %s was seen by %s", l.id, millisMoment(at).Time)
	}
	d := definitionJSON{Fact: o.fact.Seq, Witness: o.Witness, Source: Text(o.fact.Source), At: o.at(), Things: []*thingJSON{}}
	until, err := s.unchangedUntil(r.Context(), l, o)
	if err != nil {
		return nil, err
	}
	d.Unchanged = millisMoment(until)
	if o.Definition != "" {
		text := Text(o.Definition)
		d.Text = &text
	}
	for i := range o.Has {
		d.Things = append(d.Things, thingOf(&o.Has[i]))
	}
	if d.Unwatched, err = s.unwatched(r.Context(), l.Node, window{o.To, max(at, o.To) + 1}); err != nil {
		return nil, err
	}
	a, err := asJSON(d)
	if err == nil {
		a.etag = etagOf(a.body)
	}
	return a, err
}

// definitionAt gives the last observation up to a time that defines a guest, or
// nil.
func (s *Server) definitionAt(ctx context.Context, l *lane, at int64) (*seen, error) {
	var found *store.Definition
	err := eachPage(store.Page{Limit: 256, Newest: true}, func(p store.Page) (string, bool, error) {
		all, next, err := s.config.Store.Definitions(ctx, l.query(), p)
		for i := range all {
			if all[i].Millis <= at && (found == nil || all[i].Millis > found.Millis) {
				found = &all[i]
			}
		}
		return next, found != nil, err
	})
	if err != nil || found == nil {
		return nil, err
	}
	o, err := s.seen(ctx, found.Fact)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil // retention has just removed it
	}
	return o, err
}
