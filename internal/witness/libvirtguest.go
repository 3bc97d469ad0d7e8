package witness

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/virtaudit/virtaudit/guest"
	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/hypervisor/libvirt"
)

// How much of what a guest causes is reported. A guest can open its drive's tray, connect
// its agent and fill its balloon as often as it likes; each of these has an event, and may
// change the definition.
const (
	maxEvents  = 64
	eventPause = 2 * time.Second
	maxTexts   = 32
	textPause  = time.Minute
)

// maxTelling is how long the text of an event is at most.
const maxTelling = 4 << 10

// takeSeen reports a guest that was found running.
func (t *libvirtTeller) takeSeen(i libvirt.Seen) error {
	g := t.guests[i.UUID]
	if g == nil || g.ID != 0 && g.ID != i.ID {
		g = &libvirtGuest{Boot: t.Boot}
	}
	if g.Run == "" {
		g.Run = t.run(strconv.Itoa(i.ID), i.To)
	}
	g.keep(&i.Guest, millis(i.To))
	g.Failed = false
	t.guests[i.UUID] = g
	o := t.about(g, fact.Seen, i.Span, i.Told)
	t.things(g, &o, i.XML)
	if o.From != 0 {
		o.Wants = t.speller.startWants(&i.Guest, i.Told)
	}
	t.define(g, &o, i.XML)
	t.Processes.put(g.PID, g.identity())
	return t.report([]fact.Fact{t.observe(o)}, t.stored(g))
}

// takeChanged reports what changed about a guest.
func (t *libvirtTeller) takeChanged(i libvirt.Changed) error {
	g := t.guests[i.UUID]
	if g == nil {
		g = &libvirtGuest{Boot: t.Boot, Run: t.run(strconv.Itoa(i.ID), i.To)}
		t.guests[i.UUID] = g
	}
	before := g.Has
	g.keep(&i.Guest, millis(i.To))
	g.Failed = false
	o := t.about(g, fact.Changed, i.Span, i.Told)
	o.Was = i.Was
	t.things(g, &o, i.XML)
	o.Wants = t.speller.changeWants(append(snapshots(i.Changes, g.Has), mirrors(g.Spec, before, g.Has)...))
	if t.withhold(g, &o, &i, before) {
		return t.report(nil, t.stored(g))
	}
	t.Processes.put(g.PID, g.identity())
	return t.report([]fact.Fact{t.observe(o)}, t.stored(g))
}

// takeGone reports that a guest is gone.
func (t *libvirtTeller) takeGone(i libvirt.Gone) error {
	g := t.guests[i.UUID]
	if g == nil {
		g = &libvirtGuest{Boot: t.Boot}
		g.keep(&i.Guest, 0)
	}
	delete(t.guests, i.UUID)
	t.events.forget(i.UUID)
	t.texts.forget(i.UUID)
	o := t.about(g, fact.Gone, i.Span, i.Told)
	o.Was, o.State, o.Reason = i.State, "", lifecycle(i.Told, "stopped")
	o.Wants = t.speller.stopWants(&i.Guest, i.Told)
	t.Processes.drop(g.PID)
	return t.report([]fact.Fact{t.observe(o)}, map[string][]byte{t.key(i.UUID): nil})
}

// takeFailed reports that a guest can't be read. What was known of it is kept.
func (t *libvirtTeller) takeFailed(i libvirt.Failed) error {
	g := t.guests[i.UUID]
	var state map[string][]byte
	if g == nil { // nothing of it is stored
		g = &libvirtGuest{}
		g.keep(&i.Guest, 0)
	} else {
		g.Read, g.Failed = t.knownAt(g), true
		state = t.stored(g)
	}
	o := t.about(g, fact.Failed, libvirt.Span{To: i.At}, nil)
	o.Problem = i.Err.Error()
	return t.report([]fact.Fact{t.observe(o)}, state)
}

// takeEvent reports an event.
func (t *libvirtTeller) takeEvent(e libvirt.Event) error {
	allowed, dropped := t.events.take(e.UUID, e.At)
	if !allowed {
		return nil
	}
	t.Processes.stir(e.UUID)
	o := fact.Observed{
		What: fact.Told, UUID: e.UUID, Name: e.Name, To: millis(e.At), Tells: tellings([]libvirt.Event{e}),
	}
	if g := t.guests[e.UUID]; g != nil && g.ID == e.ID {
		o.Run, o.PID, o.Virt = g.Run, g.PID, g.virt()
	}
	if dropped > 0 {
		o.Problem = fmt.Sprintf("%d events before it were left out: too many in a short time", dropped)
	}
	return t.report([]fact.Fact{t.observe(o)}, nil)
}

// about makes an observation of a guest, for the caller to complete.
func (t *libvirtTeller) about(g *libvirtGuest, what fact.What, span libvirt.Span, told []libvirt.Event) fact.Observed {
	return fact.Observed{
		What: what, UUID: g.UUID, Name: g.Name, Virt: g.virt(), PID: g.PID, Run: g.Run,
		From: millis(span.From), To: millis(span.To), State: g.State, Reason: g.Reason, Tells: tellings(told),
	}
}

// things puts everything that the guest has into what is known of it and into the
// observation.
func (t *libvirtTeller) things(g *libvirtGuest, o *fact.Observed, text string) {
	var d details
	var more []fact.Thing
	if definition, err := readDomain(text); err != nil {
		o.Problem = err.Error()
		o.Partial = []string{"backing", "launchsecurity", "mirror", "rendernode"}
	} else {
		d = definition.details(g.Spec)
		more = append(definition.images(g.Spec, g.Has), definition.nodes()...)
	}
	all, whole := sorted(t.namer.name(append(t.speller.spell(g.Spec, d), more...)))
	if !whole {
		o.Partial = []string{everything}
	}
	g.Has, o.Has = all, all
}

// withhold tells whether a change is not to be reported now: one that a guest can cause
// without end has to wait for its turn. Otherwise it puts the definition into the
// observation, if that isn't the one that was reported last.
func (t *libvirtTeller) withhold(g *libvirtGuest, o *fact.Observed, i *libvirt.Changed, before []fact.Thing) bool {
	byHost := len(o.Wants)+len(i.Changes) > 0 || !sameThings(ofHost(before), ofHost(g.Has))
	again := bytes.Equal(g.Defined, g.Hash)
	if !byHost && !again {
		if allowed, _ := t.texts.take(g.UUID, i.To); !allowed {
			g.Withheld, g.text = cmp.Or(g.Withheld, o.From), i.XML
			return i.Was == i.State
		}
		o.From = cmp.Or(g.Withheld, o.From)
	}
	t.define(g, o, i.XML)
	return !byHost && again && i.Was == i.State
}

// ofHost gives Things without what the guest itself can change about them.
func ofHost(all []fact.Thing) []fact.Thing {
	all = slices.Clone(all)
	for i := range all {
		if all[i].Kind == "mem" {
			all[i].Detail = nil
		}
	}
	return all
}

// overdue reports the withheld changes of guests whose turn has come.
func (t *libvirtTeller) overdue(now time.Time) error {
	for _, uuid := range slices.Sorted(maps.Keys(t.guests)) {
		g := t.guests[uuid]
		if g.text == "" {
			continue
		}
		if allowed, _ := t.texts.take(uuid, now); !allowed {
			continue
		}
		o := t.about(g, fact.Changed, libvirt.Span{From: timeOf(g.Withheld), To: timeOf(t.knownAt(g))}, nil)
		o.Was, o.Has = g.State, g.Has
		t.define(g, &o, g.text)
		if err := t.report([]fact.Fact{t.observe(o)}, t.stored(g)); err != nil {
			return err
		}
	}
	return nil
}

// define puts the definition into the observation, if it isn't the one that was reported
// last.
func (t *libvirtTeller) define(g *libvirtGuest, o *fact.Observed, text string) {
	if !bytes.Equal(g.Defined, g.Hash) {
		define(o, text)
	}
	g.Defined, g.Withheld, g.text = g.Hash, 0, ""
}

func (t *libvirtTeller) stored(g *libvirtGuest) map[string][]byte {
	return map[string][]byte{t.key(g.UUID): fact.Encode(g)}
}

func tellings(events []libvirt.Event) []fact.Telling {
	var all []fact.Telling
	for i := range events {
		e := &events[i]
		var words []string
		for _, f := range e.Fields {
			words = append(words, f.Name+"="+f.Value)
		}
		all = append(all, fact.Telling{At: millis(e.At), Kind: e.Kind, Text: clipped(strings.Join(words, " "), maxTelling)})
	}
	return all
}

// snapshots turns an update of a disk into a snapshot if its former image is now the
// backing image of the new one.
func snapshots(changes []guest.Change, has []fact.Thing) []guest.Change {
	all := slices.Clone(changes)
	for i := range all {
		old, wasDisk := all[i].Old.(guest.Disk)
		now, isDisk := all[i].New.(guest.Disk)
		if all[i].Op != guest.Update || !wasDisk || !isDisk {
			continue
		}
		behind := slices.ContainsFunc(has, func(t fact.Thing) bool {
			return t.Kind == "backing" && t.ID == fact.Plain(diskName(old.Source)) && t.Detail["of"] == fact.Plain(diskName(now.Source)) && t.Detail["depth"] == "1"
		})
		if behind {
			all[i].Op = guest.Snapshot
		}
	}
	return all
}

// mirrors gives the changes that copies of disks have begun.
func mirrors(spec *guest.Spec, before, has []fact.Thing) []guest.Change {
	var all []guest.Change
	for _, t := range has {
		if t.Detail["job"] != "copy" || t.Silent || slices.ContainsFunc(before, func(b fact.Thing) bool { return sameThing(b, t) }) {
			continue
		}
		to := guest.Disk{Source: guest.DiskSource{Path: t.ID}}
		all = append(all, guest.Change{Guest: spec, Op: guest.Mirror, New: to})
	}
	return all
}
