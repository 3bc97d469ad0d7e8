package web

import (
	"cmp"
	"context"
	"slices"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/store"
	"github.com/virtaudit/virtaudit/internal/trail"
)

// A page is a part of a list.
type page[T any] struct {
	Items     []T             `json:"items"`
	Next      *string         `json:"next"`
	Unwatched []unwatchedJSON `json:"unwatched"`
}

// list makes an answer of a page: of its rows alone in CSV, of whole, which
// holds it, in JSON. In w nobody may have watched.
func list[T any](s *Server, r *request, p *page[T], whole any, columns []column[T], w window) (a *answer, err error) {
	csv, err := r.wantsCSV()
	if err != nil {
		return nil, err
	}
	if p.Unwatched, err = s.unwatched(r.Context(), "", w); err != nil {
		return nil, err
	}
	if csv {
		a, err = asCSV(p.Items, columns, p.Unwatched)
	} else {
		if p.Items == nil {
			p.Items = []T{}
		}
		a, err = asJSON(whole)
	}
	if err == nil && p.Next != nil {
		a.link = r.link(*p.Next)
	}
	return a, err
}

// pageOf reads limit, order and cursor for a query of the store.
func (r *request) pageOf() (p store.Page, err error) {
	if p.Limit, err = r.limit(); err != nil {
		return p, err
	}
	if p.Newest, err = r.newest(); err != nil {
		return p, err
	}
	_, err = r.cursor(&p.After)
	return p, err
}

// newest tells whether a list is to come from its end.
func (r *request) newest() (bool, error) {
	order, err := r.word("order", "oldest", "newest")
	return order == "newest", err
}

// maxSifted is from how many of the store's rows on a page of ours is given as it
// is, where rows are left out: then it may have fewer than its limit.
const maxSifted = 20_000

// gather fills a page from the store's, with the rows that keep gives. Where it
// keeps none it takes more at once; of a page that has too many, which can't be
// gone on from in its middle, a smaller one.
func gather[T, Row any](r *request, p store.Page, fetch func(store.Page) ([]Row, string, error), keep func(Row) (T, bool, error)) (page[T], error) {
	var o page[T]
	limit := p.Limit
	for sifted := 0; sifted < maxSifted; {
		rows, next, err := fetch(p)
		if err != nil {
			return o, orNotFound(err, "")
		}
		sifted += len(rows)
		items, err := kept(rows, keep)
		if err != nil {
			return o, err
		}
		room := limit - len(o.Items)
		if len(items) > room {
			p.Limit = room
			continue
		}
		o.Items = append(o.Items, items...)
		p.After = next
		if next == "" || len(items) == room {
			break
		}
		if p.Limit = room - len(items); len(items) == 0 {
			p.Limit = min(4*max(len(rows), room), store.MaxLimit)
		}
	}
	if p.After == "" {
		return o, nil
	}
	var err error
	o.Next, err = r.next(p.After)
	return o, err
}

// kept gives what is made of the rows that are not left out.
func kept[T, Row any](rows []Row, keep func(Row) (T, bool, error)) (items []T, err error) {
	for _, row := range rows {
		item, ok, err := keep(row)
		if err != nil {
			return nil, err
		}
		if ok {
			items = append(items, item)
		}
	}
	return items, nil
}

type unwatchedJSON struct {
	Node   Text    `json:"node"`
	Source Text    `json:"source,omitempty"`
	From   *moment `json:"from"`
	To     *moment `json:"to"`
	Text   Text    `json:"text,omitempty"`
}

// maxUnwatched is how many times without a watch an answer tells, the last ones.
const maxUnwatched = 200

// unwatched gives the times within w in which a source was not watched: auditd,
// or a witness. With node "" it is those of all nodes. A window without an end is
// all time.
func (s *Server) unwatched(ctx context.Context, node string, w window) ([]unwatchedJSON, error) {
	if w.to == 0 {
		w.to = maxMillis
	}
	all := []unwatchedJSON{}
	spans, err := s.config.Store.Unwatched(ctx)
	if err != nil {
		return nil, err
	}
	for name, of := range spans {
		for _, span := range of {
			if (node == "" || node == name) && w.touches(span.From, span.To) {
				all = append(all, unwatchedJSON{
					Node: Text(name), Source: "log", From: momentOf(span.From), To: momentOf(span.To), Text: "auditd did not write",
				})
			}
		}
	}
	found, err := s.unwatchedSources(ctx, node, w)
	if err != nil {
		return nil, err
	}
	for _, f := range found {
		all = append(all, unwatchedJSON{
			Node: Text(f.Node), Source: Text(f.By), From: momentOf(f.At), To: momentOf(f.Until), Text: Text(f.Text),
		})
	}
	slices.SortFunc(all, func(a, b unwatchedJSON) int {
		return cmp.Or(cmp.Compare(a.From.MS, b.From.MS), cmp.Compare(a.Node, b.Node), cmp.Compare(a.Source, b.Source))
	})
	return all[max(0, len(all)-maxUnwatched):], nil
}

// unread gives for each node the times that have a moment in w, in which its log
// was not written, or the service did not read it.
func (s *Server) unread(ctx context.Context, w window) (map[string][]trail.Span, error) {
	spans, err := s.config.Store.Unwatched(ctx)
	if err != nil {
		return nil, err
	}
	q := store.FindingQuery{Kinds: []trail.FindingKind{trail.SourceUnwatched}}
	q.From, q.To = w.bounds()
	err = eachPage(store.Page{Limit: store.MaxLimit}, func(p store.Page) (string, bool, error) {
		q.Page = p
		found, next, err := s.config.Store.Findings(ctx, q)
		for _, f := range found {
			if f.By == fact.Log {
				spans[f.Node] = append(spans[f.Node], trail.Span{From: f.At, To: f.Until})
			}
		}
		return next, false, err
	})
	return spans, err
}

// unwatchedSources gives the findings that tell when a source of the service was
// not watched, the last ones. One that began before w may last into it.
func (s *Server) unwatchedSources(ctx context.Context, node string, w window) ([]*trail.Finding, error) {
	q := store.FindingQuery{
		Guest: store.Guest{Node: node}, Kinds: []trail.FindingKind{trail.SourceUnwatched},
		Page: store.Page{Limit: maxUnwatched, Newest: true},
	}
	q.From, q.To = w.bounds()
	found, _, err := s.config.Store.Findings(ctx, q)
	return slices.DeleteFunc(found, func(f *trail.Finding) bool {
		return f.At == (trail.Moment{}) || !w.touches(f.At, f.Until)
	}), err
}
