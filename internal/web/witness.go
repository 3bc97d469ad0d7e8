package web

import (
	"cmp"
	"context"
	"slices"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/store"
	"github.com/virtaudit/virtaudit/internal/trail"
)

type witnessView struct {
	Witness fact.Witness `json:"witness"`
	Source  Text         `json:"source"`
	At      *moment      `json:"at"`
	Fact    uint64       `json:"fact"`
	What    fact.What    `json:"what"`
	State   Text         `json:"state"`
	// Unchanged is of the definition, up to when it is known to be as it was.
	Unchanged *moment `json:"unchanged_until,omitempty"`
	Partial   []Text  `json:"partial"`
	Problem   Text    `json:"problem,omitempty"`
}

type witnessRow struct {
	Kind   Text                 `json:"kind"`
	ID     Text                 `json:"id"`
	Sub    Text                 `json:"sub,omitempty"`
	Says   map[fact.Witness]int `json:"says"`
	Silent bool                 `json:"silent,omitempty"`
	Names  []Text               `json:"names,omitempty"`
	Agree  bool                 `json:"agree"`
}

type witnessesJSON struct {
	At        *moment         `json:"at"`
	Witnesses []witnessView   `json:"witnesses"`
	Rows      []witnessRow    `json:"rows"`
	Unwatched []unwatchedJSON `json:"unwatched"`
}

// maxHeld is how many holdings of a guest are compared.
const maxHeld = 10_000

// witnesses shows side by side what each witness says that a guest has. What the
// log says, and which others show it too, the trail knows of each holding; of the
// definition there is the observation itself.
func (s *Server) witnesses(r *request) (*answer, error) {
	l, at, defined, err := s.definitionAsked(r)
	if err != nil {
		return nil, err
	}
	held, err := s.heldAt(r.Context(), l, at)
	if err != nil {
		return nil, err
	}
	of, err := s.sessionAt(r.Context(), l, at)
	if err != nil {
		return nil, err
	}
	compared := defined
	if of == nil || defined != nil && defined.To < of.First.Millis {
		compared = nil // it is of another run
	}
	views := map[fact.Witness]*seen{}
	if defined != nil {
		views[defined.Witness] = defined
	}
	if err := s.latest(r.Context(), views, held); err != nil {
		return nil, err
	}
	o := witnessesJSON{At: millisMoment(at), Witnesses: []witnessView{}, Rows: compareWitnesses(held, compared, views)}
	for _, w := range [...]fact.Witness{fact.Libvirt, fact.QMP, fact.Proc} {
		v := views[w]
		if v == nil {
			continue
		}
		shown := witnessViewOf(v)
		if v == defined {
			until, err := s.unchangedUntil(r.Context(), l, v)
			if err != nil {
				return nil, err
			}
			shown.Unchanged = millisMoment(until)
		}
		o.Witnesses = append(o.Witnesses, shown)
	}
	if o.Unwatched, err = s.unwatched(r.Context(), l.Node, window{at, at + 1}); err != nil {
		return nil, err
	}
	return asJSON(o)
}

func witnessViewOf(v *seen) witnessView {
	return witnessView{
		Witness: v.Witness, Source: Text(v.fact.Source), At: v.at(), Fact: v.fact.Seq,
		What: v.What, State: Text(v.State), Partial: texts(v.Partial), Problem: Text(v.Problem),
	}
}

// sessionAt gives the session of a guest that ran at a time, without holdings, or
// nil.
func (s *Server) sessionAt(ctx context.Context, l *lane, at int64) (*trail.Session, error) {
	q := store.SessionQuery{Guest: l.query(), Page: store.Page{Limit: 8, Newest: true}}
	q.From, q.To = window{at, at + 1}.bounds()
	near, _, err := s.config.Store.Sessions(ctx, q)
	if err != nil {
		return nil, err
	}
	for _, of := range near {
		if of.State != trail.Failed && of.First.Millis <= at && sessionEnd(of) > at+1 {
			return of, nil
		}
	}
	return nil, nil
}

// heldAt gives what a guest held at a time, or may have.
func (s *Server) heldAt(ctx context.Context, l *lane, at int64) ([]store.Held, error) {
	var all []store.Held
	q := store.HoldingQuery{Guest: l.query()}
	q.From, q.To = window{at, at + 1}.bounds()
	err := eachPage(store.Page{Limit: store.MaxLimit}, func(p store.Page) (string, bool, error) {
		q.Page = p
		found, next, err := s.config.Store.Holdings(ctx, q)
		for _, h := range found {
			if h.To == (trail.Moment{}) || h.To.Millis > at || h.From.Millis == at {
				all = append(all, h)
			}
		}
		return next, len(all) >= maxHeld, err
	})
	return all[:min(len(all), maxHeld)], err
}

// latest adds the last observation that each other witness's holdings name.
func (s *Server) latest(ctx context.Context, views map[fact.Witness]*seen, held []store.Held) error {
	last := map[fact.Witness]uint64{}
	for i := range held {
		if by := held[i].By; by != "" {
			last[by] = max(last[by], held[i].Begin)
		}
	}
	for by, seq := range last {
		if views[by] != nil || seq == 0 {
			continue
		}
		o, err := s.seen(ctx, seq)
		switch {
		case err == nil && o.Witness == by:
			views[by] = o
		case err != nil && !isProblem(orNotFound(err, "")):
			return err
		}
	}
	return nil
}

// compareWitnesses counts by resource how many each witness shows. Quantities of
// a definition are no resources. What libvirt has no record for is said by any of
// the views: a holding may be older than the observation that shows it.
func compareWitnesses(held []store.Held, defined *seen, views map[fact.Witness]*seen) []witnessRow {
	rows := map[trail.Resource]*witnessRow{}
	row := func(r trail.Resource) *witnessRow {
		if rows[r] == nil {
			rows[r] = &witnessRow{Kind: Text(r.Kind), ID: Text(r.ID), Sub: Text(r.Sub), Says: map[fact.Witness]int{}}
		}
		return rows[r]
	}
	for i := range held {
		h := &held[i]
		o := row(trail.Resource{Kind: h.Kind, ID: h.ID, Sub: h.Sub})
		o.Says[cmp.Or(h.By, fact.Log)]++
		for _, w := range h.Also {
			o.Says[w]++
		}
	}
	if defined != nil {
		countDefined(defined, row)
	}
	for _, v := range views {
		noteSilent(v, rows)
	}
	all := make([]witnessRow, 0, len(rows))
	for _, o := range rows {
		o.settle(defined)
		all = append(all, *o)
	}
	slices.SortFunc(all, func(a, b witnessRow) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.ID, b.ID), cmp.Compare(a.Sub, b.Sub))
	})
	return all
}

// noteSilent marks the rows that libvirt has no record for.
func noteSilent(v *seen, rows map[trail.Resource]*witnessRow) {
	for i := range v.Has {
		t := &v.Has[i]
		if o := rows[trail.Resource{Kind: t.Kind, ID: t.ID, Sub: t.Sub}]; o != nil && t.Silent {
			o.Silent = true
		}
	}
}

// countDefined puts what an observation has in the place of what holdings tell of
// its witness.
func countDefined(defined *seen, row func(trail.Resource) *witnessRow) {
	counts := map[trail.Resource]int{}
	for i := range defined.Has {
		t := &defined.Has[i]
		if t.Value != 0 {
			continue
		}
		r := trail.Resource{Kind: t.Kind, ID: t.ID, Sub: t.Sub}
		counts[r]++
		o := row(r)
		o.Says[defined.Witness] = counts[r]
		if o.Names == nil {
			o.Names = texts(t.Names)
		}
	}
}

// settle tells whether the log and the definition show the same of a resource. A
// witness that shows none of it says 0, if it could have shown it: the log shows
// nothing that libvirt has no record for.
func (o *witnessRow) settle(defined *seen) {
	if _, ok := o.Says[fact.Log]; !ok && !o.Silent {
		o.Says[fact.Log] = 0
	}
	if defined != nil && !slices.Contains(defined.Partial, "*") && !slices.Contains(defined.Partial, string(o.Kind)) {
		if _, ok := o.Says[defined.Witness]; !ok && definable(o) {
			o.Says[defined.Witness] = 0
		}
	}
	o.Agree = true
	first := -1
	for _, n := range o.Says {
		if first >= 0 && n != first {
			o.Agree = false
		}
		first = n
	}
	if o.Silent && o.Says[fact.Log] == 0 {
		delete(o.Says, fact.Log)
	}
}

// definable tells whether a definition would name such a resource: what a
// process has open beside it, and the files behind an interface, it does not.
func definable(o *witnessRow) bool {
	switch o.Kind {
	case "net-open", "file", "block", "char", "unix", "tcp":
		return false
	}
	return true
}
