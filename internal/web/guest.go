package web

import (
	"github.com/virtaudit/virtaudit/internal/store"
	"github.com/virtaudit/virtaudit/internal/trail"
)

// guestID names a guest of a host: UUID@NODE, or ~NAME@NODE for one that
// records name without a uuid.
func guestID(node, uuid, name string) string {
	if uuid == "" {
		return "~" + name + "@" + node
	}
	return uuid + "@" + node
}

// guestOrNil is the id of the guest that something is of, or nil where it is of
// none.
func guestOrNil(node, uuid, name string) *Text {
	if uuid == "" && name == "" {
		return nil
	}
	id := Text(guestID(node, uuid, name))
	return &id
}

type guestJSON struct {
	ID       Text    `json:"id"`
	Node     Text    `json:"node"`
	UUID     Text    `json:"uuid"`
	Name     Text    `json:"name"`
	Virt     Text    `json:"virt"`
	Running  bool    `json:"running"`
	State    string  `json:"state"`
	Sessions int     `json:"sessions"`
	Session  uint64  `json:"session"`
	First    *moment `json:"first"`
	Last     *moment `json:"last"`
	Lane     int     `json:"lane"`
}

func guestOf(l *lane) guestJSON {
	g := &l.GuestInfo
	return guestJSON{
		ID: Text(l.id), Node: Text(g.Node), UUID: Text(g.UUID), Name: Text(g.Name), Virt: Text(g.Virt),
		Running: g.Running != 0, State: g.State.String(), Sessions: g.Sessions, Session: g.Running,
		First: momentOf(g.First), Last: momentOf(g.Last), Lane: l.place,
	}
}

var guestColumns = []column[guestJSON]{
	{"node", func(g *guestJSON) string { return string(g.Node) }},
	{"uuid", func(g *guestJSON) string { return string(g.UUID) }},
	{"name", func(g *guestJSON) string { return string(g.Name) }},
	{"virt", func(g *guestJSON) string { return string(g.Virt) }},
	{"state", func(g *guestJSON) string { return g.State }},
	{"sessions", func(g *guestJSON) string { return csvNumber(g.Sessions) }},
	{"first", func(g *guestJSON) string { return csvMoment(g.First) }},
	{"last", func(g *guestJSON) string { return csvMoment(g.Last) }},
}

type guestsJSON struct {
	page[guestJSON]
	Total int `json:"total"`
}

// guests lists guests in the order of their lanes, of which a cursor holds the
// last one's place in the order: its name, node and uuid.
func (s *Server) guests(r *request) (*answer, error) {
	f, err := r.laneFilter()
	if err != nil {
		return nil, err
	}
	limit, err := r.limit()
	if err != nil {
		return nil, err
	}
	var after laneKey
	later, err := r.cursor(&after)
	if err != nil {
		return nil, err
	}
	lanes, err := s.lanes.get(r.Context(), s)
	if err != nil {
		return nil, err
	}
	o := guestsJSON{}
	var last laneKey
	for i := range lanes.all {
		l := &lanes.all[i]
		if !f.matches(l) {
			continue
		}
		o.Total++
		if later && compareLanes(l.key(), after) <= 0 || o.Next != nil {
			continue
		}
		if len(o.Items) == limit {
			if o.Next, err = r.next(last); err != nil {
				return nil, err
			}
			continue
		}
		o.Items, last = append(o.Items, guestOf(l)), l.key()
	}
	return list(s, r, &o.page, &o, guestColumns, window{})
}

type guestDetailJSON struct {
	Guest     guestJSON          `json:"guest"`
	Session   *sessionDetailJSON `json:"session"`
	Findings  map[string]int     `json:"findings"`
	Unwatched []unwatchedJSON    `json:"unwatched"`
}

func (s *Server) guest(r *request) (*answer, error) {
	l, err := s.pathGuest(r)
	if err != nil {
		return nil, err
	}
	o := guestDetailJSON{Guest: guestOf(l), Findings: map[string]int{}}
	if o.Session, err = s.lastSession(r, l); err != nil {
		return nil, err
	}
	if o.Session != nil {
		o.Guest.Session = o.Session.Session.ID
	}
	for _, name := range trail.Severities {
		o.Findings[name] = 0
	}
	err = eachPage(store.Page{Limit: store.MaxLimit}, func(p store.Page) (string, bool, error) {
		found, next, err := s.config.Store.Findings(r.Context(), store.FindingQuery{Guest: l.query(), Page: p})
		for _, f := range found {
			o.Findings[f.Severity.String()]++
		}
		return next, false, err
	})
	if err != nil {
		return nil, err
	}
	if o.Unwatched, err = s.unwatched(r.Context(), l.Node, window{l.First.Millis, maxMillis}); err != nil {
		return nil, err
	}
	return asJSON(o)
}

// lastSession gives the session of a guest that began last, or nil.
func (s *Server) lastSession(r *request, l *lane) (*sessionDetailJSON, error) {
	bare, _, err := s.config.Store.Sessions(r.Context(), store.SessionQuery{
		Guest: l.query(), Page: store.Page{Limit: 1, Newest: true},
	})
	if err != nil || len(bare) == 0 {
		return nil, err
	}
	return s.sessionDetail(r.Context(), bare[0].ID)
}
