package loggen

// goDown ends the present boot of the node: at once and in order by turns.
func (n *node) goDown() {
	n.orderly = !n.orderly
	if n.orderly {
		n.draining = true
		return
	}
	n.isDown = true
	n.leave()
}

// leave sets when the node comes back.
func (n *node) leave() {
	n.queue.flush()
	n.bootAt = n.sim.clock + 60_000 + n.rng.Int64N(240_000)
}

// drain stops some of the guests that still run, and when there are none the
// node itself.
func (n *node) drain() {
	var some []*guest
	for _, g := range n.guests {
		if g.state == running && len(some) < 4 {
			some = append(some, g)
		}
	}
	if len(some) == 0 {
		n.shutDown()
		return
	}
	n.together(some, func(g *guest) script { return n.stop(g, "shutdown") })
}

func (n *node) shutDown() {
	n.draining, n.isDown = false, true
	n.emitOther(n.draw(), lineServiceStop)
	e := n.other(n.draw(), lineShutdown)
	e.ordered = true
	n.emit(&e)
	n.daemonEvent(lineDaemonEnd)
	n.leave()
}

// boot brings the node back. The serial restarts; auditd begins its log with
// what the kernel said before auditd ran, SYSTEM_BOOT not the first of it.
func (n *node) boot() {
	n.isDown, n.bootAt = false, 0
	n.startLibvirtd()
	n.nextPid = firstGuestPid + n.rng.IntN(1000)
	n.daemonEvent(lineDaemonStart)
	n.serial = 1 + n.rng.Uint64N(4)
	n.emitOther(n.draw(), lineEnabled)
	if n.labels == AppArmor {
		n.emitOther(n.draw(), lineProfileLoadBoot)
	}
	n.emitOther(n.draw(), lineServiceStart)
	e := n.other(n.draw(), lineBoot)
	e.ordered = true
	e.then = func(Event) { n.loseAll() }
	n.emit(&e)
	n.emitOther(n.draw(), lineRunlevel)
	n.scheduleDown(20)
}

func (n *node) loseAll() {
	for _, g := range n.guests {
		if g.state != off {
			n.lose(g, LostByBoot)
		}
	}
}

// restartDaemon stops and starts auditd alone.
func (n *node) restartDaemon() {
	n.daemonEvent(lineDaemonEnd)
	n.sim.clock += 100 + n.rng.Int64N(1000)
	n.daemon += n.rng.Uint64N(5000)
	n.daemonEvent(lineDaemonStart)
}

// daemonEvent is a record of auditd's own, with its own serial.
func (n *node) daemonEvent(line template) {
	n.daemon++
	e := n.other(n.draw(), line)
	e.ordered = true
	n.emitAt(&e, n.at(n.daemon))
}
