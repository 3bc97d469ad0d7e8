package cli

import (
	"cmp"
	"context"
	"slices"

	"github.com/virtaudit/virtaudit/internal/store"
	"github.com/virtaudit/virtaudit/internal/trail"
)

// storedTrail reads what passes a filter from a store, part by part: of the rest
// nothing stays in memory.
type storedTrail struct {
	ctx context.Context
	s   *store.Store
	// known are the sessions that were given, or that something given is of: each
	// is one, whatever tells of it.
	known map[uint64]*trail.Session
	// part is how many are read at once; of sessions, which have more to them, a
	// tenth.
	part int
}

func newStoredTrail(ctx context.Context, s *store.Store) *storedTrail {
	return &storedTrail{ctx: ctx, s: s, known: map[uint64]*trail.Session{}, part: 5000}
}

// know gives the session that is known of that number, or makes this one known.
func (t *storedTrail) know(s *trail.Session) *trail.Session {
	if s == nil {
		return nil
	}
	if known := t.known[s.ID]; known != nil {
		return known
	}
	t.known[s.ID] = s
	return s
}

// parts takes the parts of a list: get gives one, and the cursor of the next.
func parts[T any](limit int, get func(store.Page) ([]T, string, error), take func(T)) error {
	for p := (store.Page{Limit: limit}); ; {
		list, next, err := get(p)
		if err != nil {
			return err
		}
		for _, item := range list {
			take(item)
		}
		if p.After = next; next == "" {
			return nil
		}
	}
}

// between gives the times of a filter as queries have them.
func between(f *trail.Filter) (from, to int64) {
	if !f.Since.IsZero() {
		from = f.Since.UnixMilli()
	}
	if !f.Until.IsZero() {
		to = f.Until.UnixMilli()
	}
	return from, to
}

// sessions gives the sessions that pass, in the trail's order.
func (t *storedTrail) sessions(f *trail.Filter) (shown []*trail.Session, err error) {
	q := store.SessionQuery{Whole: true}
	q.From, q.To = between(f)
	err = parts(t.part/10, func(p store.Page) ([]*trail.Session, string, error) {
		q.Page = p
		return t.s.Sessions(t.ctx, q)
	}, func(s *trail.Session) {
		if f.Session(s) {
			shown = append(shown, t.know(s))
		}
	})
	slices.SortFunc(shown, func(a, b *trail.Session) int { return cmp.Compare(a.ID, b.ID) })
	return trail.SortSessions(shown), err
}

// events gives the events that pass, in the trail's order.
func (t *storedTrail) events(f *trail.Filter) (shown []*trail.Event, err error) {
	q := store.EventQuery{Joined: true}
	q.From, q.To = between(f)
	err = parts(t.part, func(p store.Page) ([]*trail.Event, string, error) {
		q.Page = p
		return t.s.Events(t.ctx, q)
	}, func(ev *trail.Event) {
		if f.Event(ev) {
			ev.Join(t.know(ev.Session()))
			shown = append(shown, ev)
		}
	})
	return trail.SortEvents(shown), err
}

// findings gives the findings that pass, in the trail's order.
func (t *storedTrail) findings(f *trail.Filter) (shown []*trail.Finding, err error) {
	var q store.FindingQuery
	q.From, _ = between(f) // one may end before it began, where a clock was set back
	err = parts(t.part, func(p store.Page) ([]*trail.Finding, string, error) {
		q.Page = p
		return t.s.Findings(t.ctx, q)
	}, func(n *trail.Finding) {
		if !f.Finding(n) {
			return
		}
		n.Session = t.know(n.Session)
		for i, s := range n.Others {
			n.Others[i] = t.know(s)
		}
		shown = append(shown, n)
	})
	trail.SortFindings(shown)
	return shown, err
}
