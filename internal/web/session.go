package web

import (
	"context"
	"strconv"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/store"
	"github.com/virtaudit/virtaudit/internal/trail"
)

type sessionJSON struct {
	ID          uint64       `json:"id"`
	Guest       Text         `json:"guest"`
	Node        Text         `json:"node"`
	UUID        Text         `json:"uuid"`
	Name        Text         `json:"name"`
	Virt        Text         `json:"virt"`
	Number      int          `json:"number"`
	State       string       `json:"state"`
	Start       *moment      `json:"start"`
	StartReason Text         `json:"start_reason"`
	End         *moment      `json:"end"`
	EndReason   Text         `json:"end_reason"`
	EndAfter    *moment      `json:"end_after"`
	EndBefore   *moment      `json:"end_before"`
	First       *moment      `json:"first"`
	Last        *moment      `json:"last"`
	PID         *uint64      `json:"pid"`
	InitPID     uint64       `json:"init_pid,omitempty"`
	By          fact.Witness `json:"by,omitempty"`
	OutOfOrder  bool         `json:"out_of_order,omitempty"`
}

func sessionOf(s *trail.Session) sessionJSON {
	o := sessionJSON{
		ID: s.ID, Guest: Text(guestID(s.Node, s.UUID, s.Name)),
		Node: Text(s.Node), UUID: Text(s.UUID), Name: Text(s.Name), Virt: Text(s.Virt),
		Number: s.Number, State: s.State.String(),
		Start: momentOf(s.Start), StartReason: Text(s.StartReason),
		End: momentOf(s.End), EndReason: Text(s.EndReason), EndAfter: momentOf(s.EndAfter), EndBefore: momentOf(s.EndBefore),
		First: momentOf(s.First), Last: momentOf(s.Last), InitPID: s.InitPID, By: s.By, OutOfOrder: s.Late,
	}
	if s.PID != 0 {
		o.PID = &s.PID
	}
	return o
}

func sessionsOf(from []*trail.Session) []sessionJSON {
	to := make([]sessionJSON, 0, len(from))
	for _, s := range from {
		to = append(to, sessionOf(s))
	}
	return to
}

var sessionColumns = []column[sessionJSON]{
	{"id", func(s *sessionJSON) string { return csvNumber(s.ID) }},
	{"node", func(s *sessionJSON) string { return string(s.Node) }},
	{"uuid", func(s *sessionJSON) string { return string(s.UUID) }},
	{"name", func(s *sessionJSON) string { return string(s.Name) }},
	{"virt", func(s *sessionJSON) string { return string(s.Virt) }},
	{"session_number", func(s *sessionJSON) string { return csvNumber(s.Number) }},
	{"state", func(s *sessionJSON) string { return s.State }},
	{"start", func(s *sessionJSON) string { return csvMoment(s.Start) }},
	{"start_reason", func(s *sessionJSON) string { return string(s.StartReason) }},
	{"end", func(s *sessionJSON) string { return csvMoment(s.End) }},
	{"end_reason", func(s *sessionJSON) string { return string(s.EndReason) }},
	{"end_after", func(s *sessionJSON) string { return csvMoment(s.EndAfter) }},
	{"end_before", func(s *sessionJSON) string { return csvMoment(s.EndBefore) }},
	{"first", func(s *sessionJSON) string { return csvMoment(s.First) }},
	{"last", func(s *sessionJSON) string { return csvMoment(s.Last) }},
}

// sessions lists sessions that touch a time.
func (s *Server) sessions(r *request) (*answer, error) {
	w, err := r.window()
	if err != nil {
		return nil, err
	}
	q := store.SessionQuery{}
	q.From, q.To = w.bounds()
	if q.Guest, err = s.whose(r); err != nil {
		return nil, err
	}
	running, err := r.boolean("running")
	if err != nil {
		return nil, err
	}
	if running != nil && !*running {
		q.States = []trail.State{trail.Closed, trail.Failed, trail.Lost}
	}
	q.Running = running != nil && *running
	page, err := r.pageOf()
	if err != nil {
		return nil, err
	}
	o, err := gather(r, page, func(p store.Page) ([]*trail.Session, string, error) {
		q.Page = p
		return s.config.Store.Sessions(r.Context(), q)
	}, func(of *trail.Session) (sessionJSON, bool, error) { return sessionOf(of), true, nil })
	if err != nil {
		return nil, err
	}
	return list(s, r, &o, &o, sessionColumns, w)
}

type sessionDetailJSON struct {
	Session     sessionJSON      `json:"session"`
	Labels      []labelJSON      `json:"labels"`
	Holdings    []holdingJSON    `json:"holdings"`
	Values      []valueJSON      `json:"values"`
	Permissions []permissionJSON `json:"permissions"`
	Attempts    []attemptJSON    `json:"attempts"`
	Proof       []proofRef       `json:"proof"`
	Unwatched   []unwatchedJSON  `json:"unwatched"`
}

type labelJSON struct {
	Model   Text    `json:"model"`
	Process Text    `json:"process"`
	Image   Text    `json:"image"`
	At      *moment `json:"at"`
}

type valueJSON struct {
	Kind  Text     `json:"kind"`
	Value uint64   `json:"value"`
	From  *moment  `json:"from"`
	Marks []string `json:"marks,omitempty"`
}

type permissionJSON struct {
	Class Text    `json:"class"`
	Path  Text    `json:"path"`
	ACL   Text    `json:"acl"`
	Allow bool    `json:"allow"`
	From  *moment `json:"from"`
	To    *moment `json:"to"`
}

type attemptJSON struct {
	Kind  Text     `json:"kind"`
	ID    Text     `json:"id"`
	Sub   Text     `json:"sub,omitempty"`
	Op    Text     `json:"op"`
	At    *moment  `json:"at"`
	Marks []string `json:"marks,omitempty"`
}

func (s *Server) session(r *request) (*answer, error) {
	id, err := strconv.ParseUint(r.PathValue("id"), 10, 63)
	if err != nil {
		return nil, badParameter("id", "%.80q is no session's number", r.PathValue("id"))
	}
	o, err := s.sessionDetail(r.Context(), id)
	if err != nil {
		return nil, err
	}
	return asJSON(o)
}

// sessionDetail gives a session with all that it held.
func (s *Server) sessionDetail(ctx context.Context, id uint64) (*sessionDetailJSON, error) {
	of, err := s.config.Store.Session(ctx, id)
	if err != nil {
		return nil, orNotFound(err, "there is no session %d", id)
	}
	o := &sessionDetailJSON{
		Session: sessionOf(of), Labels: []labelJSON{}, Holdings: []holdingJSON{}, Values: []valueJSON{},
		Permissions: []permissionJSON{}, Attempts: []attemptJSON{},
		Proof: proofOf(of.Node, []trail.Moment{of.First, of.Start, of.EndAfter, of.End, of.EndBefore, of.Last}, of.ID),
	}
	for _, l := range of.Labels {
		o.Labels = append(o.Labels, labelJSON{Text(l.Model), Text(l.Process), Text(l.Image), momentOf(l.At)})
	}
	for i := range of.Holdings {
		h, err := s.held(ctx, &store.Held{Session: of, Nth: i, Holding: of.Holdings[i]})
		if err != nil {
			return nil, err
		}
		o.Holdings = append(o.Holdings, holdingOf(&h))
	}
	for _, v := range of.Steps {
		o.Values = append(o.Values, valueJSON{Text(v.Kind), v.Value, momentOf(v.From), v.Marks.Names()})
	}
	for _, p := range of.Permissions {
		o.Permissions = append(o.Permissions, permissionJSON{Text(p.Class), Text(p.Path), Text(p.ACL), p.Allow, momentOf(p.From), momentOf(p.To)})
	}
	for _, a := range of.Attempts {
		o.Attempts = append(o.Attempts, attemptJSON{Text(a.Kind), Text(a.ID), Text(a.Sub), Text(a.Op), momentOf(a.At), a.Marks.Names()})
	}
	o.Unwatched, err = s.unwatched(ctx, of.Node, window{of.First.Millis, sessionEnd(of)})
	return o, err
}

// sessionEnd is when a session was surely over, or the end of all time.
func sessionEnd(s *trail.Session) int64 {
	for _, m := range [...]trail.Moment{s.End, s.EndBefore} {
		if m != (trail.Moment{}) {
			return m.Millis + 1
		}
	}
	if s.State == trail.Failed {
		return s.Last.Millis + 1
	}
	return maxMillis
}
