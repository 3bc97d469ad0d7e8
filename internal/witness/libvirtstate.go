package witness

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/virtaudit/virtaudit/guest"
	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/hypervisor/libvirt"
)

// A libvirtGuest is what is stored of a guest that runs.
type libvirtGuest struct {
	Boot, Run     string
	UUID, Name    string
	ID, PID       int
	State, Reason string
	Hash          []byte
	Spec          *guest.Spec
	// Read is when it was last read. A later sweep counts too, unless the guest Failed;
	// see knownAt.
	Read   int64
	Failed bool
	Has    []fact.Thing
	// Defined is the hash of the definition that was last reported.
	Defined []byte
	// Withheld is since when a change hasn't been reported yet, 0 if there is none.
	Withheld int64
	text     string // the withheld definition, if this run of the service read it
}

// A sweptState is when all guests were last read.
type sweptState struct {
	Boot     string
	From, To int64
}

// A libvirtTeller makes facts of what one Watcher tells.
type libvirtTeller struct {
	teller
	prefix  string // of keys of states
	given   bool
	guests  map[string]*libvirtGuest // by uuid
	swept   sweptState
	ended   []*libvirtGuest // stored in an earlier boot
	speller speller
	namer   namer
	events  *limiter
	texts   *limiter // definitions, and changes that a guest can make by itself
}

// teller makes a libvirtTeller that knows what was stored.
func (l *Libvirt) teller(give Give) (*libvirtTeller, error) {
	t := &libvirtTeller{
		teller: teller{Base: &l.base, source: l.Name(), witness: fact.Libvirt, box: &l.box, give: give},
		prefix: "witness/libvirt/" + l.endpoint.URI + "/", given: l.given,
		guests: map[string]*libvirtGuest{}, namer: newNamer(l.base.host),
		events: newLimiter(maxEvents, eventPause), texts: newLimiter(maxTexts, textPause),
	}
	states, err := l.base.States(t.prefix)
	if err != nil {
		return nil, fmt.Errorf("%s: stored state: %w", t.source, err)
	}
	for key, text := range states {
		if err := t.restore(strings.TrimPrefix(key, t.prefix), text); err != nil {
			return nil, fmt.Errorf("%s: stored state %s: %w", t.source, key, err)
		}
	}
	return t, nil
}

func (t *libvirtTeller) restore(key string, text []byte) error {
	if key == "swept" {
		return json.Unmarshal(text, &t.swept)
	}
	g := &libvirtGuest{}
	if err := json.Unmarshal(text, g); err != nil {
		return err
	}
	if g.Boot != t.Boot {
		t.ended = append(t.ended, g)
		return nil
	}
	t.guests[g.UUID] = g
	t.Processes.put(g.PID, g.identity())
	return nil
}

// begin reports that the guests of an earlier boot are gone.
func (t *libvirtTeller) begin() error {
	var facts []fact.Fact
	state := map[string][]byte{}
	for _, g := range t.ended {
		facts = append(facts, t.observe(fact.Observed{
			What: fact.Gone, UUID: g.UUID, Name: g.Name, Virt: g.virt(), PID: g.PID, Run: g.Run,
			From: t.knownAt(g), To: t.overBy(t.knownAt(g), g.Boot, t.Now()), Was: g.State, Reason: "the host was booted since",
		}))
		state[t.key(g.UUID)] = nil
	}
	t.ended = nil
	return t.report(facts, state)
}

// seed gives the Watcher what was known.
func (t *libvirtTeller) seed() libvirt.Seed {
	var seed libvirt.Seed
	if t.swept.Boot == t.Boot {
		seed.Listed = timeOf(t.swept.From)
	}
	for _, g := range t.guests {
		k := libvirt.Known{Read: timeOf(t.knownAt(g)), Guest: libvirt.Guest{
			UUID: g.UUID, Name: g.Name, ID: g.ID, PID: g.PID, State: g.State, Reason: g.Reason, Spec: g.Spec,
		}}
		if g.Withheld == 0 { // otherwise its definition has to be read again
			copy(k.Hash[:], g.Hash)
		}
		seed.Guests = append(seed.Guests, k)
	}
	return seed
}

// knownAt gives up to when a guest is known to be unchanged.
func (t *libvirtTeller) knownAt(g *libvirtGuest) int64 {
	if g.Failed || t.swept.Boot != g.Boot {
		return g.Read
	}
	return max(g.Read, t.swept.From)
}

func (t *libvirtTeller) key(uuid string) string { return t.prefix + "guest/" + uuid }

func (g *libvirtGuest) virt() string {
	if g.Spec == nil {
		return ""
	}
	return string(g.Spec.Virt)
}

func (g *libvirtGuest) identity() identity { return identity{g.UUID, g.Name, g.virt()} }

// keep takes over what was read of a guest. The hash is copied, since a slice of it would
// keep the whole item alive, with the definition.
func (g *libvirtGuest) keep(now *libvirt.Guest, read int64) {
	g.UUID, g.Name, g.ID, g.PID, g.State, g.Reason = now.UUID, now.Name, now.ID, now.PID, now.State, now.Reason
	g.Hash, g.Spec, g.Read = slices.Clone(now.Hash[:]), now.Spec, read
}
