package web

import (
	"cmp"
	"context"
	"slices"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/store"
	"github.com/virtaudit/virtaudit/internal/trail"
)

type findingJSON struct {
	ID       Text              `json:"id"`
	Kind     trail.FindingKind `json:"kind"`
	Severity string            `json:"severity"`
	Node     Text              `json:"node"`
	Guest    *Text             `json:"guest"`
	UUID     Text              `json:"uuid"`
	Name     Text              `json:"name"`
	Session  uint64            `json:"session,omitempty"`
	Others   []uint64          `json:"others,omitempty"`
	At       *moment           `json:"at"`
	Until    *moment           `json:"until"`
	Resource *resourceJSON     `json:"resource"`
	Count    int               `json:"count"`
	Text     Text              `json:"text"`
	By       fact.Witness      `json:"by,omitempty"`
	Proof    []proofRef        `json:"proof"`
}

func findingOf(f *trail.Finding) findingJSON {
	return findingJSON{
		ID: Text(f.ID), Kind: f.Kind, Severity: f.Severity.String(), Node: Text(f.Node),
		Guest: guestOrNil(f.Node, f.UUID, f.Name), UUID: Text(f.UUID), Name: Text(f.Name),
		Session: f.SessionID, Others: slices.Compact(slices.Sorted(slices.Values(f.OtherIDs))), At: momentOf(f.At), Until: momentOf(f.Until),
		Resource: resourceOf(f.Resource), Count: f.Count, Text: Text(f.Text), By: f.By,
		Proof: proofOf(f.Node, f.Proof, f.Facts...),
	}
}

func findingsOf(from []*trail.Finding) []findingJSON {
	to := make([]findingJSON, 0, len(from))
	for _, f := range from {
		to = append(to, findingOf(f))
	}
	return to
}

var findingColumns = []column[findingJSON]{
	{"id", func(f *findingJSON) string { return string(f.ID) }},
	{"kind", func(f *findingJSON) string { return string(f.Kind) }},
	{"severity", func(f *findingJSON) string { return f.Severity }},
	{"node", func(f *findingJSON) string { return string(f.Node) }},
	{"uuid", func(f *findingJSON) string { return string(f.UUID) }},
	{"name", func(f *findingJSON) string { return string(f.Name) }},
	{"session", func(f *findingJSON) string { return csvNumber(f.Session) }},
	{"time", func(f *findingJSON) string { return csvMoment(f.At) }},
	{"until", func(f *findingJSON) string { return csvMoment(f.Until) }},
	{"resource_kind", func(f *findingJSON) string { return string(f.Resource.kind()) }},
	{"resource", func(f *findingJSON) string { return string(f.Resource.id()) }},
	{"count", func(f *findingJSON) string { return csvNumber(f.Count) }},
	{"by", func(f *findingJSON) string { return string(f.By) }},
	{"text", func(f *findingJSON) string { return string(f.Text) }},
}

// findings lists what was found.
func (s *Server) findings(r *request) (*answer, error) {
	q, w, err := s.findingQuery(r)
	if err != nil {
		return nil, err
	}
	f, err := r.resourceFilter()
	if err != nil {
		return nil, err
	}
	page, err := r.pageOf()
	if err != nil {
		return nil, err
	}
	o, err := gather(r, page, func(p store.Page) ([]*trail.Finding, string, error) {
		q.Page = p
		return s.config.Store.Findings(r.Context(), q)
	}, func(n *trail.Finding) (findingJSON, bool, error) { return findingOf(n), f.Finding(n), nil })
	if err != nil {
		return nil, err
	}
	return list(s, r, &o, &o, findingColumns, w)
}

func (s *Server) findingQuery(r *request) (q store.FindingQuery, w window, err error) {
	if w, err = r.window(); err != nil {
		return q, w, err
	}
	q.From, q.To = w.bounds()
	if q.Guest, err = s.whose(r); err != nil {
		return q, w, err
	}
	for _, kind := range r.query["kind"] {
		k := trail.FindingKind(kind)
		if !isFindingKind(k) {
			return q, w, badParameter("kind", "%.80q is no kind of finding", kind)
		}
		q.Kinds = append(q.Kinds, k)
	}
	severity, err := r.word("severity", trail.Severities...)
	if severity != "" {
		q.Severity = trail.Severity(slices.Index(trail.Severities, severity))
	}
	return q, w, err
}

func isFindingKind(k trail.FindingKind) bool {
	for _, row := range trail.FindingKinds {
		if row.Kind == k {
			return true
		}
	}
	return false
}

type findingDetailJSON struct {
	Finding   findingJSON     `json:"finding"`
	Sessions  []sessionJSON   `json:"sessions"`
	Facts     []factJSON      `json:"facts"`
	LeftOut   int             `json:"left_out"`
	Unwatched []unwatchedJSON `json:"unwatched"`
}

// maxProof is how many facts are given beside a finding.
const maxProof = 50

func (s *Server) finding(r *request) (*answer, error) {
	id := meant(r.PathValue("id"))
	f, err := s.config.Store.Finding(r.Context(), id)
	if err != nil {
		return nil, orNotFound(err, "there is no finding %.200q", id)
	}
	o := findingDetailJSON{Finding: findingOf(f)}
	sessions := f.Others
	if f.Session != nil {
		sessions = append([]*trail.Session{f.Session}, sessions...)
	}
	o.Sessions = sessionsOf(sessions)
	if o.Facts, o.LeftOut, err = s.proof(r.Context(), f); err != nil {
		return nil, err
	}
	end := cmp.Or(f.Until, f.At)
	if o.Unwatched, err = s.unwatched(r.Context(), f.Node, window{f.At.Millis, end.Millis + 1}); err != nil {
		return nil, err
	}
	return asJSON(o)
}

// proof gives the facts that prove a finding, each once, and how many more there
// are. One that retention removed is left out.
func (s *Server) proof(ctx context.Context, f *trail.Finding) (facts []factJSON, more int, err error) {
	seen := map[uint64]bool{}
	facts = []factJSON{}
	add := func(of *fact.Fact) {
		switch {
		case seen[of.Seq]:
		case len(facts) == maxProof:
			more++
		default:
			facts = append(facts, factOf(of))
		}
		seen[of.Seq] = true
	}
	for _, m := range f.Proof {
		records, err := s.config.Store.FactsAt(ctx, f.Node, m)
		if err != nil {
			return nil, 0, err
		}
		for _, of := range records {
			add(of)
		}
	}
	for _, seq := range f.Facts[:min(len(f.Facts), maxProof)] {
		of, err := s.config.Store.Fact(ctx, seq)
		if err == nil {
			add(of)
		} else if p := orNotFound(err, ""); !isProblem(p) {
			return nil, 0, err
		}
	}
	return facts, more + max(0, len(f.Facts)-maxProof), nil
}
