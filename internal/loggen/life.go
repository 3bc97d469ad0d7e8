package loggen

// act lets one to three guests do something, at the same time, so that their
// records mix as those of parallel starts do.
func (n *node) act() {
	if n.virtLines >= n.goDownAt && !n.sim.cfg.OnlyVirt && !n.draining {
		n.goDown()
		return
	}
	if n.draining {
		n.drain()
		return
	}
	var acting []*guest
	for range 1 + n.rng.IntN(3) {
		if g := n.someone(); !g.busy {
			g.busy = true
			acting = append(acting, g)
		}
	}
	n.together(acting, n.life)
}

// someone chooses the guest that acts: mostly one that did so lately, so that
// a guest has a life and not a start alone.
func (n *node) someone() *guest {
	if len(n.lately) > 0 && !n.chance(4) {
		return n.lately[n.rng.IntN(len(n.lately))]
	}
	g := n.guests[n.rng.IntN(len(n.guests))]
	if len(n.lately) < 64 {
		n.lately = append(n.lately, g)
	} else {
		n.lately[n.rng.IntN(len(n.lately))] = g
	}
	return g
}

// together plays what several guests do.
func (n *node) together(guests []*guest, what func(*guest) script) {
	var scripts []script
	for _, g := range guests {
		if s := what(g); len(s) > 0 {
			scripts = append(scripts, s)
		}
	}
	n.play(scripts)
	for _, g := range guests {
		g.busy = false
	}
}

// play emits the events of the scripts, each script in order, all to the end.
func (n *node) play(scripts []script) {
	current := 0
	for len(scripts) > 0 {
		if n.chance(4) || current >= len(scripts) {
			current = n.rng.IntN(len(scripts))
		}
		n.emit(&scripts[current][0])
		if scripts[current] = scripts[current][1:]; len(scripts[current]) == 0 {
			scripts = append(scripts[:current], scripts[current+1:]...)
		}
		if n.chance(3) {
			n.sim.clock += n.rng.Int64N(40)
		}
		if n.chance(5) && !n.sim.cfg.OnlyVirt {
			n.noise()
		}
	}
}

// life is what a guest does next.
func (n *node) life(g *guest) script {
	if g.state != running {
		return n.start(g, startReason(g), n.rng.IntN(100) >= 15)
	}
	if n.queue.picks-g.securityAt < apart {
		return n.plugging(g)
	}
	switch draw := n.rng.IntN(100); {
	case draw < 7, !g.seen && n.chance(3):
		return n.stopping(g)
	case draw < 9:
		return n.crash(g)
	case draw < 10:
		return n.crashUnwatched(g)
	case draw < 11:
		g.state = gone
		return nil
	case draw < 12 && g.virt != "lxc":
		return append(n.stop(g, "from-snapshot"), n.start(g, "from-snapshot", true)...)
	default:
		return n.plugging(g)
	}
}

// startReason follows from how the guest ended.
func startReason(g *guest) string {
	switch g.lastStop {
	case "saved":
		return "restored"
	case "migrated":
		return "migrated"
	default:
		return "booted"
	}
}

var (
	stopReasons      = [...]string{"shutdown", "shutdown", "shutdown", "destroyed", "destroyed", "crashed", "failed", "saved", "migrated"}
	containerReasons = [...]string{"shutdown", "destroyed", "failed", "reboot"}
)

// stopping is a stop of any reason; a container that reboots starts at once.
func (n *node) stopping(g *guest) script {
	if g.virt != "lxc" {
		return n.stop(g, stopReasons[n.rng.IntN(len(stopReasons))])
	}
	reason := containerReasons[n.rng.IntN(len(containerReasons))]
	s := n.stop(g, reason)
	if reason == "reboot" {
		s = append(s, n.start(g, "reboot", true)...)
	}
	return s
}

func (n *node) stop(g *guest, reason string) script {
	g.inLog = true
	s := script{n.control(g, "stop reason="+reason, "vm-pid=0", true,
		func(at Event) { n.closed(g, reason, at) })}
	if g.virt != "lxc" && !n.sim.cfg.OnlyVirt {
		s = append(s, n.other(n.draw(), lineProgUnload))
	}
	return s
}

// crash is a crash that libvirtd notices: the kernel's record, perhaps an
// operation that fails for it, and seconds later the stop.
func (n *node) crash(g *guest) script {
	var s script
	if n.crashIsLogged(g) {
		e := n.abend(g, g.run, 11, true)
		e.then = func(Event) { n.sim.clock += n.rng.Int64N(4000) }
		s = append(s, e)
	}
	if n.chance(3) && g.seen && g.virt != "lxc" {
		s = append(s, n.resource(g, "mem", "update", amount("mem", g.mem, g.mem+131072), false))
	}
	return append(s, n.stop(g, "failed")...)
}

// crashUnwatched is a crash while libvirtd is down: only the kernel's record,
// or nothing where that would not name the guest.
func (n *node) crashUnwatched(g *guest) script {
	if !n.crashIsLogged(g) {
		g.state = gone
		return nil
	}
	e := n.abend(g, g.run, 6, true)
	e.then = func(at Event) { g.state, g.end = abended, at }
	return script{e}
}

// crashIsLogged says whether a crash now gives an ANOM_ABEND that readers can
// place: of a machine whose start is in the log, and not only just.
func (n *node) crashIsLogged(g *guest) bool {
	return !n.sim.cfg.OnlyVirt && g.virt != "lxc" && g.startKnown && n.queue.picks-g.changedAt >= apart
}
