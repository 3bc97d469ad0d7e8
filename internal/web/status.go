package web

import (
	"net/http"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/trail"
)

func (s *Server) health(*request) (*answer, error) {
	return asJSON(map[string]string{"status": "ok"})
}

type readyJSON struct {
	Ready   bool   `json:"ready"`
	Reasons []Text `json:"reasons"`
}

func (s *Server) ready(*request) (*answer, error) {
	st := s.config.Status()
	a, err := asJSON(readyJSON{Ready: st.ready(), Reasons: texts(st.Reasons)})
	if err == nil && !st.ready() {
		a.status = http.StatusServiceUnavailable
	}
	return a, err
}

func (s *Server) description(*request) (*answer, error) {
	return &answer{kind: "application/yaml", body: openAPI, etag: etagOf(openAPI)}, nil
}

type statusJSON struct {
	Version  string          `json:"version"`
	Node     Text            `json:"node"`
	Now      *moment         `json:"now"`
	Started  *moment         `json:"started"`
	Ready    bool            `json:"ready"`
	Reasons  []Text          `json:"reasons"`
	Sources  []sourceJSON    `json:"sources"`
	Store    storeStatusJSON `json:"store"`
	Emit     string          `json:"emit"`
	Running  int             `json:"running"`
	Warnings []Text          `json:"warnings"`
	Demo     bool            `json:"demo"`
}

type sourceJSON struct {
	Name         Text         `json:"name"`
	Witness      fact.Witness `json:"witness"`
	State        SourceState  `json:"state"`
	Since        *moment      `json:"since"`
	Seen         *moment      `json:"seen"`
	Lag          *int64       `json:"lag_ms"`
	Problem      Text         `json:"problem,omitempty"`
	Records      uint64       `json:"records"`
	Observations uint64       `json:"observations"`
	Lost         uint64       `json:"lost"`
}

type storeStatusJSON struct {
	Path    Text    `json:"path"`
	Bytes   int64   `json:"bytes"`
	Facts   uint64  `json:"facts"`
	Schema  int     `json:"schema"`
	Commits uint64  `json:"commits"`
	Full    bool    `json:"full"`
	Oldest  *moment `json:"oldest"`
	Newest  *moment `json:"newest"`
}

func (s *Server) status(r *request) (*answer, error) {
	st := s.config.Status()
	running, err := s.running(r.Context())
	if err != nil {
		return nil, err
	}
	o := statusJSON{
		Version: st.Version, Node: Text(st.Node),
		Now: timeMoment(r.now), Started: timeMoment(st.Started),
		Ready: st.ready(), Reasons: texts(st.Reasons),
		Sources: make([]sourceJSON, 0, len(st.Sources)), Store: storeStatusOf(st.Store),
		Emit: "off", Running: running, Warnings: texts(st.Warnings), Demo: st.Demo,
	}
	if st.Emit {
		o.Emit = "missing"
	}
	for i := range st.Sources {
		o.Sources = append(o.Sources, sourceOf(&st.Sources[i]))
	}
	return asJSON(o)
}

func sourceOf(s *Source) sourceJSON {
	o := sourceJSON{
		Name: Text(s.Name), Witness: s.Witness, State: s.State,
		Since: timeMoment(s.Since), Seen: timeMoment(s.Seen), Problem: Text(s.Problem),
		Records: s.Records, Observations: s.Observations, Lost: s.Lost,
	}
	if s.Lag >= 0 {
		ms := s.Lag.Milliseconds()
		o.Lag = &ms
	}
	return o
}

func storeStatusOf(s StoreStatus) storeStatusJSON {
	return storeStatusJSON{
		Path: Text(s.Path), Bytes: s.Bytes, Facts: s.Facts, Schema: s.Schema, Commits: s.Commits,
		Full: s.Full, Oldest: timeMoment(s.Oldest), Newest: timeMoment(s.Newest),
	}
}

// texts gives a list that is no null in JSON.
func texts(from []string) []Text {
	to := make([]Text, len(from))
	for i, s := range from {
		to[i] = Text(s)
	}
	return to
}

type findingKindJSON struct {
	Kind     trail.FindingKind `json:"kind"`
	Severity string            `json:"severity"`
	Doc      string            `json:"doc"`
}

// kinds gives the words that are known; a log may have other kinds of resources.
func (s *Server) kinds(*request) (*answer, error) {
	findings := make([]findingKindJSON, 0, len(trail.FindingKinds))
	for _, k := range trail.FindingKinds {
		findings = append(findings, findingKindJSON{k.Kind, k.Severity.String(), k.Doc})
	}
	return asJSON(map[string]any{"findings": findings, "resources": trail.Kinds()})
}
