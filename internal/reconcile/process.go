package reconcile

import (
	"iter"
	"slices"
	"strings"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/trail"
)

// process finds what the guest's process has open and no record or definition names.
func (j *judge) process() {
	for _, t := range j.run.tracks() {
		if t.declared() {
			continue
		}
		j.openings(t)
		since, until, named := j.declared(t)
		if named {
			j.alsoOpen(t)
		}
		// What its hypervisor names when it shows the guest first it had named before.
		late := since > max(t.begin.by, j.run.defined)+j.window
		if !named || late {
			j.unnamed(t, t.begin, since, "")
		}
		if !named || until == forever || t.ended || !j.thereAt(t, until+j.window) {
			continue
		}
		after, what := t.begin, "" // what named it went, and it is open still
		after.after, after.by = until, max(t.shown.by, until+j.window)
		if late {
			what = "again"
		}
		j.unnamed(t, after, forever, what)
	}
}

// unnamed adds a holding for what a process has open and nothing names before a time,
// and a finding if somebody should know of it.
func (j *judge) unnamed(t *track, begin span, until int64, what string) {
	if t.shown.by < begin.by+j.window && !j.decided(begin.by) {
		return
	}
	if t.ended && until >= t.end.by {
		until = forever
	}
	j.open(t, begin, until)
	if j.run.defined != 0 && !expects(&t.thing) {
		j.undeclared(t, begin, until, what)
	}
}

// suspicious are the kinds of open things that somebody should know of if nothing names
// them. Network addresses are not among them, as they can't be compared with the names
// in definitions, nor is what has no path or is only mapped.
var suspicious = map[string]bool{
	"file": true, "dir": true, "block": true, "char": true, "fifo": true, "unix": true, "vfio": true,
}

// ordinary are devices that no definition names, although what definitions name is
// made with them: interfaces, vsock, ptys.
var ordinary = []string{"/dev/net/tun", "/dev/vhost-net", "/dev/vhost-vsock", "/dev/ptmx"}

// ownDirs are where libvirt has what guests' processes need and definitions don't
// name: sockets of helpers, memory that is in files, or is saved, restored or dumped.
var ownDirs = []string{
	"/run/libvirt/", "/var/run/libvirt/",
	"/var/lib/libvirt/qemu/domain-", "/var/lib/libvirt/qemu/dump/", "/var/lib/libvirt/qemu/ram/", "/var/lib/libvirt/qemu/save/",
}

// expects tells whether it is no surprise that a process has something open, although
// nothing names it. What a helper has open is its own affair.
func expects(t *fact.Thing) bool {
	return !suspicious[t.Kind] || t.Detail["helper"] != "" ||
		slices.ContainsFunc(ordinary, func(dev string) bool { return t.ID == dev || slices.Contains(t.Names, dev) }) ||
		slices.ContainsFunc(ownDirs, func(dir string) bool { return strings.HasPrefix(t.ID, dir) })
}

// declared tells from when to when something named what a process has open, if
// anything did.
func (j *judge) declared(p *track) (since, until int64, named bool) {
	since = forever
	from, to := p.interval()
	for _, name := range p.names {
		for c := range j.claimsOf(name, from, to) {
			since, until, named = min(since, c.from), max(until, c.to), true
		}
	}
	return since, until, named
}

// claimsOf gives what was known by a name at some time.
func (j *judge) claimsOf(name string, from, to int64) iter.Seq[claim] {
	return func(yield func(claim) bool) {
		for _, c := range j.names[name].between(from-j.window, add(to, j.window)) {
			if c.from <= add(to, j.window) && add(c.to, j.window) >= from && !c.tooLate(to) && !yield(c) {
				return
			}
		}
	}
}

// alsoOpen notes, at the holdings that a name of the thing leads to, that the process
// has it open.
func (j *judge) alsoOpen(p *track) {
	from, to := p.interval()
	for _, name := range p.names {
		for c := range j.claimsOf(name, from, to) {
			if h := &j.row.Holdings[c.holding]; !slices.Contains(h.Also, fact.Proc) {
				h.Also = append(h.Also, fact.Proc)
			}
		}
	}
}

// open adds a holding that only the process shows, until something else does.
func (j *judge) open(t *track, begin span, until int64) {
	h := trail.Holding{
		Kind: t.kind, ID: t.thing.ID, Sub: t.thing.Sub, By: fact.Proc,
		Earliest: moment(begin.after), From: moment(begin.by), Begin: begin.fact,
	}
	switch {
	case until != forever:
		h.To, h.Ended = moment(until), trail.ByUpdate
	case t.ended:
		endAsShown(&h, t, trail.ByDetach)
	}
	j.add(t, h)
}
