package trail

// changes collects a Delta. What is told of a row again replaces what was told
// before.
type changes struct {
	delta    Delta
	sessions map[uint64]int      // places in delta.Sessions
	events   map[EventID]*Event  // nil is withdrawn
	told     []EventID           // of events, in order
	findings map[string]*Finding // nil is dropped
	order    []string            // of findings
}

func newChanges() *changes {
	return &changes{sessions: map[uint64]int{}, events: map[EventID]*Event{}, findings: map[string]*Finding{}}
}

func (c *changes) session(s *Session) {
	delete(c.delta.Numbers, s.ID)
	if i, ok := c.sessions[s.ID]; ok {
		c.delta.Sessions[i] = s
		return
	}
	c.sessions[s.ID] = len(c.delta.Sessions)
	c.delta.Sessions = append(c.delta.Sessions, s)
}

func (c *changes) number(id uint64, number int) {
	if i, ok := c.sessions[id]; ok {
		c.delta.Sessions[i].Number = number // nobody has it yet
		return
	}
	if c.delta.Numbers == nil {
		c.delta.Numbers = map[uint64]int{}
	}
	c.delta.Numbers[id] = number
}

func (c *changes) seen(n *node) {
	if c.delta.LastSeen == nil {
		c.delta.LastSeen = map[string]Moment{}
	}
	c.delta.LastSeen[n.name] = n.last
}

func (c *changes) unwatched(n *node, spans []Span) {
	if c.delta.Unwatched == nil {
		c.delta.Unwatched = map[string][]Span{}
	}
	c.delta.Unwatched[n.name] = spans
}

func (c *changes) event(ev *Event) { c.tell(ev.id(), ev) }

func (c *changes) withdraw(id EventID) { c.tell(id, nil) }

func (c *changes) tell(id EventID, ev *Event) {
	if _, ok := c.events[id]; !ok {
		c.told = append(c.told, id)
	}
	c.events[id] = ev
}

func (c *changes) finding(n *Finding) { c.put(n.ID, n) }

func (c *changes) drop(id string) { c.put(id, nil) }

func (c *changes) put(id string, n *Finding) {
	if _, ok := c.findings[id]; !ok {
		c.order = append(c.order, id)
	}
	c.findings[id] = n
}

// replace gives the findings that are new or other than they were, and drops
// those that are no more.
func (c *changes) replace(was, now map[string]*Finding, inOrder []*Finding) {
	for id := range was {
		if now[id] == nil {
			c.drop(id)
		}
	}
	for _, n := range inOrder {
		if o := was[n.ID]; o == nil || !n.same(o) {
			c.finding(n)
		}
	}
}

// whole gives the Delta.
func (c *changes) whole() *Delta {
	d := &c.delta
	for _, id := range c.told {
		if ev := c.events[id]; ev != nil {
			d.Events = append(d.Events, ev)
		} else {
			d.Withdrawn = append(d.Withdrawn, id)
		}
	}
	for _, id := range c.order {
		if n := c.findings[id]; n != nil {
			d.Findings = append(d.Findings, n)
		} else {
			d.Dropped = append(d.Dropped, id)
		}
	}
	return d
}
