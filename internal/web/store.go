package web

import (
	"context"
	"errors"
	"iter"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/store"
	"github.com/virtaudit/virtaudit/internal/trail"
	"github.com/virtaudit/virtaudit/record"
)

// A Store is the kept trail: *store.Store.
type Store interface {
	Guests(context.Context, store.GuestQuery) ([]store.GuestInfo, string, error)
	Sessions(context.Context, store.SessionQuery) ([]*trail.Session, string, error)
	Session(ctx context.Context, id uint64) (*trail.Session, error)
	Holdings(context.Context, store.HoldingQuery) ([]store.Held, string, error)
	Events(context.Context, store.EventQuery) ([]*trail.Event, string, error)
	Findings(context.Context, store.FindingQuery) ([]*trail.Finding, string, error)
	Finding(ctx context.Context, id string) (*trail.Finding, error)
	Resources(ctx context.Context, prefix string, p store.Page) ([]trail.Resource, string, error)
	Definitions(context.Context, store.Guest, store.Page) ([]store.Definition, string, error)
	Unwatched(context.Context) (map[string][]trail.Span, error)
	LastSeen(context.Context) (map[string]trail.Moment, error)
	Counts(context.Context) (*store.Counts, error)
	Fact(ctx context.Context, seq uint64) (*fact.Fact, error)
	FactsAt(ctx context.Context, node string, stamp record.Stamp) ([]*fact.Fact, error)
	Facts(ctx context.Context, from uint64) iter.Seq2[*fact.Fact, error]
}

var _ Store = (*store.Store)(nil)

// orNotFound makes a problem of the store's word that there is no such thing,
// and of a cursor that it can't read.
func orNotFound(err error, format string, args ...any) error {
	switch {
	case errors.Is(err, store.ErrNotFound):
		return notFound(format, args...)
	case errors.Is(err, store.ErrCursor):
		return badParameter("cursor", "it is none that a page gave")
	}
	return err
}

// eachPage calls fetch for page after page until there are no more, or it says
// that it has enough.
func eachPage(p store.Page, fetch func(store.Page) (next string, enough bool, err error)) error {
	for {
		next, enough, err := fetch(p)
		if err != nil || enough || next == "" {
			return err
		}
		p.After = next
	}
}
