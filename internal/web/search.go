package web

import (
	"context"

	"github.com/virtaudit/virtaudit/internal/store"
	"github.com/virtaudit/virtaudit/internal/trail"
)

type searchJSON struct {
	Guests    []guestJSON     `json:"guests"`
	Resources []foundResource `json:"resources"`
	More      bool            `json:"more"`
}

type foundResource struct {
	Kind     Text `json:"kind"`
	ID       Text `json:"id"`
	Sub      Text `json:"sub,omitempty"`
	Count    int  `json:"count"`
	Resource Text `json:"resource"`
}

const (
	defaultFound = 20
	maxFound     = 100
	maxCounted   = 100 // holdings of a resource
)

// search finds guests and resources that begin with a text.
func (s *Server) search(r *request) (*answer, error) {
	q, err := r.text("q")
	if err != nil {
		return nil, err
	}
	if q == "" {
		return nil, badParameter("q", "it is missing")
	}
	limit, err := r.integer("limit", defaultFound, 1, maxFound)
	if err != nil {
		return nil, err
	}
	lanes, err := s.lanes.get(r.Context(), s)
	if err != nil {
		return nil, err
	}
	o := searchJSON{Guests: []guestJSON{}}
	for i := range lanes.all {
		if !lanes.all[i].begins(q) {
			continue
		}
		if len(o.Guests) == int(limit) {
			o.More = true
			break
		}
		o.Guests = append(o.Guests, guestOf(&lanes.all[i]))
	}
	more := false
	if o.Resources, more, err = s.searchResources(r.Context(), q, int(limit)); err != nil {
		return nil, err
	}
	o.More = o.More || more
	return asJSON(o)
}

// searchResources looks for what is typed, and for what it means: an address in
// the form that records have.
func (s *Server) searchResources(ctx context.Context, q string, limit int) (all []foundResource, more bool, err error) {
	prefix := q
	var kind, sub string
	if res, err := trail.ParseResource(q); err == nil && res.ID != "" {
		prefix, kind, sub = res.ID, res.Kind, res.Sub
	}
	found, err := s.resources(ctx, prefix, limit+1)
	if err == nil && prefix != q && kind == "" {
		var typed []trail.Resource
		typed, err = s.resources(ctx, q, limit+1)
		found = append(found, typed...)
	}
	if err != nil {
		return nil, false, err
	}
	all = []foundResource{}
	seen := map[trail.Resource]bool{}
	for _, res := range found {
		if seen[res] || kind != "" && kind != res.Kind || sub != "" && sub != res.Sub {
			continue
		}
		seen[res] = true
		if len(all) == limit {
			return all, true, nil
		}
		n, err := s.countHoldings(ctx, res)
		if err != nil {
			return nil, false, err
		}
		all = append(all, foundResource{Text(res.Kind), Text(res.ID), Text(res.Sub), n, Text(resourceText(res))})
	}
	return all, false, nil
}

func (s *Server) resources(ctx context.Context, prefix string, n int) ([]trail.Resource, error) {
	found, _, err := s.config.Store.Resources(ctx, prefix, store.Page{Limit: n})
	return found, err
}

// countHoldings counts up to maxCounted.
func (s *Server) countHoldings(ctx context.Context, res trail.Resource) (int, error) {
	held, _, err := s.config.Store.Holdings(ctx, store.HoldingQuery{Resource: res, Page: store.Page{Limit: maxCounted}})
	return len(held), err
}
