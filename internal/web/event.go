package web

import (
	"math"
	"strconv"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/store"
	"github.com/virtaudit/virtaudit/internal/trail"
	"github.com/virtaudit/virtaudit/record"
)

type resourceJSON struct {
	Kind Text `json:"kind"`
	ID   Text `json:"id"`
	Sub  Text `json:"sub,omitempty"`
}

func resourceOf(r trail.Resource) *resourceJSON {
	if r == (trail.Resource{}) {
		return nil
	}
	return &resourceJSON{Text(r.Kind), Text(r.ID), Text(r.Sub)}
}

type senderJSON struct {
	PID  uint32  `json:"pid"`
	UID  uint32  `json:"uid"`
	AUID *uint32 `json:"auid"`
	Exe  Text    `json:"exe"`
}

type eventJSON struct {
	ID         string        `json:"id"`
	Fact       uint64        `json:"fact"`
	At         *moment       `json:"at"`
	After      *moment       `json:"after,omitempty"`
	Node       Text          `json:"node"`
	Guest      *Text         `json:"guest"`
	UUID       Text          `json:"uuid"`
	Name       Text          `json:"name"`
	Session    uint64        `json:"session,omitempty"`
	Type       string        `json:"type,omitempty"`
	Op         Text          `json:"op"`
	Reason     Text          `json:"reason,omitempty"`
	Resource   *resourceJSON `json:"resource"`
	Old        Text          `json:"old,omitempty"`
	Result     *string       `json:"result"`
	Marks      []string      `json:"marks,omitempty"`
	Held       string        `json:"held,omitempty"`
	HeldAs     Text          `json:"held_as,omitempty"`
	OutOfOrder bool          `json:"out_of_order,omitempty"`
	Count      int           `json:"count,omitempty"`
	By         fact.Witness  `json:"by,omitempty"`
	Text       Text          `json:"text,omitempty"`
	Sender     *senderJSON   `json:"sender,omitempty"`
}

// eventID names an event: FACT.NTH.
func eventID(seq uint64, nth int) string {
	return strconv.FormatUint(seq, 10) + "." + strconv.Itoa(nth)
}

func eventOf(ev *trail.Event) eventJSON {
	uuid, name := ev.Guest()
	o := eventJSON{
		ID: eventID(ev.Fact, ev.Nth), Fact: ev.Fact,
		At: momentOf(ev.At), After: momentOf(ev.Before), Node: Text(ev.Node),
		Guest: guestOrNil(ev.Node, uuid, name), UUID: Text(uuid), Name: Text(name), Session: ev.SessionID,
		Op: Text(ev.Op), Reason: Text(ev.Reason),
		Resource: resourceOf(trail.Resource{Kind: ev.Kind, ID: ev.ID, Sub: ev.Sub}), Old: Text(ev.Old),
		Result: resultOf(ev.Result), Marks: ev.Marks.Names(), HeldAs: Text(ev.HeldAs),
		OutOfOrder: ev.Late, Count: ev.Count, By: ev.By, Text: Text(ev.Text), Sender: senderOf(ev.Sender),
	}
	if ev.Type != 0 {
		o.Type = ev.Type.String()
	}
	if ev.Op == trail.OpDenied && !ev.Type.Virt() {
		o.Held = ev.Held.String()
	}
	return o
}

func eventsOf(from []*trail.Event) []eventJSON {
	to := make([]eventJSON, 0, len(from))
	for _, ev := range from {
		to = append(to, eventOf(ev))
	}
	return to
}

// resultOf gives nil for a result that is not known.
func resultOf(r record.Result) *string {
	if r == record.Unknown {
		return nil
	}
	text := r.String()
	return &text
}

// senderOf gives nil for a record of the kernel's own.
func senderOf(s *trail.Sender) *senderJSON {
	if s == nil || *s == (trail.Sender{}) {
		return nil
	}
	o := &senderJSON{PID: s.PID, UID: s.UID, Exe: Text(s.Exe)}
	if s.AUID != math.MaxUint32 { // nobody logged in
		o.AUID = &s.AUID
	}
	return o
}

var eventColumns = []column[eventJSON]{
	{"id", func(e *eventJSON) string { return e.ID }},
	{"time", func(e *eventJSON) string { return csvMoment(e.At) }},
	{"node", func(e *eventJSON) string { return string(e.Node) }},
	{"uuid", func(e *eventJSON) string { return string(e.UUID) }},
	{"name", func(e *eventJSON) string { return string(e.Name) }},
	{"session", func(e *eventJSON) string { return csvNumber(e.Session) }},
	{"type", func(e *eventJSON) string { return e.Type }},
	{"op", func(e *eventJSON) string { return string(e.Op) }},
	{"reason", func(e *eventJSON) string { return string(e.Reason) }},
	{"kind", func(e *eventJSON) string { return string(e.Resource.kind()) }},
	{"resource", func(e *eventJSON) string { return string(e.Resource.id()) }},
	{"old", func(e *eventJSON) string { return string(e.Old) }},
	{"result", func(e *eventJSON) string { return orEmpty(e.Result) }},
	{"by", func(e *eventJSON) string { return string(e.By) }},
	{"text", func(e *eventJSON) string { return string(e.Text) }},
}

func (r *resourceJSON) kind() Text {
	if r == nil {
		return ""
	}
	return r.Kind
}

func (r *resourceJSON) id() Text {
	if r == nil {
		return ""
	}
	return r.ID
}

func orEmpty(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// events lists what was told.
func (s *Server) events(r *request) (*answer, error) {
	w, err := r.window()
	if err != nil {
		return nil, err
	}
	q := store.EventQuery{}
	q.From, q.To = w.bounds()
	if q.Guest, err = s.whose(r); err != nil {
		return nil, err
	}
	if op, err := r.text("op"); err != nil {
		return nil, err
	} else if op != "" {
		q.Ops = []string{op}
	}
	keep, err := r.eventFilter()
	if err != nil {
		return nil, err
	}
	page, err := r.pageOf()
	if err != nil {
		return nil, err
	}
	o, err := gather(r, page, func(p store.Page) ([]*trail.Event, string, error) {
		q.Page = p
		return s.config.Store.Events(r.Context(), q)
	}, func(ev *trail.Event) (eventJSON, bool, error) { return eventOf(ev), keep(ev), nil })
	if err != nil {
		return nil, err
	}
	return list(s, r, &o, &o, eventColumns, w)
}

// eventFilter gives what the store doesn't look for: a resource and a result.
func (r *request) eventFilter() (func(*trail.Event) bool, error) {
	result, err := r.word("result", record.Success.String(), record.Failed.String())
	if err != nil {
		return nil, err
	}
	f, err := r.resourceFilter()
	if err != nil {
		return nil, err
	}
	return func(ev *trail.Event) bool {
		return (result == "" || result == ev.Result.String()) && f.Event(ev)
	}, nil
}

// resourceFilter lets through what is of the resource that is asked for.
func (r *request) resourceFilter() (f trail.Filter, err error) {
	if r.has("resource") {
		var res trail.Resource
		res, err = r.resource()
		f.Resource = &res
	}
	return f, err
}
