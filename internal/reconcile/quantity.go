package reconcile

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/virtaudit/virtaudit/internal/trail"
)

// quantities adds to the row what witnesses show of memory, vcpus and I/O threads and
// the log doesn't.
func (j *judge) quantities() {
	settled := j.run.settled.allSteps()
	added := len(settled) > 0
	if added {
		j.row.Steps = slices.Concat(j.row.Steps, settled)
	}
	for i := range j.run.values {
		v := &j.run.values[i]
		if j.stepped(v) {
			continue
		}
		if !added {
			j.row.Steps, added = slices.Clone(j.row.Steps), true
		}
		j.steps[i] = trail.Step{Kind: v.kind, Value: v.n, From: moment(v.at.by)}
		j.row.Steps = append(j.row.Steps, j.steps[i])
		if f := j.valueUnrecorded(v); f != nil && j.found[f.ID] != nil {
			j.valueFound[i] = f.ID
		}
	}
	if added {
		slices.SortStableFunc(j.row.Steps, func(a, b trail.Step) int { return cmp.Compare(a.From.Millis, b.From.Millis) })
	}
	j.ballooned()
}

// stepped tells whether the row has a quantity already.
func (j *judge) stepped(v *value) bool {
	var now *trail.Step // steps are in no order yet
	for i := range j.row.Steps {
		s := &j.row.Steps[i]
		if s.Kind != v.kind {
			continue
		}
		if s.Value == v.n && outside(s.From.Millis, v.at.after, v.at.by) <= j.window {
			return true
		}
		if s.From.Millis <= v.at.by && (now == nil || s.From.Millis >= now.From.Millis) {
			now = s
		}
	}
	return now != nil && (v.first || now.Value == v.n)
}

// valueUnrecorded finds that no record tells of the change of a quantity.
func (j *judge) valueUnrecorded(v *value) *trail.Finding {
	if v.first || v.doubts || v.by != libvirt && j.log == nil || !j.watched(v.at, false) ||
		!j.decided(v.at.by) || !j.readable(v.at) {
		return nil
	}
	f := j.find(trail.Unrecorded, v.at, "", v.by)
	f.Resource = trail.Resource{Kind: v.kind, ID: fmt.Sprint(v.n)}
	f.Text = fmt.Sprintf("no record tells that %s changed to %s", v.kind, amount(v.kind, v.n))
	last, _ := j.run.lastValue(v.kind, v.by)
	j.lacks(f, v.wants, j.over() || last != v.n)
	return f
}

func amount(kind string, n uint64) string {
	if kind != "mem" {
		return fmt.Sprint(n)
	}
	if n%1024 == 0 {
		return fmt.Sprintf("%d MiB", n/1024)
	}
	return fmt.Sprintf("%d KiB", n)
}

// ballooned finds that the balloon of a guest of libvirt changed its memory, which
// libvirt never records.
func (j *judge) ballooned() {
	b := &j.run.balloon
	if b.count == 0 || j.log == nil && !j.run.views[libvirt].seen {
		return
	}
	f := j.find(trail.Unrecorded, b.first, "balloon", b.by)
	f.Severity = trail.Info // drivers give memory back by themselves, and at every boot
	f.Count, f.Resource = b.count, trail.Resource{Kind: "mem"}
	if b.count > 1 {
		f.Until, f.Facts = moment(b.last.by), []uint64{b.first.fact, b.last.fact}
	}
	f.Text = "the guest's balloon changed what it has of its memory; libvirt records no such change"
}
