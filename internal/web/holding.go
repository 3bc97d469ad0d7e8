package web

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/store"
	"github.com/virtaudit/virtaudit/internal/trail"
)

type holdingJSON struct {
	Session   uint64         `json:"session"`
	Guest     Text           `json:"guest"`
	Node      Text           `json:"node"`
	UUID      Text           `json:"uuid"`
	Name      Text           `json:"name"`
	Kind      Text           `json:"kind"`
	ID        Text           `json:"id"`
	Sub       Text           `json:"sub,omitempty"`
	Op        Text           `json:"op"`
	From      *moment        `json:"from"`
	FromAfter *moment        `json:"from_after,omitempty"`
	To        *moment        `json:"to"`
	ToAfter   *moment        `json:"to_after,omitempty"`
	ToBefore  *moment        `json:"to_before,omitempty"`
	EndedBy   trail.Ended    `json:"ended_by"`
	Unproven  bool           `json:"unproven,omitempty"`
	Marks     []string       `json:"marks,omitempty"`
	By        fact.Witness   `json:"by,omitempty"`
	Also      []fact.Witness `json:"also,omitempty"`
	Certainty string         `json:"certainty,omitempty"`
	Doubt     string         `json:"doubt,omitempty"`
	Proof     []proofRef     `json:"proof"`
}

// A held is a holding and what the trail claims of it.
type held struct {
	*store.Held
	claim     trail.Claim
	certainty trail.Certainty
	doubt     trail.Doubt
}

// held asks the trail what it claims of a holding. What began before the log
// began after the guest's session before it, so that is looked up.
func (s *Server) held(ctx context.Context, h *store.Held) (held, error) {
	alone := *h.Session
	alone.Holdings = []trail.Holding{h.Holding}
	alone.Steps, alone.Permissions, alone.Attempts = nil, nil, nil
	sessions := []*trail.Session{&alone}
	if h.From == (trail.Moment{}) && !alone.StartKnown() {
		before, err := s.sessionBefore(ctx, h.Session)
		if err != nil {
			return held{}, err
		}
		if before != nil {
			sessions = []*trail.Session{before, &alone}
		}
	}
	o := held{Held: h}
	for _, c := range trail.Who(sessions, trail.Resource{Kind: h.Kind, ID: h.ID, Sub: h.Sub}) {
		if c.Session == &alone {
			o.claim = c
		}
	}
	return o, nil
}

// sessionBefore gives a guest's session before another, without holdings, or
// nil.
func (s *Server) sessionBefore(ctx context.Context, of *trail.Session) (*trail.Session, error) {
	l := lane{GuestInfo: store.GuestInfo{Node: of.Node, UUID: of.UUID, Name: of.Name}}
	near, _, err := s.config.Store.Sessions(ctx, store.SessionQuery{
		Guest: l.query(), To: of.First.Millis, Page: store.Page{Limit: 8, Newest: true},
	})
	if err != nil {
		return nil, err
	}
	var before *trail.Session
	for _, n := range near {
		if n.ID < of.ID && (before == nil || n.ID > before.ID) {
			before = n
		}
	}
	return before, nil
}

// at tells how certain it is that a holding held at a moment.
func (h *held) at(ms int64, ends map[string]trail.Moment, spans map[string][]trail.Span) {
	t := time.UnixMilli(ms)
	certainty, doubt := h.claim.At(t, t, ends[h.Session.Node])
	holders := []trail.Holder{{Claim: h.claim, Certainty: certainty, Doubt: doubt}}
	trail.MarkUnwatched(holders, t, t, spans)
	h.certainty, h.doubt = holders[0].Certainty, holders[0].Doubt
}

func holdingOf(h *held) holdingJSON {
	s, c := h.Session, &h.claim
	o := holdingJSON{
		Session: s.ID, Guest: Text(guestID(s.Node, s.UUID, s.Name)), Node: Text(s.Node), UUID: Text(s.UUID), Name: Text(s.Name),
		Kind: Text(h.Kind), ID: Text(h.ID), Sub: Text(h.Sub), Op: Text(h.Reason),
		From: momentOf(h.From), FromAfter: momentOf(cmp.Or(h.Earliest, c.Earliest)),
		To: momentOf(h.To), ToAfter: momentOf(cmp.Or(h.Latest, c.After)), ToBefore: momentOf(c.Before),
		EndedBy: h.Ended, Unproven: c.Unproven, Marks: h.Marks.Names(),
		By: h.By, Also: h.Also, Proof: proofOf(s.Node, c.Proof(), h.Begin, h.End),
	}
	if h.certainty != trail.No {
		o.Certainty, o.Doubt = h.certainty.String(), h.doubt.String()
	}
	return o
}

var holdingColumns = []column[holdingJSON]{
	{"kind", func(h *holdingJSON) string { return string(h.Kind) }},
	{"id", func(h *holdingJSON) string { return string(h.ID) }},
	{"sub", func(h *holdingJSON) string { return string(h.Sub) }},
	{"node", func(h *holdingJSON) string { return string(h.Node) }},
	{"uuid", func(h *holdingJSON) string { return string(h.UUID) }},
	{"name", func(h *holdingJSON) string { return string(h.Name) }},
	{"session", func(h *holdingJSON) string { return csvNumber(h.Session) }},
	{"from", func(h *holdingJSON) string { return csvMoment(h.From) }},
	{"from_after", func(h *holdingJSON) string { return csvMoment(h.FromAfter) }},
	{"to", func(h *holdingJSON) string { return csvMoment(h.To) }},
	{"to_after", func(h *holdingJSON) string { return csvMoment(h.ToAfter) }},
	{"to_before", func(h *holdingJSON) string { return csvMoment(h.ToBefore) }},
	{"op", func(h *holdingJSON) string { return string(h.Op) }},
	{"ended_by", func(h *holdingJSON) string { return string(h.EndedBy) }},
	{"by", func(h *holdingJSON) string { return string(h.By) }},
	{"certainty", func(h *holdingJSON) string { return h.Certainty }},
	{"doubt", func(h *holdingJSON) string { return h.Doubt }},
}

// holdings lists who held what: at a moment with how certain that is, or within
// a time.
func (s *Server) holdings(r *request) (*answer, error) {
	q, w, err := s.holdingQuery(r)
	if err != nil {
		return nil, err
	}
	page, err := r.pageOf()
	if err != nil {
		return nil, err
	}
	judge, err := s.judge(r, w)
	if err != nil {
		return nil, err
	}
	o, err := gather(r, page, func(p store.Page) ([]store.Held, string, error) {
		q.Page = p
		return s.config.Store.Holdings(r.Context(), q)
	}, func(row store.Held) (holdingJSON, bool, error) {
		h, err := s.held(r.Context(), &row)
		if err != nil || !judge(&h) {
			return holdingJSON{}, false, err
		}
		return holdingOf(&h), true, nil
	})
	if err != nil {
		return nil, err
	}
	return list(s, r, &o, &o, holdingColumns, w)
}

// judge gives what tells of a holding whether it is to be listed, and notes in it
// how certain it is at the moment that was asked for.
func (s *Server) judge(r *request, w window) (func(*held) bool, error) {
	if !r.has("at") {
		return func(*held) bool { return true }, nil
	}
	ends, err := s.config.Store.LastSeen(r.Context())
	if err != nil {
		return nil, err
	}
	spans, err := s.unread(r.Context(), w)
	if err != nil {
		return nil, err
	}
	return func(h *held) bool {
		h.at(w.from, ends, spans)
		return h.certainty != trail.No
	}, nil
}

func (s *Server) holdingQuery(r *request) (q store.HoldingQuery, w window, err error) {
	if w, err = r.moments(); err != nil {
		return q, w, err
	}
	q.From, q.To = w.bounds()
	if q.Resource, err = r.resourceOfKind(); err != nil {
		return q, w, err
	}
	q.Guest, err = s.whose(r)
	return q, w, err
}

// moments reads at, or from and to.
func (r *request) moments() (window, error) {
	if !r.has("at") {
		return r.window()
	}
	if r.has("from") || r.has("to") {
		return window{}, badParameter("at", "it doesn't go together with from and to")
	}
	at, err := r.millis("at", 0)
	return window{at, at + 1}, err
}

// resource reads the parameter; without it, any.
func (r *request) resource() (trail.Resource, error) {
	text, err := r.text("resource")
	if err != nil || text == "" {
		return trail.Resource{}, err
	}
	res, err := trail.ParseResource(text)
	if err != nil {
		return res, badParameter("resource", "%v", err)
	}
	return res, nil
}

// resourceOfKind reads the parameters resource and kind.
func (r *request) resourceOfKind() (trail.Resource, error) {
	res, err := r.resource()
	if err != nil {
		return res, err
	}
	kind, err := r.text("kind")
	switch {
	case err != nil || kind == "":
	case res.Kind == "":
		res.Kind = kind
	case res.Kind != kind:
		err = badParameter("kind", "the resource is of kind %s", res.Kind)
	}
	return res, err
}

// resourceText writes a resource so that trail.ParseResource gives it back.
func resourceText(r trail.Resource) string {
	switch {
	case r.Kind == "dev" && slices.Contains(trail.Kinds(), r.Sub):
		return r.Sub + ":" + r.ID
	case slices.Contains(trail.Kinds(), r.Kind):
		return r.Kind + ":" + r.ID
	}
	return r.ID
}
