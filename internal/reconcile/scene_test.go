package reconcile

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/trail"
	"github.com/virtaudit/virtaudit/record"
)

const (
	host  = "kvm1"
	uuid  = "5a1b7e9d-2b58-4d2c-b2a1-6a6f6b6b3c11"
	start = 1_000_000 // milliseconds
	s     = int64(1000)
)

// scene makes facts in their order. Times are milliseconds after start.
type scene struct {
	facts  []fact.Fact
	serial uint64
}

func (sc *scene) add(f fact.Fact) uint64 {
	f.Seq, f.Node = uint64(len(sc.facts)+1), host
	sc.facts = append(sc.facts, f)
	return f.Seq
}

// logged adds records of libvirt's of one time. type= is VIRT_CONTROL where they
// have op=.
func (sc *scene) logged(at int64, texts ...string) {
	sc.sent(at, 100, "/usr/sbin/libvirtd", texts...)
}

func (sc *scene) sent(at int64, pid int, exe string, texts ...string) {
	for i, text := range texts {
		sc.serial++
		typ, res := record.VirtResource, "success"
		if strings.HasPrefix(text, "op=") {
			typ = record.VirtControl
		}
		if rest, failed := strings.CutSuffix(text, " FAILED"); failed {
			text, res = rest, "failed"
		}
		verb, device, _ := strings.Cut(text, " | ")
		f := fact.Fact{Kind: fact.Record, Source: "file", Type: typ, Stamp: record.Stamp{Millis: start + at, Serial: sc.serial}}
		f.Text = fmt.Appendf(nil, `audit(%d.%03d:%d): pid=%d uid=0 auid=4294967295 ses=4294967295 msg='virt=kvm %s vm="g" uuid=%s %s exe="%s" hostname=? addr=? terminal=? res=%s'`,
			(start+at)/1000, (start+at)%1000, sc.serial, pid, verb, uuid, device, exe, res)
		f.Settled = i == len(texts)-1
		sc.add(f)
	}
}

// started adds the records of a start with a disk, an rng, an interface and what
// is given besides.
func (sc *scene) started(at int64, more ...string) {
	sc.logged(at, append(more, `resrc=disk reason=start | old-disk="?" new-disk="/a.img"`,
		`resrc=rng reason=start | old-rng="?" new-rng="/dev/urandom"`,
		`resrc=net reason=start | old-net="?" new-net="52:54:00:00:00:01"`,
		`resrc=mem reason=start | old-mem=0 new-mem=1048576`, `resrc=vcpu reason=start | old-vcpu=0 new-vcpu=2`,
		`op=start reason=booted | vm-pid=77`)...)
}

func (sc *scene) stopped(at int64) {
	sc.logged(at, `op=stop reason=shutdown | vm-pid=0`)
}

// base is what started gives, as witnesses show it.
func base(more ...fact.Thing) []fact.Thing {
	return append([]fact.Thing{
		{Kind: "disk", ID: "/a.img"},
		{Kind: "mem", Value: 1048576},
		{Kind: "net", ID: "52:54:00:00:00:01", Detail: map[string]string{"source": "default", "tap": "vnet0"}},
		{Kind: "rng", ID: "/dev/urandom"},
		{Kind: "vcpu", Value: 2},
	}, more...)
}

func thing(kind, id string) fact.Thing  { return fact.Thing{Kind: kind, ID: id} }
func silent(kind, id string) fact.Thing { return fact.Thing{Kind: kind, ID: id, Silent: true} }
func without(all []fact.Thing, ids ...string) []fact.Thing {
	return slices.DeleteFunc(all, func(t fact.Thing) bool { return slices.Contains(ids, t.ID) })
}

// seen adds an observation of a witness's. Times are as above; from -1 is none.
func (sc *scene) seen(w fact.Witness, what fact.What, from, to int64, o fact.Observed) uint64 {
	o.Witness, o.What, o.To = w, what, start+to
	if from >= 0 {
		o.From = start + from
	}
	if o.UUID == "" {
		o.UUID = uuid
	}
	o.Name, o.Virt = "g", "kvm"
	if o.PID == 0 {
		o.PID = 77
	}
	if o.Run == "" {
		o.Run = "1"
	}
	source := string(w)
	if w == fact.Libvirt {
		source = "libvirt qemu:///system"
	}
	return sc.add(fact.Fact{
		Kind: fact.Observation, Source: source, Stamp: record.Stamp{Millis: start + to}, Text: fact.Encode(o),
	})
}

func (sc *scene) has(w fact.Witness, from, to int64, has []fact.Thing, wants ...fact.Wanted) uint64 {
	return sc.seen(w, fact.Changed, from, to, fact.Observed{Has: has, Wants: wants})
}

func (sc *scene) first(w fact.Witness, from, to int64, has []fact.Thing) uint64 {
	return sc.seen(w, fact.Seen, from, to, fact.Observed{Has: has, State: "running"})
}

func (sc *scene) told(at int64, kind, text string) uint64 {
	return sc.seen(fact.Libvirt, fact.Told, -1, at, fact.Observed{
		Tells: []fact.Telling{{At: start + at, Kind: kind, Text: text}},
	})
}

func (sc *scene) tick(at int64) {
	sc.add(fact.Fact{
		Kind: fact.Tick, Source: "log", Stamp: record.Stamp{Millis: start + at},
		Text: fact.Encode(fact.Ticked{Source: "log", At: start + at}),
	})
}

func (sc *scene) watch(w fact.Watched) {
	sc.add(fact.Fact{Kind: fact.Watch, Source: w.Source, Text: fact.Encode(w)})
}

// rows are what a store has after some Deltas.
type rows struct {
	sessions  map[uint64]*trail.Session
	belongs   map[uint64]uint64
	events    map[trail.EventID]*trail.Event
	findings  map[string]*trail.Finding
	unwatched map[string][]trail.Span
	last      map[string]trail.Moment
}

func newRows() *rows {
	return &rows{
		map[uint64]*trail.Session{},
		map[uint64]uint64{},
		map[trail.EventID]*trail.Event{},
		map[string]*trail.Finding{},
		map[string][]trail.Span{},
		map[string]trail.Moment{},
	}
}

func (r *rows) apply(d *trail.Delta) {
	for _, s := range d.Sessions {
		r.sessions[s.ID] = s
	}
	for _, id := range d.Merged {
		delete(r.sessions, id)
	}
	maps.Copy(r.belongs, d.Belongs)
	for id, n := range d.Numbers {
		if old := r.sessions[id]; old != nil {
			row := *old
			row.Number = n
			r.sessions[id] = &row
		}
	}
	for _, ev := range d.Events {
		r.events[trail.EventID{Fact: ev.Fact, Nth: ev.Nth}] = ev
	}
	for _, id := range d.Withdrawn {
		delete(r.events, id)
	}
	for _, f := range d.Findings {
		r.findings[f.ID] = f
	}
	for _, id := range d.Dropped {
		delete(r.findings, id)
	}
	maps.Copy(r.unwatched, d.Unwatched)
	maps.Copy(r.last, d.LastSeen)
}

// text gives all rows in an order, in words that have all that matters.
func (r *rows) text() string {
	var b strings.Builder
	for _, id := range slices.Sorted(maps.Keys(r.sessions)) {
		s := r.sessions[id]
		fmt.Fprintf(&b, "session %d #%d %s %s %s by=%q pid=%d start=%v first=%v end=%v after=%v before=%v %q\n",
			s.ID, s.Number, s.UUID, s.Name, s.State, s.By, s.PID, s.Start, s.First, s.End, s.EndAfter, s.EndBefore, s.EndReason)
		for _, h := range s.Holdings {
			fmt.Fprintf(&b, "  %+v\n", h)
		}
		for _, v := range s.Steps {
			fmt.Fprintf(&b, "  %+v\n", v)
		}
	}
	for _, id := range slices.SortedFunc(maps.Keys(r.events), compareEvents) {
		ev := *r.events[id]
		ev.Sender, ev.SessionID = nil, r.sessionOf(&ev)
		fmt.Fprintf(&b, "event %d.%d session %d %v %s %s %s %s %s %q by %q %d %v\n", ev.Fact, ev.Nth, ev.SessionID, ev.At, ev.Op, ev.Reason,
			ev.Kind, ev.ID, ev.Old, ev.Text, ev.By, ev.Order, ev.Before)
	}
	for _, id := range slices.Sorted(maps.Keys(r.findings)) {
		f := *r.findings[id]
		f.Session, f.Others = nil, nil
		fmt.Fprintf(&b, "finding %+v\n", f)
	}
	return b.String()
}

// sessionOf gives the session that an event is of.
func (r *rows) sessionOf(ev *trail.Event) uint64 {
	if id := r.belongs[ev.SessionID]; id != 0 {
		return id
	}
	return ev.SessionID
}

// cases gives how many cases a test tries: all of them, or a few with -short.
func cases(all, few int) int {
	if testing.Short() {
		return few
	}
	return all
}

// derive gives the rows of all facts, and what they say is missing.
func derive(t *testing.T, facts []fact.Fact) (*rows, []Missing) {
	t.Helper()
	d, r := New(Options{}), newRows()
	for i := range facts {
		if err := d.Add(&facts[i]); err != nil {
			t.Fatal(err)
		}
	}
	r.apply(d.Delta())
	return r, d.Missing()
}

// findings gives the kinds and texts of findings by witnesses, in order.
func (r *rows) told() []string {
	var all []string
	for _, f := range r.findings {
		if f.By != "" {
			all = append(all, string(f.Kind)+": "+f.Text)
		}
	}
	slices.Sort(all)
	return all
}

// held gives the holdings that a witness has a part in, as KIND ID by=W also=W.
func (r *rows) held() []string {
	var all []string
	for _, id := range slices.Sorted(maps.Keys(r.sessions)) {
		for _, h := range r.sessions[id].Holdings {
			text := h.Kind + " " + h.ID
			if h.By != "" {
				text += " by=" + string(h.By)
			}
			for _, w := range h.Also {
				text += " also=" + string(w)
			}
			if h.Ended != "" {
				text += " ended=" + string(h.Ended)
			}
			all = append(all, text)
		}
	}
	return all
}

// ops gives the events that witnesses tell of, as OP KIND ID.
func (r *rows) ops() []string {
	var all []string
	for _, id := range slices.SortedFunc(maps.Keys(r.events), compareEvents) {
		if ev := r.events[id]; ev.By != "" {
			all = append(all, strings.TrimSpace(strings.Join([]string{ev.Op, ev.Kind, ev.ID}, " ")))
		}
	}
	return all
}

// whose gives the sessions as PID STATE UUID #NUMBER: what each holds.
func (r *rows) whose() []string {
	var all []string
	for _, id := range slices.Sorted(maps.Keys(r.sessions)) {
		s := r.sessions[id]
		text := fmt.Sprintf("%d %s %s #%d:", s.PID, s.State, s.UUID, s.Number)
		var held []string
		for _, h := range s.Holdings {
			if !slices.Contains(held, h.ID) {
				held = append(held, h.ID)
			}
		}
		all = append(all, text+" "+strings.Join(held, " "))
	}
	return all
}
