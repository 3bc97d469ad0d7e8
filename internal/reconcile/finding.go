package reconcile

import (
	"cmp"
	"fmt"
	"strconv"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/trail"
)

// find adds a finding about something that a fact shows, for the caller to complete.
func (j *judge) find(kind trail.FindingKind, at span, what string, w int) *trail.Finding {
	id := fmt.Sprintf("%s-%d-%d", kind, at.fact, at.nth)
	if what != "" {
		id += "-" + what
	}
	f := &trail.Finding{
		Kind: kind, Severity: trail.Warning, At: moment(at.by), By: witnessNames[w], Facts: []uint64{at.fact}, ID: id,
	}
	j.found[id] = f
	return f
}

// findOf is find for a finding about a track.
func (j *judge) findOf(t *track, kind trail.FindingKind, at span, what string, w int) *trail.Finding {
	f := j.find(kind, at, what, w)
	j.foundOf[f.ID] = t
	return f
}

func (j *judge) who(w int) string {
	if w == proc {
		return "the guest's process"
	}
	return string(witnessNames[w])
}

func (t *track) resource() trail.Resource {
	return trail.Resource{Kind: t.kind, ID: t.thing.ID, Sub: t.thing.Sub}
}

// recordable tells whether the log should have a record of a thing. Records are
// libvirt's; that QEMU's monitor shows a guest doesn't prove that libvirt runs it.
func (j *judge) recordable(t *track) bool {
	return !t.thing.Silent && t.kind != "tpm-emulator" && (t.by == libvirt || t.ever[libvirt] || j.log != nil)
}

// watched tells whether a witness saw a change itself, and after the guest's start:
// what a guest gets while it starts is in the records of that start.
func (j *judge) watched(at span, first bool) bool {
	switch {
	case first && at.after == 0: // it may have come before anybody looked
		return j.log != nil && j.log.StartKnown() && j.log.Start.Millis+j.window < at.by
	case first:
		return false
	}
	return j.log == nil || at.after >= j.log.Start.Millis
}

// attachUnrecorded finds that no record of its time tells that a thing was attached.
// later is when one did, if any.
func (j *judge) attachUnrecorded(t *track, later trail.Moment) {
	if !j.recordable(t) || t.doubtful || !j.watched(t.begin, t.first) || !j.decided(t.begin.by) || !j.readable(t.begin) {
		return
	}
	kind, text := trail.Unrecorded, "no record tells of the "+changeText(t)
	if j.failed(t) {
		kind, text = trail.Unconfirmed, "a record says that the "+changeText(t)+" failed, and "+j.who(t.by)+" shows it"
	}
	f := j.findOf(t, kind, t.begin, "", t.by)
	f.Resource, f.Text = t.resource(), text
	if t.kind == "rng" && t.old == nil {
		f.Text += "; libvirt records no attach of a random device"
	}
	if later != (trail.Moment{}) {
		f.Proof = []trail.Moment{later}
		f.Text += "; one came " + strconv.FormatInt((later.Millis-t.begin.by)/1000, 10) + " s later"
		j.mended(f, t.wants)
		return
	}
	if kind == trail.Unrecorded {
		j.lacks(f, t.wants, j.over() || t.ended)
	}
}

// failed tells whether a record says that an attach failed that a witness shows.
func (j *judge) failed(t *track) bool {
	if j.log == nil {
		return false
	}
	for i := range j.log.Attempts {
		a := &j.log.Attempts[i]
		if keyOf(a.Kind, a.ID, a.Sub) == t.key && a.Op != "detach" && outside(a.At.Millis, t.begin.after, t.begin.by) <= j.window {
			return true
		}
	}
	return false
}

// changeText says what happened: attach of disk /a.img.
func changeText(t *track) string {
	if t.old != nil {
		return updateOp(t) + " of " + t.old.resource().String() + " to " + trail.Resource{ID: t.thing.ID}.String()
	}
	return "attach of " + t.resource().String()
}

// detachUnrecorded finds that no record tells that a thing was detached.
func (j *judge) detachUnrecorded(t *track) {
	if !j.recordable(t) || t.doubtfulEnd || !j.watched(t.end, false) || !j.decided(t.end.by) || !j.readable(t.end) {
		return
	}
	text := "detach of " + t.resource().String()
	if t.into != nil {
		if _, recorded := j.pairs[t.into]; !recorded {
			return // the finding about what came in its place says it
		}
		text = changeText(t.into)
	}
	f := j.findOf(t, trail.Unrecorded, t.end, "end", t.by)
	f.Resource, f.Text = t.resource(), "no record tells of the "+text
	j.lacks(f, t.endWants, j.over() || j.back(t))
}

// unconfirmed finds that the definition lacks what the guest holds by a record.
func (j *judge) unconfirmed(h *trail.Holding, v *view) {
	id := fmt.Sprintf("%s-%d-lacks", trail.Unconfirmed, h.Begin)
	res := trail.Resource{Kind: h.Kind, ID: h.ID, Sub: h.Sub}
	j.found[id] = &trail.Finding{
		ID: id, Kind: trail.Unconfirmed, Severity: trail.Warning, At: h.From, Resource: res, By: fact.Libvirt,
		Facts: []uint64{v.look.fact}, Proof: []trail.Moment{h.From},
		Text: "a record says that the guest holds " + res.String() + ", and its definition doesn't have it",
	}
}

// undeclared finds that a process has something open that no record or definition
// names before a time.
func (j *judge) undeclared(t *track, begin span, until int64, what string) {
	f := j.findOf(t, trail.Undeclared, t.begin, what, proc)
	f.At, f.Resource = moment(begin.by), t.resource()
	f.Text = "the guest's process has " + t.resource().String() + " open, which no record and no definition names"
	if t.thing.Detail["deleted"] != "" {
		f.Text += "; the file was deleted"
	}
	switch {
	case until != forever:
		f.Until = moment(until)
	case t.ended:
		f.Until = moment(t.end.by)
	case j.run.ended:
		f.Until = moment(j.run.gone.by)
	}
}

// startUnrecorded finds that libvirt started a guest without a record.
func (j *judge) startUnrecorded() {
	r := j.run
	if r.by != libvirt || r.first.after == 0 || r.guest.starting() || !j.decided(r.first.by) || !j.readable(r.first) {
		return
	}
	f := j.find(trail.Unrecorded, r.first, "start", r.by)
	f.Text = "no record tells of the guest's start"
	j.lacks(f, j.startWants(), j.over() || j.again())
}

// stopUnrecorded finds that a guest of libvirt stopped without a record.
func (j *judge) stopUnrecorded() {
	r := j.run
	if j.log == nil && r.by != libvirt || !j.decided(r.gone.by) || !j.readable(r.gone) {
		return
	}
	f := j.find(trail.Unrecorded, span{fact: r.id}, "stop", r.goneBy)
	f.Facts = []uint64{r.gone.fact}
	f.At, f.Until = moment(cmp.Or(r.gone.after, r.gone.by)), moment(r.gone.by)
	f.Text = "no record tells that the guest stopped; " + j.who(r.goneBy) + " shows that it is gone"
	j.lacks(f, r.endWants, j.again() || j.log == nil && r.first.after != 0 || j.log != nil && j.log.State != trail.Running)
}

// endedFalsely finds that a guest went on running although the log says that it
// stopped or was lost. If so it makes the row that of a running session.
func (j *judge) endedFalsely() bool {
	if j.log == nil || j.log.State != trail.Closed && j.log.State != trail.Lost {
		return false
	}
	end := cmp.Or(j.log.End, j.log.EndBefore)
	w, shown := j.whoShows(end.Millis + j.window)
	if !shown || !j.decided(end.Millis+j.window) {
		return false
	}
	f := j.find(trail.Unconfirmed, span{fact: j.run.id}, "stop", w)
	f.At, f.Proof, f.Facts = end, []trail.Moment{end}, []uint64{j.run.views[w].look.fact}
	says := "a record says that the guest stopped"
	if j.log.State == trail.Lost {
		says = "the log says that the guest's session ended (" + j.log.EndReason + ")"
	}
	f.Text = says + ", and " + j.who(w) + " shows that it runs"
	if j.run.ended {
		f.Text = says + ", and " + j.who(w) + " shows that it ran on"
	}
	j.reopen()
	return true
}

// whoShows gives a witness that is known to have seen the run after a time.
func (j *judge) whoShows(at int64) (w int, ok bool) {
	if j.run.ended && j.run.gone.after > at {
		return j.run.goneBy, true
	}
	for w := range j.run.views {
		if j.showsPast(w, at) {
			return w, true
		}
	}
	return 0, false
}

// reopen undoes in the row that the session ended.
func (j *judge) reopen() {
	j.row.State, j.row.EndReason = trail.Running, ""
	j.row.End, j.row.EndAfter, j.row.EndBefore = trail.Moment{}, trail.Moment{}, trail.Moment{}
	for i := range j.row.Holdings {
		if h := &j.row.Holdings[i]; h.Ended == trail.ByStop || h.Ended == trail.ByLoss {
			copyEnd(h, &trail.Holding{})
		}
	}
}

// claimed finds that a process claims to be a guest that runs in another process.
func (j *judge) claimed() {
	r, o := j.run, j.run.rival
	if o == nil || r.guest.uuid == "" || o.ended && o.gone.by <= r.first.by+j.window || !j.decided(r.first.by) {
		return
	}
	f := j.find(trail.Undeclared, r.first, "claim", proc)
	f.Text = fmt.Sprintf("process %d says that it is this guest, which runs as process %d", r.pid, o.pid)
	switch {
	case r.ended && o.ended:
		f.Until = moment(min(r.gone.by, o.gone.by))
	case r.ended:
		f.Until = moment(r.gone.by)
	case o.ended:
		f.Until = moment(o.gone.by)
	}
}
