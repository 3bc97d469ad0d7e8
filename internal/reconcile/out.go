package reconcile

import (
	"cmp"
	"maps"
	"slices"

	"github.com/virtaudit/virtaudit/internal/trail"
)

// out collects the next Delta.
type out struct {
	rows     map[uint64]*trail.Session
	merged   map[uint64]bool
	belongs  map[uint64]uint64
	numbers  map[uint64]int
	findings map[string]*trail.Finding      // nil where one is dropped
	events   map[trail.EventID]*trail.Event // nil where one is withdrawn
	passed   trail.Delta
}

func newOut() *out {
	return &out{
		rows: map[uint64]*trail.Session{}, merged: map[uint64]bool{}, belongs: map[uint64]uint64{}, numbers: map[uint64]int{},
		findings: map[string]*trail.Finding{}, events: map[trail.EventID]*trail.Event{},
		passed: trail.Delta{Unwatched: map[string][]trail.Span{}, LastSeen: map[string]trail.Moment{}},
	}
}

func (o *out) session(row *trail.Session) {
	o.rows[row.ID] = row
	delete(o.merged, row.ID)
	delete(o.numbers, row.ID)
}

func (o *out) merge(id uint64) {
	o.merged[id] = true
	delete(o.rows, id)
	delete(o.numbers, id)
}

func (o *out) event(ev *trail.Event) { o.events[trail.EventID{Fact: ev.Fact, Nth: ev.Nth}] = ev }

func (o *out) number(id uint64, n int) {
	if row := o.rows[id]; row != nil {
		again := *row
		again.Number = n
		o.rows[id] = &again
		return
	}
	o.numbers[id] = n
}

// pass takes over what the trail of the log gives besides sessions.
func (o *out) pass(delta *trail.Delta) {
	for _, ev := range delta.Events {
		o.event(ev)
	}
	for _, id := range delta.Withdrawn {
		o.events[id] = nil
	}
	for _, f := range delta.Findings {
		o.findings[f.ID] = f
	}
	for _, id := range delta.Dropped {
		o.findings[id] = nil
	}
	maps.Copy(o.passed.Unwatched, delta.Unwatched)
	maps.Copy(o.passed.LastSeen, delta.LastSeen)
}

// delta gives all that was collected.
func (o *out) delta() *trail.Delta {
	d := o.passed
	for _, id := range slices.Sorted(maps.Keys(o.rows)) {
		d.Sessions = append(d.Sessions, o.rows[id])
	}
	d.Merged = slices.Sorted(maps.Keys(o.merged))
	if len(o.belongs) > 0 {
		d.Belongs = o.belongs
	}
	if len(o.numbers) > 0 {
		d.Numbers = o.numbers
	}
	for _, id := range slices.Sorted(maps.Keys(o.findings)) {
		if f := o.findings[id]; f != nil {
			d.Findings = append(d.Findings, f)
		} else {
			d.Dropped = append(d.Dropped, id)
		}
	}
	for _, id := range slices.SortedFunc(maps.Keys(o.events), compareEvents) {
		if ev := o.events[id]; ev != nil {
			d.Events = append(d.Events, ev)
		} else {
			d.Withdrawn = append(d.Withdrawn, id)
		}
	}
	return &d
}

func compareEvents(a, b trail.EventID) int {
	return cmp.Or(cmp.Compare(a.Fact, b.Fact), cmp.Compare(a.Nth, b.Nth))
}
