package web

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/virtaudit/virtaudit/internal/store"
	"github.com/virtaudit/virtaudit/internal/trail"
)

// unchangedUntil gives up to when it is known that a guest's definition was as an
// observation shows it: up to the last look before another was seen, or else at
// all; at the least when it was taken, and at the most to the end of its run.
func (s *Server) unchangedUntil(ctx context.Context, l *lane, o *seen) (int64, error) {
	until, other, err := s.sameUntil(ctx, l, o)
	if err != nil {
		return 0, err
	}
	if !other {
		until = max(until, s.lastLook(l.Node, o.fact.Source))
	}
	of, err := s.sessionAt(ctx, l, o.To)
	if err != nil || of == nil {
		return until, err
	}
	if end := cmp.Or(of.End, of.EndAfter); end != (trail.Moment{}) {
		until = max(o.To, min(until, end.Millis))
	}
	return until, nil
}

// sameUntil gives up to when a source's observations show the definition that one
// of them shows, and whether another follows.
func (s *Server) sameUntil(ctx context.Context, l *lane, o *seen) (until int64, other bool, err error) {
	all, err := s.definitionsOf(ctx, l)
	if err != nil {
		return 0, false, err
	}
	until = o.To
	at := slices.IndexFunc(all, func(d store.Definition) bool { return d.Fact == o.fact.Seq })
	if at < 0 { // retention has just removed it
		return until, true, nil
	}
	for _, d := range all[at+1:] {
		next, err := s.seen(ctx, d.Fact)
		switch {
		case errors.Is(err, store.ErrNotFound):
			continue // so is this one
		case err != nil:
			return 0, false, err
		case next.fact.Source != o.fact.Source:
		case next.Definition != o.Definition:
			return max(until, next.From), true, nil
		default:
			until = max(until, next.To)
		}
	}
	return until, false, nil
}

// lastLook is when a source of a host began to look at all its guests for the last
// time, 0 where that isn't known: what it saw then is in the trail.
func (s *Server) lastLook(node, source string) int64 {
	st := s.config.Status()
	if st.Node != node {
		return 0
	}
	for i := range st.Sources {
		if of := &st.Sources[i]; of.Name == source && !of.Looked.IsZero() {
			return of.Looked.UnixMilli()
		}
	}
	return 0
}
