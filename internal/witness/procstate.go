package witness

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/hypervisor/proc"
)

// A procGuest is what is stored of a guest's process.
type procGuest struct {
	Boot, Run        string
	PID              int
	Start            uint64
	UUID, Name, Virt string
	Has              []fact.Thing
	// Looked is when it was last looked at. A later round that reported nothing counts
	// too; see knownAt.
	Looked int64
	// Withheld is since when a change hasn't been reported yet, 0 if there is none.
	Withheld int64

	process proc.Process
	helpers []proc.Process
	mapped  []fact.Thing
}

// A procTeller makes facts of what processes have open.
type procTeller struct {
	teller
	o      ProcOptions
	guests map[int]*procGuest // by pid
	known  []proc.Process     // guests and helpers
	swept  sweptState
	rounds int
	limit  *limiter
}

const procPrefix = "witness/proc/"

// teller makes a procTeller that knows what was stored. Guests that were stored in another
// boot are reported gone in the first round.
func (p *Proc) teller(give Give) (*procTeller, error) {
	t := &procTeller{
		teller: teller{Base: &p.base, source: p.Name(), witness: fact.Proc, box: &p.box, give: give},
		o:      p.o, guests: map[int]*procGuest{}, limit: newLimiter(maxTexts, textPause),
	}
	states, err := p.base.States(procPrefix)
	if err != nil {
		return nil, fmt.Errorf("proc: stored state: %w", err)
	}
	for key, text := range states {
		if err := t.restore(strings.TrimPrefix(key, procPrefix), text); err != nil {
			return nil, fmt.Errorf("proc: stored state %s: %w", key, err)
		}
	}
	return t, nil
}

func (t *procTeller) restore(key string, text []byte) error {
	if key == "swept" {
		return json.Unmarshal(text, &t.swept)
	}
	g := &procGuest{}
	if err := json.Unmarshal(text, g); err != nil {
		return err
	}
	for _, thing := range g.Has {
		if thing.Kind == string(proc.Mapped) {
			g.mapped = append(g.mapped, thing)
		}
	}
	t.guests[g.PID] = g
	return nil
}

func (g *procGuest) key() string { return procPrefix + "guest/" + strconv.Itoa(g.PID) }

// knownAt gives up to when a guest is known to have been so.
func (t *procTeller) knownAt(g *procGuest) int64 {
	if t.swept.Boot != g.Boot {
		return g.Looked
	}
	return max(g.Looked, t.swept.From)
}

// is tells whether a process is the one that is known as the guest's.
func (g *procGuest) is(p proc.Process, boot string) bool {
	return g.Boot == boot && g.PID == p.PID && g.Start == p.Start
}

// guest gives what is known of a guest's process, and whether it is new.
func (t *procTeller) guest(p proc.Process, at time.Time) (g *procGuest, isNew bool) {
	g = t.guests[p.PID]
	if g == nil {
		g = &procGuest{Boot: t.Boot, PID: p.PID, Start: p.Start}
		g.Run = t.run(strconv.Itoa(p.PID)+"."+strconv.FormatUint(p.Start, 10), at)
		t.guests[p.PID], isNew = g, true
	}
	g.process = p
	return g, isNew
}

// identify finds out who the guest is: from the hypervisors that run it, or else from its
// command line.
func (g *procGuest) identify(p *Processes, s *proc.Sight) {
	g.UUID, g.Name = s.Process.UUID, fact.Plain(s.Process.Name)
	if g.Virt == "" || g.Virt == "qemu" {
		g.Virt = virtOf(s)
	}
	who, ok := p.who(g.PID)
	if !ok {
		return
	}
	if who.UUID != "" {
		g.UUID = who.UUID
	}
	if who.Name != "" {
		g.Name = fact.Plain(who.Name)
	}
	if who.Virt != "" {
		g.Virt = who.Virt
	}
}

// virtOf gives the type of hypervisor, as in virt= of records.
func virtOf(s *proc.Sight) string {
	switch s.Process.Program {
	case proc.LXC:
		return "lxc"
	case proc.CloudHypervisor, proc.Firecracker:
		return "kvm"
	}
	for i := range s.Held {
		if h := &s.Held[i]; h.Kind == proc.Anon && strings.HasPrefix(strings.Trim(h.Path, "[]"), "kvm-") {
			return "kvm"
		}
	}
	return "qemu"
}
