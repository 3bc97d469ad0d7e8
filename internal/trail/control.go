package trail

import "github.com/virtaudit/virtaudit/record"

// control takes a VIRT_CONTROL record.
func (t *Trail) control(e *entry) {
	op, _ := e.rec.Lookup("op")
	switch {
	case op.Is("start"):
		t.controlStart(e)
	case op.Is("stop"):
		t.controlStop(e)
	case op.Is("init"):
		t.controlInit(e)
	default:
		t.aside(e, op.String())
	}
}

func (t *Trail) controlStart(e *entry) {
	r := &e.rec
	g := t.guestOf(e.node, r)
	pid := number(r, "vm-pid")
	switch {
	case r.Result == record.Failed:
		t.startFailed(g, e)
		return
	case r.Result == record.Unknown && pid == 0: // cut before it says how it went
		t.cutStart(g, e)
		return
	}
	t.counts.Starts++
	if g == nil {
		t.tellControl(e, nil, nil, OpStart)
		return
	}
	t.settleAll(g)
	s := t.start(g, e)
	g.starting = nil
	t.supersede(g, s)
	s.Start, s.PID = r.Stamp, pid
	s.StartReason = t.fieldText(r, "reason")
	t.opened(g, s)
	t.tellControl(e, g, s, OpStart)
}

// cutStart takes a start that was cut before it says how it went.
func (t *Trail) cutStart(g *guest, e *entry) {
	var s *Session
	if g != nil {
		t.settleAll(g)
		s = t.start(g, e)
		s.cutStart = true
	}
	t.tellControl(e, g, s, OpStart)
}

// startFailed makes a session of its own of a start that failed. That it was
// tried proves that the guest was not running.
func (t *Trail) startFailed(g *guest, e *entry) {
	t.counts.FailedStarts++
	if g == nil {
		t.tellControl(e, nil, nil, OpStart)
		return
	}
	t.settle(g)
	t.settleAll(g)
	s := t.start(g, e)
	g.starting = nil
	if g.open != nil {
		g.open.presume(presumption{why: startedAgain, at: s.First, by: s.begun})
	}
	t.tellControl(e, g, s, OpStart)
	s.State = Failed
	s.Start = e.rec.Stamp
	s.StartReason = t.fieldText(&e.rec, "reason")
	if !t.counting() {
		s.fail(e.rec.Stamp)
	}
	g.unbind(s)
	t.finish(s)
	g.forget()
}

func (t *Trail) controlStop(e *entry) {
	r := &e.rec
	t.counts.Stops++
	g := t.guestOf(e.node, r)
	if g == nil {
		t.counts.StopsWithoutStart++
		t.tellControl(e, nil, nil, OpStop)
		return
	}
	t.settleAll(g)
	if before(e, g) {
		t.strayStop(g, e)
		return
	}
	s := t.live(g, e)
	t.tellControl(e, g, s, OpStop)
	if r.Result == record.Failed {
		alive(s, g.node, r.Stamp)
		t.attempt(s, Attempt{Op: "stop", At: r.Stamp, Marks: r.Marks})
		return
	}
	if s.Start == (Moment{}) {
		t.counts.StopsWithoutStart++
	}
	if r.Result == record.Unknown && r.Marks&record.Cut != 0 { // it ends unless more is heard of it
		s.presume(presumption{why: stopCut, at: r.Stamp, by: e.mark()})
		return
	}
	s.State, s.End = Closed, r.Stamp
	s.EndReason = t.fieldText(r, "reason")
	s.end(r.Stamp, ByStop, e.fact)
	t.close(g)
	g.forget()
}

// before tells whether a record that came too late is older than the session
// that its guest has now.
func before(e *entry, g *guest) bool {
	s := g.open
	if s == nil {
		s = g.starting
	}
	return e.late && s != nil && s.boots == len(g.node.boots) && e.rec.Stamp.Serial < s.First.Serial
}

// strayStop takes a stop of a session that is over already: all that is known
// of it is that it was stopped.
func (t *Trail) strayStop(g *guest, e *entry) {
	s := t.fresh(g, e)
	t.touch(s, e)
	t.tellControl(e, g, s, OpStop)
	t.counts.StopsWithoutStart++
	s.State, s.End = Closed, e.rec.Stamp
	s.EndReason = t.fieldText(&e.rec, "reason")
	t.finish(s)
}

func (t *Trail) controlInit(e *entry) {
	r := &e.rec
	t.counts.Inits++
	g := t.guestOf(e.node, r)
	if g == nil {
		t.tellControl(e, nil, nil, OpInit)
		return
	}
	t.settleAll(g)
	s := t.live(g, e)
	t.tellControl(e, g, s, OpInit)
	if r.Result == record.Failed {
		t.attempt(s, Attempt{Op: "init", At: r.Stamp, Marks: r.Marks})
		return
	}
	alive(s, g.node, r.Stamp)
	s.InitPID = number(r, "init-pid")
	if pid := number(r, "vm-pid"); s.PID == 0 && pid != 0 {
		s.PID = pid
		g.node.byPID[pid] = g
	}
}

// label takes a VIRT_MACHINE_ID record: the first of a start.
func (t *Trail) label(e *entry) {
	r := &e.rec
	g := t.guestOf(e.node, r)
	if g == nil {
		t.tellLabel(e, nil, nil, &Label{})
		return
	}
	t.settleAll(g)
	l := Label{
		Model: t.fieldText(r, "model"), Process: t.fieldText(r, "vm-ctx"),
		Image: t.fieldText(r, "img-ctx"), At: r.Stamp,
	}
	if g.starting != nil && g.starting.bound(l.Model) { // one start more
		t.abandon(g, presumption{why: startedAgain, at: r.Stamp, by: e.mark()})
	}
	s := t.start(g, e)
	s.labelled = true
	t.tellLabel(e, g, s, &l)
	if r.Result == record.Failed {
		t.attempt(s, Attempt{Kind: "label", ID: l.Process, Sub: l.Model, Op: "start", At: r.Stamp, Marks: r.Marks})
		return
	}
	s.Labels = append(s.Labels, l)
	g.bind(l)
}

// bound tells whether the session has a label of that model.
func (s *Session) bound(model string) bool {
	for _, l := range s.Labels {
		if l.Model == model {
			return true
		}
	}
	return false
}

func (t *Trail) fieldText(r *record.Record, name string) string {
	f, ok := r.Lookup(name)
	if !ok || f.Missing() {
		return ""
	}
	return t.intern(f)
}

func number(r *record.Record, name string) uint64 {
	f, _ := r.Lookup(name)
	if f.Partial() {
		return 0
	}
	n, _ := f.Uint()
	return n
}
