package reconcile

import (
	"cmp"
	"slices"
	"strings"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/trail"
)

// The operations in events of witnesses, beside those of records.
const (
	OpSeen     = "seen"    // the guest ran already when it was first looked at
	OpUnseen   = "unseen"  // it can't be looked at
	OpChanged  = "changed" // something changed that isn't the host's
	OpSuspend  = "suspend"
	OpResume   = "resume"
	OpReset    = "reset" // it was reset, or rebooted by itself
	OpTray     = "tray"
	OpBlockJob = "block-job"
	OpBalloon  = "balloon"
	OpWatch    = "watch"   // a source is watched from now on
	OpUnwatch  = "unwatch" // it is no longer watched
)

// toldOps names the operations of hypervisors' events. Others keep the hypervisor's
// name.
var toldOps = map[string]string{
	"lifecycle suspended": OpSuspend, "lifecycle resumed": OpResume,
	"reboot": OpReset, "tray": OpTray, "block-job": OpBlockJob, "balloon": OpBalloon,
	"STOP": OpSuspend, "RESUME": OpResume, "RESET": OpReset, "DEVICE_TRAY_MOVED": OpTray,
	"BALLOON_CHANGE": OpBalloon,
}

// toldOp gives the operation of a hypervisor's event.
func toldOp(t *fact.Telling) string {
	what := t.Kind
	if word := toldWord(t.Text, "event"); t.Kind == "lifecycle" && word != "" {
		what += " " + word
	}
	if op, ok := toldOps[what]; ok {
		return op
	}
	if strings.HasPrefix(what, "BLOCK_JOB_") {
		return OpBlockJob
	}
	return strings.ToLower(strings.NewReplacer("lifecycle ", "", "_", "-").Replace(what))
}

// toldWord gives a value in an event's text, NAME=VALUE ...
func toldWord(text, name string) string {
	for word := range strings.FieldsSeq(text) {
		if value, ok := strings.CutPrefix(word, name+"="); ok {
			return value
		}
	}
	return ""
}

// tellsStop tells whether an event says that the guest was stopped.
func tellsStop(t fact.Telling) bool {
	op := toldOp(&t)
	return op == "stopped" || op == "shutdown"
}

// startReason gives why a guest was started: as an event told it, otherwise as its
// state has it. Of one that is paused that says why it is paused.
func startReason(o *fact.Observed) string {
	for _, t := range slices.Backward(o.Tells) {
		if t.Kind == "lifecycle" && toldWord(t.Text, "event") == "started" {
			return toldWord(t.Text, "detail")
		}
	}
	if o.State != "running" {
		return ""
	}
	return o.Reason
}

// tellsState tells whether an event may announce a change of state.
func tellsState(t fact.Telling) bool {
	return t.Kind == "lifecycle" || t.Kind == strings.ToUpper(t.Kind)
}

// told takes an observation that consists of a hypervisor's events.
func (l *look) told() {
	l.run = l.toldOf()
	for i := range l.o.Tells {
		t := &l.o.Tells[i]
		op := toldOp(t)
		if l.run != nil {
			l.run.told = l.run.told || tellsStop(*t)
		}
		if op == OpBalloon && l.run != nil {
			l.ballooned(t)
		}
		reason := toldWord(t.Text, "detail")
		l.event(trail.Event{Op: op, Reason: reason, Text: cmp.Or(t.Text, t.Kind), At: moment(t.At)})
	}
}

// toldOf gives the run that an event is of. A hypervisor that calls its runs by name
// has none for one that it didn't show yet, nor any more for one whose end it tells.
func (l *look) toldOf() *run {
	if l.o.Run != "" {
		return l.run
	}
	if !slices.ContainsFunc(l.o.Tells, tellsStop) {
		if l.run != nil && l.run.views[l.w].run != "" {
			return nil
		}
		return l.run
	}
	for _, r := range slices.Backward(l.guest.runs) {
		if l.shows(r) {
			return r
		}
	}
	if n := len(l.guest.runs); l.run == nil && n > 0 { // it is over, and this is about its end
		if r := l.guest.runs[n-1]; r.ended && l.o.To <= r.gone.by+l.window {
			return r
		}
	}
	return l.run
}

// ballooned notes that the balloon changed the guest's memory.
func (l *look) ballooned(t *fact.Telling) {
	b := &l.run.balloon
	at := span{by: cmp.Or(t.At, l.o.To), fact: l.f.Seq, nth: l.nth}
	if b.count == 0 {
		b.first, b.by = at, l.w
	}
	b.count, b.last = b.count+1, at
}
