package loggen

// What the log comes to know of a session. Each of these runs at the place of
// its event in the true order.

// opened is op=start, res=success.
func (n *node) opened(g *guest, r run, at Event) {
	n.loseForStart(g)
	n.sim.tally.Starts++
	g.begin(r)
	g.start = at
	g.changedAt = n.queue.picks
}

// failedToStart is op=start, res=failed: a session of its own.
func (n *node) failedToStart(g *guest, r run, at Event) {
	n.loseForStart(g)
	n.sim.tally.FailedStarts++
	n.free(r)
	g.state = off
	n.sim.tally.session(Session{
		Node: n.name, UUID: g.uuid, Name: g.name, Virt: g.virt, State: Failed, Start: at,
	})
}

// closed is op=stop.
func (n *node) closed(g *guest, reason string, at Event) {
	n.sim.tally.Stops++
	if !g.startKnown {
		n.sim.tally.StopsWithoutStart++
	}
	g.end = at
	n.sim.tally.session(g.session(n, Closed, reason))
	n.over(g)
	g.lastStop = reason
	g.changedAt = n.queue.picks
}

// loseForStart ends the session of a guest that begins again.
func (n *node) loseForStart(g *guest) {
	if g.state != off {
		n.lose(g, LostByStart)
	}
}

// lose ends a session that nobody stopped. A crash that was logged is its end
// whatever comes later.
func (n *node) lose(g *guest, reason string) {
	if g.state == abended {
		reason = LostByAbend
	}
	if g.seen {
		n.sim.tally.session(g.session(n, Lost, reason))
	}
	n.over(g)
	g.lastStop = ""
}

// over frees what a run had.
func (n *node) over(g *guest) {
	n.free(g.run)
	g.state, g.seen = off, false
}

// endOfLog gives the open sessions their last state.
func (n *node) endOfLog() {
	for _, g := range n.guests {
		switch {
		case g.state == abended:
			n.lose(g, LostByAbend)
		case g.state != off && g.seen:
			n.sim.tally.session(g.session(n, Running, ""))
		}
	}
}
