package witness

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/hypervisor/qmp"
)

// A qmpGuest is what is stored of a guest that runs.
type qmpGuest struct {
	Boot, Run        string
	Socket           string
	PID              int
	Start            uint64 // of its process
	UUID, Name, Virt string
	Status           string
	Has              []fact.Thing
	// Looked is when it was last looked at. If it is Watched it may have been looked at
	// since then; see alive.
	Looked  int64
	Watched bool
}

// An alive is a time since which every guest that is Watched has been looked at. It is
// stored instead of the time of each look.
type alive struct {
	Boot string
	At   int64
}

// A monitor is what is known of a socket.
type monitor struct {
	teller
	guest  *qmpGuest
	before bool   // guest was stored by an earlier run of the service, and not seen since
	reason string // why QEMU said that it ends
}

// A qmpTeller makes facts of what the Watcher tells.
type qmpTeller struct {
	teller
	monitors map[string]*monitor
	alive    alive
	every    time.Duration // how old alive may get
	due      time.Time     // when that is looked at again
	speller  speller
	namer    namer
	events   *limiter
}

const qmpPrefix = "witness/qmp/"

// maxMonitors is how many sockets are remembered before those without a guest are
// forgotten.
const maxMonitors = 8192

// teller makes a qmpTeller that knows what was stored.
func (q *QMP) teller(give Give) (*qmpTeller, error) {
	t := &qmpTeller{
		teller:   teller{Base: &q.base, source: q.Name(), witness: fact.QMP, box: &q.box, give: give},
		monitors: map[string]*monitor{}, every: 3 * q.o.Interval,
		events: newLimiter(maxEvents, eventPause), namer: newNamer(q.base.host),
	}
	states, err := q.base.States(qmpPrefix)
	if err != nil {
		return nil, fmt.Errorf("qmp: stored state: %w", err)
	}
	for key, text := range states {
		var err error
		if g := (&qmpGuest{}); key == qmpPrefix+"alive" {
			err = json.Unmarshal(text, &t.alive)
		} else if err = json.Unmarshal(text, g); err == nil {
			m := t.monitor(g.Socket)
			m.guest, m.before = g, true
		}
		if err != nil {
			return nil, fmt.Errorf("qmp: stored state %s: %w", key, err)
		}
	}
	return t, nil
}

func (t *qmpTeller) monitor(socket string) *monitor {
	m := t.monitors[socket]
	if m == nil {
		if len(t.monitors) >= maxMonitors {
			maps.DeleteFunc(t.monitors, func(_ string, m *monitor) bool { return m.guest == nil })
		}
		m = &monitor{teller: t.teller}
		m.source = "qmp " + fact.Plain(socket)
		t.monitors[socket] = m
	}
	return m
}

func (g *qmpGuest) key() string { return qmpPrefix + "guest/" + g.Socket }

// begin reports the guests that were known before and are gone.
func (t *qmpTeller) begin() error {
	var facts []fact.Fact
	state := map[string][]byte{}
	for _, m := range t.monitors {
		g := m.guest
		g.Looked = t.lookedAt(g)
		if g.Boot == t.Boot && g.runs() {
			t.Processes.put(g.PID, identity{g.UUID, g.Name, g.Virt})
			continue
		}
		facts = append(facts, t.gone(m, t.Now(), state)...)
	}
	return t.report(facts, state)
}

// runs tells whether the guest's process is there, or, if that isn't known, its socket.
func (g *qmpGuest) runs() bool {
	if g.Start != 0 {
		return startOf(g.PID) == g.Start
	}
	_, err := os.Stat(g.Socket)
	return err == nil
}

// lookedAt gives up to when a guest is known to have been as it is stored.
func (t *qmpTeller) lookedAt(g *qmpGuest) int64 {
	if g.Watched && t.alive.Boot == g.Boot {
		return max(g.Looked, t.alive.At)
	}
	return g.Looked
}

// looked makes facts of what a look shows to be new.
func (t *qmpTeller) looked(m *monitor, r *qmp.Report, state map[string][]byte) []fact.Fact {
	var facts []fact.Fact
	if m.guest != nil && m.before && !m.guest.is(r, t.Boot) {
		facts = t.gone(m, r.To, state)
		t.monitors[r.Socket] = m
	}
	if m.up == nil || !*m.up {
		since := int64(0)
		if m.guest != nil {
			since = m.guest.Looked
		}
		facts = append(facts, m.watched(r.To, timeOf(since)))
	}
	if g := m.guest; r.Kind == qmp.Same && g != nil && !m.before { // as it was compared last
		g.Looked, g.Watched = millis(r.Snapshot.Begun), true
		return facts
	}
	o, has, changed := t.compare(m, r)
	g := m.guest
	m.before = false
	g.Looked, g.Watched = millis(r.Snapshot.Begun), true
	if changed {
		g.Has, g.Status = has, o.State
		facts = append(facts, m.observe(o))
		state[g.key()] = fact.Encode(g)
		t.Processes.put(g.PID, identity{g.UUID, g.Name, g.Virt})
	}
	return facts
}

// is tells whether a report is about this run of the guest.
func (g *qmpGuest) is(r *qmp.Report, boot string) bool {
	uuid := r.Snapshot.Spec.UUID
	return g.Boot == boot && g.PID == r.PID && g.Start == startOf(r.PID) && (g.UUID == uuid || g.UUID == "" || uuid == "")
}

// compare compares a guest with what was known of it.
func (t *qmpTeller) compare(m *monitor, r *qmp.Report) (o fact.Observed, has []fact.Thing, changed bool) {
	s := r.Snapshot
	seen, partial := t.things(m, s)
	g, isNew := m.guest, m.guest == nil
	if isNew {
		g = &qmpGuest{Boot: t.Boot, Socket: r.Socket, PID: r.PID, Start: startOf(r.PID)}
		g.Run = t.run(strconv.Itoa(r.PID), r.To)
		m.guest = g
	}
	has = carried(g.Has, seen, partial)
	was, is := g.Status, string(s.Status)
	if is == "" {
		is = was
	}
	g.identify(s)
	o = fact.Observed{
		What: fact.Changed, UUID: g.UUID, Name: g.Name, Virt: g.Virt, PID: g.PID, Run: g.Run,
		From: g.Looked, To: millis(r.To), State: is, Was: was, Has: seen, Partial: partial,
	}
	if isNew {
		o.What, o.Was, o.From = fact.Seen, "", millis(unborn(g.Start, r.To))
	}
	if len(partial) > 0 {
		o.Problem = unknownText(s)
	}
	return o, has, isNew || was != is || !sameThings(g.Has, has)
}

// identify takes over the names of the guest, as far as they are known.
func (g *qmpGuest) identify(s *qmp.Snapshot) {
	if s.Knows("uuid") {
		g.UUID = s.Spec.UUID
	}
	if s.Knows("name") {
		g.Name = fact.Plain(s.Spec.Name)
	}
	if s.Knows("virt") {
		g.Virt = string(s.Spec.Virt)
	}
}

// told makes facts of QEMU's events.
func (t *qmpTeller) told(m *monitor, r *qmp.Report) []fact.Fact {
	o := fact.Observed{What: fact.Told, PID: r.PID, To: millis(r.To)}
	if g := m.guest; g != nil && !m.before {
		o.UUID, o.Name, o.Virt, o.Run = g.UUID, g.Name, g.Virt, g.Run
	}
	var notes []string
	for i := range r.Events {
		e := &r.Events[i]
		m.hear(e)
		if e.Lost > 0 {
			t.box.set(func(s *Status) { s.Missed += uint64(e.Lost) })
		}
		allowed, dropped := t.events.take(r.Socket, r.To)
		if dropped > 0 {
			notes = append(notes, fmt.Sprintf("%d events were left out: too many in a short time", dropped))
		}
		switch {
		case allowed && e.Lost > 0:
			notes = append(notes, fmt.Sprintf("%d events were lost", e.Lost))
		case allowed:
			o.Tells = append(o.Tells, fact.Telling{At: millis(e.At), Kind: clipped(e.Name, 256), Text: clipped(string(e.Data), maxTelling)})
		}
	}
	if o.Problem = strings.Join(notes, "; "); len(o.Tells) == 0 && o.Problem == "" {
		return nil
	}
	t.Processes.stir(o.UUID)
	return []fact.Fact{m.observe(o)}
}

// hear notes the reason that an event gives for the guest's end.
func (m *monitor) hear(e *qmp.Event) {
	if e.Name != "SHUTDOWN" {
		return
	}
	var data struct{ Reason string }
	if json.Unmarshal(e.Data, &data) == nil {
		m.reason = clipped(data.Reason, 256)
	}
}

// gone makes the facts that a guest is gone.
func (t *qmpTeller) gone(m *monitor, at time.Time, state map[string][]byte) []fact.Fact {
	g := m.guest
	if g == nil {
		return nil
	}
	var facts []fact.Fact
	if m.up != nil && !*m.up { // there is nothing more to watch, so nothing is missed
		facts = append(facts, m.watched(at, time.Time{}))
	}
	o := fact.Observed{
		What: fact.Gone, UUID: g.UUID, Name: g.Name, Virt: g.Virt, PID: g.PID, Run: g.Run,
		From: g.Looked, To: t.overBy(g.Looked, g.Boot, at), Was: g.Status, Reason: m.reason,
	}
	state[g.key()] = nil
	t.Processes.drop(g.PID)
	t.events.forget(g.Socket)
	m.guest, m.before, m.reason, m.up, m.lost = nil, false, "", nil, time.Time{}
	delete(t.monitors, g.Socket)
	return append(facts, m.observe(o))
}

// interrupt stores when a guest was last looked at, as it can't be looked at now.
func (t *qmpTeller) interrupt(m *monitor, state map[string][]byte) {
	if g := m.guest; g != nil {
		g.Watched = false
		state[g.key()] = fact.Encode(g)
	}
}

// stillWatched stores, now and then, since when all guests have been looked at.
func (t *qmpTeller) stillWatched(now time.Time, state map[string][]byte) {
	if now.Before(t.due) {
		return
	}
	t.due = now.Add(t.every / 3)
	oldest := int64(0)
	for _, m := range t.monitors {
		if g := m.guest; g != nil && g.Watched && (oldest == 0 || g.Looked < oldest) {
			oldest = g.Looked
		}
	}
	if oldest > 0 && oldest-t.alive.At >= t.every.Milliseconds() {
		t.alive = alive{Boot: t.Boot, At: oldest}
		state[qmpPrefix+"alive"] = fact.Encode(t.alive)
	}
}

// count updates the status.
func (t *qmpTeller) count() {
	n := 0
	var failing []string
	for _, m := range t.monitors {
		if m.why != "" {
			failing = append(failing, m.why)
		}
		if m.guest != nil && !m.before && m.why == "" {
			n++
		}
	}
	why := problems(failing)
	t.box.set(func(s *Status) { s.Guests, s.Up, s.Why, s.Absent = n, n > 0, why, n == 0 && why == "" })
}

// maxProblems is how many monitors' problems the status lists.
const maxProblems = 8

// problems joins the reasons why monitors are not watched.
func problems(all []string) string {
	slices.Sort(all)
	if more := len(all) - maxProblems; more > 0 {
		all = append(all[:maxProblems], fmt.Sprintf("and %d more", more))
	}
	return strings.Join(all, "; ")
}

// unknownText says which parts are unknown, and why.
func unknownText(s *qmp.Snapshot) string {
	var all []string
	for _, u := range s.Unknown {
		all = append(all, string(u.Part)+": "+u.Err.Error())
	}
	slices.Sort(all)
	return strings.Join(all, "; ")
}
