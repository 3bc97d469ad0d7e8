package reconcile

import (
	"slices"
	"strings"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/trail"
)

// process finds what the guest's process has open and nothing names.
func (j *judge) process() {
	defined := j.run.views[libvirt].seen || j.run.views[qmp].seen
	for _, t := range j.run.tracks() {
		if t.declared() {
			continue
		}
		j.openings(t)
		since, named := j.declaredUntil(t)
		if named {
			j.alsoOpen(t)
		}
		if named && since == forever {
			continue
		}
		begin := t.begin
		if named { // what named it went, and it is open still
			if t.ended || !j.thereAt(t, since+j.window) {
				continue
			}
			begin.after, begin.by = since, max(t.shown.by, since+j.window)
		}
		if t.shown.by < begin.by+j.window && !j.decided(begin.by) {
			continue
		}
		j.open(t, begin)
		if defined && !expects(&t.thing) {
			j.undeclared(t, begin)
		}
	}
}

// suspicious are the kinds of what a process has open of which somebody should
// know where nothing names it. Addresses can't be compared with names, and what
// is mapped alone, or has no path, is no file or device of the host's.
var suspicious = map[string]bool{
	"file": true, "dir": true, "block": true, "char": true, "fifo": true, "unix": true, "vfio": true,
}

// ordinary are devices that definitions don't name though it is from them that
// guests get what they name: interfaces, vsock, ptys.
var ordinary = []string{"/dev/net/tun", "/dev/vhost-net", "/dev/vhost-vsock", "/dev/ptmx"}

// ownDirs are where libvirt has what guests' processes need and definitions don't
// name: sockets of helpers, memory that is in files.
var ownDirs = []string{"/run/libvirt/", "/var/run/libvirt/", "/var/lib/libvirt/qemu/ram/", "/var/lib/libvirt/qemu/domain-"}

// expects tells whether something open is no surprise though nothing names it.
// What a helper has open is the helper's own affair.
func expects(t *fact.Thing) bool {
	return !suspicious[t.Kind] || t.Detail["helper"] != "" ||
		slices.ContainsFunc(ordinary, func(dev string) bool { return t.ID == dev || slices.Contains(t.Names, dev) }) ||
		slices.ContainsFunc(ownDirs, func(dir string) bool { return strings.HasPrefix(t.ID, dir) })
}

// declaredUntil tells whether something named what a process has there, and
// until when.
func (j *judge) declaredUntil(p *track) (until int64, named bool) {
	from, to := p.interval()
	for _, name := range p.names {
		for _, c := range j.names[name].between(from-j.window, add(to, j.window)) {
			if c.from <= add(to, j.window) && add(c.to, j.window) >= from && !c.tooLate(to) {
				until, named = max(until, c.to), true
			}
		}
	}
	return until, named
}

// alsoOpen notes at all holdings that the process has it open.
func (j *judge) alsoOpen(p *track) {
	from, to := p.interval()
	for _, name := range p.names {
		j.openAs(name, from, to)
	}
}

// openAs notes at all holdings of a name and a time that the process has it open.
func (j *judge) openAs(name string, from, to int64) {
	for _, c := range j.names[name].between(from-j.window, add(to, j.window)) {
		if c.from <= add(to, j.window) && add(c.to, j.window) >= from && !c.tooLate(to) {
			j.openAt(c)
		}
	}
}

func (j *judge) openAt(c claim) {
	if h := &j.row.Holdings[c.holding]; !slices.Contains(h.Also, fact.Proc) {
		h.Also = append(h.Also, fact.Proc)
	}
}

// open adds a holding that only the process shows.
func (j *judge) open(t *track, begin span) {
	h := trail.Holding{
		Kind: t.kind, ID: t.thing.ID, Sub: t.thing.Sub, By: fact.Proc,
		Earliest: moment(begin.after), From: moment(begin.by), Begin: begin.fact,
	}
	if t.ended {
		h.Latest, h.To, h.End, h.Ended = moment(t.end.after), moment(t.end.by), t.end.fact, trail.ByDetach
	}
	j.add(t, h)
}
