package reconcile

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/trail"
	"github.com/virtaudit/virtaudit/record"
)

// A look is one observation while it is taken into its run.
type look struct {
	*Deriver
	f     *fact.Fact
	o     fact.Observed
	w     int
	node  *node
	guest *guest
	run   *run
	at    span
	nth   int // counts events, and changes that findings may be made of

	gained, lost []*track
	wants        []fact.Wanted // those whose change wasn't found yet
}

// observe takes an observation.
func (d *Deriver) observe(f *fact.Fact) error {
	l := look{Deriver: d, f: f}
	if err := f.Decode(&l.o); err != nil {
		return err
	}
	if l.w = witnessOf(l.o.Witness); l.w < 0 {
		return nil // a witness of a later version
	}
	l.node = d.node(f.Node)
	l.node.witnessed = true
	d.at(l.node, cmp.Or(f.Stamp.Millis, l.o.To))
	l.guest = l.node.guestOf(&l.o, l.w)
	l.run = l.guest.runOf(&l.o, l.w)
	l.at = span{after: l.o.From, by: l.o.To, fact: f.Seq}
	l.wants = slices.Clone(l.o.Wants)
	switch l.o.What {
	case fact.Seen, fact.Changed:
		l.shown()
	case fact.Gone:
		l.gone()
	case fact.Told:
		l.told()
	case fact.Failed:
		if l.run != nil {
			l.run.views[l.w].failed = true
		}
		l.event(trail.Event{Op: OpUnseen, Text: l.o.Problem})
	}
	if l.run != nil {
		l.run.touch()
		l.run.last = max(l.run.last, l.o.To)
	}
	d.tie(l.guest)
	l.guest.dismiss()
	return nil
}

// shown takes an observation that says all that a run has.
func (l *look) shown() {
	if l.run == nil {
		l.begin()
	}
	if l.run.ended && l.o.To <= l.run.gone.by+l.window { // this witness lags behind
		return
	}
	if l.run.ended {
		l.run.reopen(l.at, l.w)
	}
	v := &l.run.views[l.w]
	first := !v.seen
	l.identify()
	if l.w != proc && l.run.defined == 0 {
		l.run.defined = l.o.To
	}
	if first {
		l.succeed()
		l.tellBegin()
	}
	was := *v
	v.seen, v.run, v.source, v.partial = true, cmp.Or(l.o.Run, v.run), l.f.Source, l.o.Partial
	v.look, v.failed, v.gone = l.at, false, false
	if !first && l.at.after == 0 {
		l.at.after = was.look.by
	}
	l.things(first)
	l.pair()
	for _, t := range slices.Concat(l.gained, l.lost) {
		l.tellTrack(t, first)
	}
	l.state()
	if l.nth == 0 && !first && l.w != proc {
		l.event(trail.Event{Op: OpChanged, Text: "something of its definition that is nothing of the host's"})
	}
}

// begin makes a new run.
func (l *look) begin() {
	l.run = &run{
		rival: l.rival(), floor: l.guest.floor,
		id: l.f.Seq, guest: l.guest, first: l.at, by: l.w, due: forever,
		found: map[string]*trail.Finding{}, settled: newSettled(),
	}
	if l.o.What == fact.Seen {
		l.run.wants, l.wants = l.wants, nil
	}
	if n := len(l.guest.runs); n > 0 { // no records are to be added to it any more
		l.guest.runs[n-1].touch()
	}
	l.guest.inserted = !l.guest.isLast(l.run.place())
	l.guest.runs = append(l.guest.runs, l.run)
	l.Deriver.runs = append(l.Deriver.runs, l.run)
}

// rival gives the last run of the guest that goes on in another process, for a process
// that claims to be the guest: several may.
func (l *look) rival() *run {
	for _, r := range slices.Backward(l.guest.runs) {
		if l.w == proc && !r.ended && l.shows(r) && r.pid != l.o.PID {
			return r
		}
	}
	return nil
}

// shows tells whether this source of the witness showed a run, and not its end.
func (l *look) shows(r *run) bool {
	v := &r.views[l.w]
	return v.seen && !v.gone && v.source == l.f.Source
}

// succeed ends the guest's earlier runs when a source shows a new one, as a source
// shows one run of a guest at a time. It doesn't end those in other processes that
// /proc shows, since each process says for itself which guest it is.
func (l *look) succeed() {
	for _, old := range l.guest.runs {
		if old == l.run || !l.shows(old) || l.w == proc && old.pid != l.o.PID {
			continue
		}
		if !old.ended {
			old.finish(span{after: old.last, by: l.o.To, fact: l.f.Seq}, l.w)
		}
		old.views[l.w].gone = true
		old.touch()
	}
}

// identify takes over the names of the guest.
func (l *look) identify() {
	r := l.run
	r.name = cmp.Or(l.o.Name, r.name)
	r.virt = cmp.Or(r.virt, l.o.Virt)
	if r.pid == 0 {
		r.pid = l.o.PID
	}
	l.guest.name = cmp.Or(r.name, l.guest.name)
}

// tellBegin makes the event that a run began, or was there already at the first look.
// Only one witness's is given out: see judge.begun.
func (l *look) tellBegin() {
	op, reason := trail.OpStart, startReason(&l.o)
	if l.at.after == 0 {
		op, reason = OpSeen, l.o.Reason
	}
	l.run.starts[l.w] = l.make(trail.Event{Op: op, Reason: reason})
	l.run.touch()
}

// gone takes an observation that says that a run ended.
func (l *look) gone() {
	r := l.run
	if r == nil { // the run is forgotten
		l.event(trail.Event{Op: trail.OpStop, Reason: l.o.Reason})
		return
	}
	r.finish(l.at, l.w)
	r.views[l.w].gone = true
	if r.reason == "" {
		r.reason, r.reasonBy = l.o.Reason, l.w
	}
	r.told = r.told || slices.ContainsFunc(l.o.Tells, tellsStop)
	if len(l.wants) > 0 {
		r.endWants = l.wants
	}
	l.event(trail.Event{Op: trail.OpStop, Reason: l.o.Reason})
}

// state makes the event that the guest was suspended, resumed or the like, unless the
// hypervisor sent one.
func (l *look) state() {
	if l.o.Was == "" || l.o.State == "" || l.o.Was == l.o.State {
		return
	}
	if slices.ContainsFunc(l.o.Tells, tellsState) {
		l.nth++
		return
	}
	op := OpChanged
	switch l.o.State {
	case "paused", "suspended":
		op = OpSuspend
	case "running":
		op = OpResume
	}
	l.event(trail.Event{Op: op, Reason: l.o.Reason, Text: l.o.Was + " -> " + l.o.State})
}

// event gives out an event.
func (l *look) event(ev trail.Event) {
	l.out.event(l.make(ev))
	if l.run != nil {
		l.run.news = true
		l.run.touch()
	}
}

// make completes an event by what the observation says.
func (l *look) make(ev trail.Event) *trail.Event {
	ev.Fact, ev.Nth, ev.Order = l.f.Seq, l.nth, l.f.Seq<<orderBits
	l.nth++
	ev.By, ev.Node = l.o.Witness, l.node.name
	ev.UUID, ev.Name = l.guest.uuid, cmp.Or(l.o.Name, l.guest.name)
	ev.At.Millis = cmp.Or(ev.At.Millis, l.o.To)
	ev.Before.Millis = l.at.after
	ev.Result = record.Success
	if l.run != nil {
		ev.SessionID = l.run.id
	}
	return &ev
}

// orderBits are how many low bits of an event's Order are for records that overtook
// others. Observations leave them 0.
const orderBits = 10

// tellTrack makes the event that a thing came or went. With quiet there is none.
func (l *look) tellTrack(t *track, quiet bool) {
	ev := trail.Event{Kind: t.kind, ID: t.thing.ID, Sub: t.sub}
	at := &t.begin
	switch {
	case t.ended:
		at = &t.end
		ev.Op = string(trail.ByDetach)
		if t.into != nil {
			at.nth = t.into.begin.nth
			return // one event tells of both
		}
	case t.old != nil:
		ev.Op, ev.Old = updateOp(t), t.old.thing.ID
	default:
		ev.Op = "attach"
	}
	at.nth = l.nth
	ev.Text = detailText(&t.thing)
	switch {
	case quiet:
		l.nth++
	case l.w == proc: // the judge sees whether a definition tells the same
		t.tells = append(t.tells, l.make(ev))
	default:
		l.event(ev)
	}
}

// updateOp is the operation by which a thing came in another's place, as libvirt calls
// it.
func updateOp(t *track) string {
	for i := range t.wants {
		if t.wants[i].Op != "" {
			return t.wants[i].Op
		}
	}
	return "update"
}

// detailText gives a thing's Detail as NAME=VALUE ..., sorted.
func detailText(t *fact.Thing) string {
	words := make([]string, 0, len(t.Detail)+1)
	for name, value := range t.Detail {
		words = append(words, name+"="+value)
	}
	slices.Sort(words)
	return strings.Join(words, " ")
}

// quantity takes a quantity that the run has.
func (l *look) quantity(kind string, n uint64, first bool) {
	was, known := l.run.lastValue(kind, l.w)
	if known && was == n {
		return
	}
	v := value{kind: kind, n: n, at: l.at, first: first || !known && n != 0 && kind != "iothread", by: l.w, doubts: l.migrates()}
	v.at.nth = l.nth
	v.wants = l.take(func(w *fact.Wanted) bool { return w.Kind == kind })
	l.run.setValue(v)
	if v.first {
		l.nth++
		return
	}
	l.event(trail.Event{
		Op: "update", Kind: kind, ID: strconv.FormatUint(n, 10), Old: strconv.FormatUint(was, 10),
	})
}

// take takes those wanted records out of the look's that are about something.
func (l *look) take(is func(*fact.Wanted) bool) []fact.Wanted {
	var taken []fact.Wanted
	rest := l.wants[:0]
	for _, w := range l.wants {
		if is(&w) {
			taken = append(taken, w)
		} else {
			rest = append(rest, w)
		}
	}
	l.wants = rest
	return taken
}
