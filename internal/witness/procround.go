package witness

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/hypervisor/proc"
)

// A round is one look at some processes, with what is to be reported of it.
type round struct {
	began  time.Time
	sweep  *proc.Sweep
	sights map[int]*proc.Sight
	maps   bool // mapped files are looked at too
	blind  bool // it couldn't be seen whether some guest still has all its things
	facts  []fact.Fact
	state  map[string][]byte
}

func (t *procTeller) newRound() *round {
	return &round{began: t.Now(), sweep: t.o.Host.Sweep(), state: map[string][]byte{}}
}

// maxBatch is how many facts are reported at once.
const maxBatch = 256

// round looks at all guests and helpers.
func (t *procTeller) round(ctx context.Context) error {
	r, ticks := t.newRound(), time.Now()
	if t.up == nil || !*t.up {
		r.facts = append(r.facts, t.watched(r.began, timeOf(t.swept.To)))
	}
	t.Processes.take()
	processes, err := t.find(ctx)
	if err != nil {
		return t.troubled(ctx, err)
	}
	if err := t.lookAll(ctx, r, processes); err != nil {
		return err
	}
	t.known = processes
	t.link(r.sights)
	r.maps = t.rounds%t.o.MapsEvery == 0
	t.rounds++
	for _, s := range r.sights {
		if !s.Process.Program.Runs() && !t.told(s.Process.PID) {
			continue
		}
		if err := t.compare(ctx, r, s); err != nil {
			return err
		}
		if err := t.flush(r, false); err != nil {
			return err
		}
	}
	t.endAbsent(r)
	if !r.blind {
		r.facts = append(r.facts, t.tick(r.began))
	}
	t.swept = sweptState{Boot: t.Boot, From: millis(r.began), To: millis(t.Now())}
	r.state[procPrefix+"swept"] = fact.Encode(t.swept)
	t.box.set(func(s *Status) { s.Guests, s.Swept, s.Took = len(t.guests), t.Now(), time.Since(ticks) })
	return t.flush(r, true)
}

// troubled reports that processes can't be looked at, unless it is because the service
// ends.
func (t *procTeller) troubled(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return t.report(t.unwatched(t.Now(), err.Error()), nil)
}

// told tells whether another witness knows a process as a guest's.
func (t *procTeller) told(pid int) bool {
	_, ok := t.Processes.who(pid)
	return ok
}

// find finds the processes of guests and helpers, including those that only other
// witnesses know to be guests'.
func (t *procTeller) find(ctx context.Context) ([]proc.Process, error) {
	f, err := t.o.Host.Find(ctx, t.known)
	if err != nil {
		return nil, err
	}
	var all []proc.Process
	seen := map[int]bool{}
	for _, p := range f.Processes {
		seen[p.PID] = true
		if !p.Probe && !t.forking(p) {
			all = append(all, p)
		}
	}
	for _, pid := range t.Processes.pids() {
		if seen[pid] {
			continue
		}
		if p, err := t.o.Host.Process(pid); err == nil {
			all = append(all, p)
		}
	}
	return all, nil
}

// forkTime is for how long a process that is to go to the background may be the one
// that only starts the guest's. Two seconds of it are what unborn is early by.
const forkTime = 7 * time.Second

// forking tells whether a process may be one that only starts a guest's: it has
// begun just now, isn't looked at yet, and nobody else knows it as a guest's. The
// next round sees it, if it is the guest's own.
func (t *procTeller) forking(p proc.Process) bool {
	if !p.Forks || t.told(p.PID) {
		return false
	}
	if g := t.guests[p.PID]; g != nil && g.is(p, t.Boot) {
		return false
	}
	now := t.Now()
	before := unborn(p.Start, now)
	return !before.IsZero() && now.Sub(before) < forkTime
}

// lookAll makes the Sights of the processes that are still there.
func (t *procTeller) lookAll(ctx context.Context, r *round, all []proc.Process) error {
	r.sights = make(map[int]*proc.Sight, len(all))
	for _, p := range all {
		s, err := r.sweep.Look(ctx, p)
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case errors.Is(err, proc.ErrGone):
		case err != nil: // its folder can't be opened: it is there, and nothing is seen
			r.sights[p.PID] = &proc.Sight{Process: p, Missing: []proc.Missing{{What: "descriptors", Count: 1, Err: err}}}
		default:
			r.sights[p.PID] = s
		}
	}
	return nil
}

// link notes which helpers each guest has.
func (t *procTeller) link(sights map[int]*proc.Sight) {
	all := make([]*proc.Sight, 0, len(sights))
	for _, s := range sights {
		all = append(all, s)
	}
	slices.SortFunc(all, func(a, b *proc.Sight) int { return a.Process.PID - b.Process.PID })
	for _, g := range t.guests {
		g.helpers = nil
	}
	for _, h := range proc.Link(all) {
		if g := t.guests[h.Guest.PID]; g != nil && !g.is(h.Guest, t.Boot) {
			continue // it was another's pid
		}
		g, isNew := t.guest(h.Guest, t.Now())
		if isNew {
			g.Looked = -1
		}
		g.helpers = append(g.helpers, h.Helper)
	}
}

// partial looks at some guests, and at the helpers that they were last known to have.
func (t *procTeller) partial(ctx context.Context, pids []int) error {
	r := t.newRound()
	slices.Sort(pids)
	for _, pid := range pids {
		p, err := t.o.Host.Process(pid)
		if err != nil || p.Probe || !p.Program.Runs() && !t.told(pid) {
			t.endIfGone(r, pid)
			continue
		}
		var helpers []proc.Process
		if g := t.guests[pid]; g != nil && g.is(p, t.Boot) {
			p, helpers = g.process, g.helpers
			if p.PID == 0 { // restored, and not seen since
				continue
			}
		}
		if err := t.lookAll(ctx, r, append([]proc.Process{p}, helpers...)); err != nil {
			return err
		}
		if s := r.sights[pid]; s != nil {
			if err := t.compare(ctx, r, s); err != nil {
				return err
			}
		}
	}
	return t.flush(r, true)
}

// compare looks at all that a guest and its helpers have, and reports what is new.
func (t *procTeller) compare(ctx context.Context, r *round, s *proc.Sight) error {
	if g := t.guests[s.Process.PID]; g != nil && !g.is(s.Process, t.Boot) {
		t.end(r, g)
	}
	g, isNew := t.guest(s.Process, t.Now())
	isNew = isNew || g.Looked < 0
	var v view
	v.add(s, "")
	for _, h := range g.helpers {
		if help := r.sights[h.PID]; help != nil {
			v.add(help, string(h.Program))
		}
	}
	if r.maps || isNew {
		m, err := r.sweep.Maps(ctx, s.Process)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err == nil {
			g.mapped = mappedThings(m)
		}
	}
	t.tell(r, g, isNew, &v, s)
	return nil
}

// tell makes the fact of what is new, unless it has to wait: a guest that uses its
// process's network can make and close connections without end.
func (t *procTeller) tell(r *round, g *procGuest, isNew bool, v *view, s *proc.Sight) {
	seen, partial := v.all(g.mapped)
	has := carried(g.Has, seen, partial)
	r.blind = r.blind || !sameThings(withoutConnections(has), withoutConnections(seen))
	was, from := identity{g.UUID, g.Name, g.Virt}, t.knownAt(g)
	g.identify(t.Processes, s)
	g.Looked = millis(r.began)
	byHost := isNew || was != identity{g.UUID, g.Name, g.Virt} ||
		!sameThings(withoutConnections(g.Has), withoutConnections(has))
	if !byHost && sameThings(g.Has, has) {
		return
	}
	if g.Withheld != 0 {
		from = g.Withheld
	}
	if !byHost {
		if allowed, _ := t.limit.take(g.Run, r.began); !allowed { // a guest can make them without end
			g.Withheld = from
			return
		}
	}
	g.Withheld = 0
	o := fact.Observed{
		What: fact.Changed, UUID: g.UUID, Name: g.Name, Virt: g.Virt, PID: g.PID, Run: g.Run,
		From: from, To: millis(t.Now()), State: "running", Has: seen, Partial: partial, Problem: strings.Join(v.missing, "; "),
	}
	if isNew {
		o.What, o.From = fact.Seen, millis(unborn(g.Start, t.Now()))
	}
	g.Has = has
	r.facts = append(r.facts, t.observe(o))
	r.state[g.key()] = fact.Encode(g)
}

// endAbsent reports the guests that are gone.
func (t *procTeller) endAbsent(r *round) {
	for pid, g := range t.guests {
		if s := r.sights[pid]; s == nil || !g.is(s.Process, t.Boot) {
			t.endIfGone(r, pid)
		}
	}
}

// endIfGone reports that a guest is gone, if its process is.
func (t *procTeller) endIfGone(r *round, pid int) {
	g := t.guests[pid]
	if g == nil {
		return
	}
	p, err := t.o.Host.Process(pid)
	if err == nil && g.is(p, t.Boot) || err != nil && !errors.Is(err, proc.ErrGone) {
		return
	}
	t.end(r, g)
}

func (t *procTeller) end(r *round, g *procGuest) {
	delete(t.guests, g.PID)
	t.limit.forget(g.Run)
	r.facts = append(r.facts, t.observe(fact.Observed{
		What: fact.Gone, UUID: g.UUID, Name: g.Name, Virt: g.Virt, PID: g.PID, Run: g.Run,
		From: t.knownAt(g), To: t.overBy(t.knownAt(g), g.Boot, t.Now()), Was: "running",
	}))
	r.state[g.key()] = nil
}

// flush reports what was gathered, if it is enough for a batch or the last.
func (t *procTeller) flush(r *round, last bool) error {
	if !last && len(r.facts) < maxBatch {
		return nil
	}
	err := t.report(r.facts, r.state)
	r.facts, r.state = nil, map[string][]byte{}
	return err
}
