package loggen

import "slices"

// security emits a denial, an anomaly, or something that looks like one.
func (n *node) security() {
	if n.chance(2) {
		n.anomaly()
		return
	}
	switch n.labels {
	case AppArmor:
		n.apparmor()
	case SELinux:
		n.selinux()
	default:
		n.emitOther(n.draw(), lineSeccomp)
	}
}

// active gives a running guest that is not at the brink of its session.
func (n *node) active() *guest {
	return n.find(func(g *guest) bool {
		return g.state == running && g.startKnown && g.virt != "lxc" && n.queue.picks-g.changedAt >= apart
	})
}

// named gives a guest that the log has named, running or not.
func (n *node) named() *guest {
	return n.find(func(g *guest) bool { return g.inLog && g.virt != "lxc" })
}

// find looks at a few guests.
func (n *node) find(ok func(*guest) bool) *guest {
	for range 8 {
		if g := n.guests[n.rng.IntN(len(n.guests))]; ok(g) {
			return g
		}
	}
	return nil
}

func (n *node) apparmor() {
	g := n.named()
	if g == nil || n.chance(2) {
		n.emitOther(n.draw(), pick(n, linesApparmorOthers)...)
		return
	}
	switch n.rng.IntN(4) {
	case 0:
		n.emitOther(n.guestValues(g, g.pair), pick(n, linesApparmorNoDenial)...)
	default:
		e := n.deniedByProfile(g, g.run)
		n.emit(&e)
	}
}

// deniedByProfile is a denial that names the guest by its profile: it counts
// whether the guest runs or not.
func (n *node) deniedByProfile(g *guest, r run) event {
	v := n.guestValues(g, r.pair)
	v.pid = r.pid
	e := n.other(v, pick(n, linesApparmorGuest)...)
	markAVCs(&e)
	return e
}

func markAVCs(e *event) {
	for i := range e.records {
		e.records[i].guestAVC = e.records[i].typ == "AVC" || e.records[i].typ == "USER_AVC"
	}
}

func (n *node) selinux() {
	switch n.rng.IntN(8) {
	case 0, 1, 2:
		n.deniedByPair(pick(n, linesSELinuxGuest), true)
	case 3:
		n.deniedByPair(pick(n, linesSELinuxNoDenial), false)
	case 4:
		n.deniedToPast()
	default:
		v := n.draw()
		v.ctx = n.foreignContext()
		n.emitOther(v, pick(n, linesSELinuxOthers)...)
	}
}

// deniedByPair is about the category pair of a running guest.
func (n *node) deniedByPair(lines []template, counts bool) {
	g := n.active()
	if g == nil {
		return
	}
	v := n.guestValues(g, g.pair)
	v.pid, v.ctx = g.pid, selinuxContext(g, g.pair)
	e := n.other(v, lines...)
	if counts {
		markAVCs(&e)
	}
	n.emit(&e)
	g.securityAt = n.queue.picks
}

// deniedToPast has the category pair of a guest that no longer runs.
func (n *node) deniedToPast() {
	r, ok := n.pastRun()
	if !ok {
		return
	}
	v := n.draw()
	v.ctx = "system_u:system_r:svirt_t:s0:" + r.pair.String()
	n.emitOther(v, pick(n, linesSELinuxGuest)...)
}

// foreignContext is the context of a process that is no guest.
func (n *node) foreignContext() string {
	switch n.rng.IntN(4) {
	case 0:
		return "system_u:system_r:httpd_t:s0"
	case 1:
		return "unconfined_u:unconfined_r:unconfined_t:s0-s0:c0.c1023"
	case 2:
		a := guestCategories + n.rng.IntN(500)
		return "system_u:system_r:container_t:s0:" + pair{a, a + 1 + n.rng.IntN(8)}.String()
	default:
		return "system_u:system_r:svirt_t:s0"
	}
}

func (n *node) anomaly() {
	switch n.rng.IntN(8) {
	case 0, 1:
		n.emitOther(n.draw(), linePromiscuous)
	case 2:
		n.guestLink()
	case 3:
		n.helperAbend()
	case 4:
		n.pastPid()
	case 5:
		n.childLink()
	case 6:
		n.emitOther(n.draw(), lineSeccomp)
	default:
		n.emitOther(n.draw(), lineAbendOther)
	}
}

// abend is the crash of a guest's process. It is the guest's anomaly if the
// session runs, or if its profile names it.
func (n *node) abend(g *guest, r run, signal int, runs bool) event {
	v := n.guestValues(g, r.pair)
	v.pid = r.pid
	line := lineAbend
	if signal == 6 {
		line = lineAbort
	}
	e := n.other(v, line)
	e.records[0].guestAnomaly = runs || n.labels == AppArmor
	return e
}

// guestLink is an anomaly of a running guest that is not its end.
func (n *node) guestLink() {
	g := n.active()
	if g == nil {
		return
	}
	v := n.guestValues(g, g.pair)
	v.pid = g.pid
	e := n.other(v, lineLink)
	e.records[0].guestAnomaly = true
	n.emit(&e)
	g.securityAt = n.queue.picks
}

// helperAbend is the crash of a helper that runs under the guest's profile.
func (n *node) helperAbend() {
	g := n.named()
	if g == nil || n.labels != AppArmor {
		return
	}
	e := n.other(n.guestValues(g, g.pair), lineAbendHelper)
	e.records[0].guestAnomaly = true
	n.emit(&e)
}

// pastPid is an anomaly of a process that has the pid of a guest of the past.
func (n *node) pastPid() {
	r, ok := n.pastRun()
	if !ok {
		return
	}
	v := n.draw()
	v.pid = r.pid
	n.emitOther(v, lineAbendOther)
}

// childLink is an anomaly of a process whose parent is a guest.
func (n *node) childLink() {
	g := n.active()
	if g == nil {
		return
	}
	v := n.draw()
	v.ppid = g.pid
	n.emitOther(v, lineLinkOther)
}

// guestValues are those of a process that belongs to a guest.
func (n *node) guestValues(g *guest, p pair) values {
	v := n.draw()
	v.uuid = g.uuid
	switch n.labels {
	case AppArmor:
		v.subj = " subj=libvirt-" + g.uuid
	case SELinux:
		v.subj = " subj=" + selinuxContext(g, p)
	}
	return v
}

func pick(n *node, sets [][]template) []template { return sets[n.rng.IntN(len(sets))] }

// draw gives the values of an ordinary process.
func (n *node) draw() values {
	u := users[n.rng.IntN(len(users))]
	return values{
		pid: n.otherPid(), ppid: n.otherPid(), uid: u.id, user: u.name,
		ses: 1 + n.rng.IntN(5000), subj: n.subj,
	}
}

// other makes an event of records that are not VIRT records.
func (n *node) other(v values, lines ...template) event {
	e := event{records: make([]record, len(lines))}
	for i := range lines {
		e.records[i] = record{
			typ:    lines[i].typ,
			body:   lines[i].appendTo(nil, &v, n.rng, n.raw()),
			picked: slices.Contains(pickedTypes, lines[i].typ),
		}
	}
	return e
}

func (n *node) emitOther(v values, lines ...template) {
	e := n.other(v, lines...)
	n.emit(&e)
}
