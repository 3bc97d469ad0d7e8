package web

import (
	"cmp"
	"context"
	"net"
	"slices"
	"strings"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/store"
	"github.com/virtaudit/virtaudit/internal/trail"
)

type rngJSON struct {
	At        *moment         `json:"at"`
	Items     []rngGuest      `json:"items"`
	Next      *string         `json:"next"`
	Shared    []rngShared     `json:"shared"`
	Unwatched []unwatchedJSON `json:"unwatched"`
}

type rngGuest struct {
	Guest   Text        `json:"guest"`
	Node    Text        `json:"node"`
	UUID    Text        `json:"uuid"`
	Name    Text        `json:"name"`
	Session uint64      `json:"session"`
	Entropy string      `json:"entropy"`
	Devices []rngDevice `json:"devices"`
}

type rngDevice struct {
	Backend string         `json:"backend"`
	Source  Text           `json:"source"`
	Remote  bool           `json:"remote"`
	Rate    string         `json:"rate,omitempty"`
	Model   Text           `json:"model,omitempty"`
	Since   *moment        `json:"since"`
	By      []fact.Witness `json:"by"`
	Fact    uint64         `json:"fact,omitempty"`
}

type rngShared struct {
	Source  Text   `json:"source"`
	Backend string `json:"backend"`
	Guests  []Text `json:"guests"`
}

const rngKind = "rng"

// rng tells of running guests where their entropy comes from, page by page, and
// who of all shares a source.
func (s *Server) rng(r *request) (*answer, error) {
	csv, err := r.wantsCSV()
	if err != nil {
		return nil, err
	}
	held, err := s.rngsHeld(r.Context())
	if err != nil {
		return nil, err
	}
	o := rngJSON{At: timeMoment(r.now), Items: []rngGuest{}}
	if err := s.rngPage(r, held, &o); err != nil {
		return nil, err
	}
	var a *answer
	if o.Unwatched, err = s.unwatched(r.Context(), "", window{r.now.UnixMilli(), r.now.UnixMilli() + 1}); err != nil {
		return nil, err
	}
	if csv {
		a, err = asCSV(o.Items, rngColumns, o.Unwatched)
	} else {
		o.Shared = sharedSources(append(slices.Clip(o.Items), held.others(o.Items)...))
		a, err = asJSON(o)
	}
	if err == nil && o.Next != nil {
		a.link = r.link(*o.Next)
	}
	return a, err
}

// rngPage fills in the guests of a page, and the cursor of the next one.
func (s *Server) rngPage(r *request, held rngsHeld, o *rngJSON) error {
	limit, err := r.integer("limit", maxLimit, 1, maxLimit)
	if err != nil {
		return err
	}
	q := store.SessionQuery{Running: true, Page: store.Page{Limit: int(limit)}}
	if _, err := r.cursor(&q.Page.After); err != nil {
		return err
	}
	running, next, err := s.config.Store.Sessions(r.Context(), q)
	if err != nil {
		return orNotFound(err, "")
	}
	for _, of := range running {
		g, err := s.rngOf(r.Context(), of, held.by[of.ID], r.now.UnixMilli())
		if err != nil {
			return err
		}
		o.Items = append(o.Items, g)
	}
	if next != "" {
		o.Next, err = r.next(next)
	}
	return err
}

// rngsHeld are the RNGs that running sessions hold still, by session, and these
// sessions in their order.
type rngsHeld struct {
	by       map[uint64][]store.Held
	sessions []*trail.Session
}

func (s *Server) rngsHeld(ctx context.Context) (rngsHeld, error) {
	held := rngsHeld{by: map[uint64][]store.Held{}}
	q := store.HoldingQuery{Resource: trail.Resource{Kind: rngKind}, From: maxMillis, To: maxMillis}
	err := eachPage(store.Page{Limit: store.MaxLimit}, func(p store.Page) (string, bool, error) {
		q.Page = p
		found, next, err := s.config.Store.Holdings(ctx, q)
		for _, h := range found {
			held.add(h)
		}
		return next, false, err
	})
	return held, err
}

func (held *rngsHeld) add(h store.Held) {
	of := h.Session
	if h.Ended != "" || of.State != trail.Running && of.State != trail.Starting {
		return
	}
	if held.by[of.ID] == nil {
		held.sessions = append(held.sessions, of)
	}
	held.by[of.ID] = append(held.by[of.ID], h)
}

// others gives guests that hold RNGs beside those of a page, with these alone.
func (held *rngsHeld) others(page []rngGuest) []rngGuest {
	shown := make(map[uint64]bool, len(page))
	for i := range page {
		shown[page[i].Session] = true
	}
	var others []rngGuest
	for _, of := range held.sessions {
		if shown[of.ID] {
			continue
		}
		g := rngGuest{Guest: Text(guestID(of.Node, of.UUID, of.Name)), Node: Text(of.Node)}
		for i := range held.by[of.ID] {
			h := &held.by[of.ID][i]
			g.Devices = append(g.Devices, rngOfHolding(h, fact.Thing{Kind: rngKind, ID: h.ID}))
		}
		others = append(others, g)
	}
	return others
}

// rngOf joins what holdings and the definition say of a guest's RNGs.
func (s *Server) rngOf(ctx context.Context, of *trail.Session, held []store.Held, now int64) (rngGuest, error) {
	l := lane{GuestInfo: store.GuestInfo{Node: of.Node, UUID: of.UUID, Name: of.Name}}
	g := rngGuest{
		Guest: Text(guestID(of.Node, of.UUID, of.Name)), Node: Text(of.Node), UUID: Text(of.UUID), Name: Text(of.Name),
		Session: of.ID, Devices: []rngDevice{},
	}
	defined, err := s.definitionAt(ctx, &l, now)
	if err != nil {
		return g, err
	}
	if defined != nil && defined.To < of.First.Millis {
		defined = nil // it is of a session before
	}
	things := rngThings(defined)
	for i := range held {
		t, ok := taken(&things, held[i].ID)
		if !ok {
			if t, err = s.rngSeen(ctx, &held[i]); err != nil {
				return g, err
			}
		}
		g.Devices = append(g.Devices, rngOfHolding(&held[i], t))
	}
	for i := range things {
		d := rngOfThing(things[i])
		d.By, d.Fact = []fact.Witness{defined.Witness}, defined.fact.Seq
		g.Devices = append(g.Devices, d)
	}
	g.Entropy = entropyOf(g.Devices, defined)
	return g, nil
}

// rngThings gives the RNGs of an observation, which may be nil.
func rngThings(o *seen) []fact.Thing {
	if o == nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(o.Has), func(t fact.Thing) bool { return t.Kind != rngKind })
}

// taken takes one of some things by its ID.
func taken(things *[]fact.Thing, id string) (fact.Thing, bool) {
	i := slices.IndexFunc(*things, func(t fact.Thing) bool { return t.ID == id })
	if i < 0 {
		return fact.Thing{Kind: rngKind, ID: id}, false
	}
	t := (*things)[i]
	*things = slices.Delete(*things, i, i+1)
	return t, true
}

// rngSeen gives an RNG as the observation has it that shows the holding, if one
// does and is still there.
func (s *Server) rngSeen(ctx context.Context, h *store.Held) (fact.Thing, error) {
	none := fact.Thing{Kind: rngKind, ID: h.ID}
	if h.Begin == 0 || h.By == "" {
		return none, nil
	}
	o, err := s.seen(ctx, h.Begin)
	if err != nil {
		if isProblem(orNotFound(err, "")) {
			err = nil
		}
		return none, err
	}
	things := rngThings(o)
	t, _ := taken(&things, h.ID)
	return t, nil
}

func rngOfHolding(h *store.Held, t fact.Thing) rngDevice {
	d := rngOfThing(t)
	by := h.By
	if by == "" {
		by = fact.Log
	}
	d.By = append([]fact.Witness{by}, h.Also...)
	d.Since, d.Fact = momentOf(h.From), h.Begin
	return d
}

func rngOfThing(t fact.Thing) rngDevice {
	d := rngDevice{
		Backend: t.Detail["backend"], Source: Text(t.ID), Rate: t.Detail["rate"], Model: Text(t.Detail["model"]),
		Remote: remote(t.ID),
	}
	if d.Backend == "" {
		d.Backend = backendOf(t.ID)
	}
	if d.Backend == builtin {
		d.Source = ""
	}
	return d
}

const builtin = "builtin"

// backendOf goes by the name of a source: only a device's can't be a socket's.
func backendOf(id string) string {
	switch {
	case strings.HasPrefix(id, "/dev/"):
		return "random"
	case strings.HasPrefix(id, "tcp:"), strings.HasPrefix(id, "udp:"):
		return "egd"
	case id == builtin:
		return builtin
	}
	return ""
}

// remote tells whether a source is reached over a network, and isn't this host.
func remote(id string) bool {
	scheme, address, ok := strings.Cut(id, ":")
	if !ok || scheme != "tcp" && scheme != "udp" {
		return false
	}
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		host = address
	}
	ip := net.ParseIP(host)
	return host != "localhost" && (ip == nil || !ip.IsLoopback())
}

// entropyOf says it in a word. A guest has none if its definition shows none: the
// log alone proves nothing, as libvirt doesn't record that a device is attached to
// a running guest.
func entropyOf(devices []rngDevice, defined *seen) string {
	whole := defined != nil && !slices.Contains(defined.Partial, "*") && !slices.Contains(defined.Partial, rngKind)
	switch {
	case slices.ContainsFunc(devices, func(d rngDevice) bool { return d.Remote }):
		return "remote"
	case len(devices) > 0:
		return "local"
	case whole:
		return "none"
	}
	return "unknown"
}

// sharedSources gives the hardware and the daemons that several guests take
// from. The kernel's own /dev/random and /dev/urandom are made to be shared.
func sharedSources(guests []rngGuest) []rngShared {
	at := map[[2]string]int{}
	all := []rngShared{}
	for _, g := range guests {
		for _, d := range g.Devices {
			if d.Source == "" || d.Source == "/dev/random" || d.Source == "/dev/urandom" {
				continue
			}
			key := [2]string{string(g.Node), string(d.Source)}
			i, ok := at[key]
			if !ok {
				i = len(all)
				at[key] = i
				all = append(all, rngShared{Source: d.Source, Backend: d.Backend})
			}
			all[i].Guests = append(all[i].Guests, g.Guest)
		}
	}
	for i := range all {
		slices.Sort(all[i].Guests)
		all[i].Guests = slices.Compact(all[i].Guests)
	}
	all = slices.DeleteFunc(all, func(s rngShared) bool { return len(s.Guests) < 2 })
	slices.SortFunc(all, func(a, b rngShared) int {
		return cmp.Or(cmp.Compare(a.Source, b.Source), cmp.Compare(a.Guests[0], b.Guests[0]))
	})
	return all
}

var rngColumns = []column[rngGuest]{
	{"node", func(g *rngGuest) string { return string(g.Node) }},
	{"uuid", func(g *rngGuest) string { return string(g.UUID) }},
	{"name", func(g *rngGuest) string { return string(g.Name) }},
	{"entropy", func(g *rngGuest) string { return g.Entropy }},
	{"devices", func(g *rngGuest) string {
		var all []string
		for _, d := range g.Devices {
			all = append(all, strings.Join(slices.DeleteFunc([]string{d.Backend, string(d.Source), d.Rate}, func(s string) bool { return s == "" }), " "))
		}
		return strings.Join(all, "; ")
	}},
}
