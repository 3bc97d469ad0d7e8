package report

import (
	"cmp"
	"strconv"

	"github.com/virtaudit/virtaudit/internal/trail"
)

// resourcePhrase tells what was done with a resource. A start asks for its
// resources before it says whether it succeeded: until then nothing is held.
func resourcePhrase(ev *trail.Event) (phrase, style) {
	switch {
	case ev.Kind == "cgroup":
		return rulePhrase(ev), dim
	case ev.Op == trail.OpStart:
		return startPhrase(ev), dim
	case isQuantity(ev.Kind):
		return phrase{todo: "change", what: quantityChange(ev)}, plain
	case ev.Kind == netOpen:
		return phrase{"opened", "open", eventResource(ev, ev.ID)}, dim
	}
	return changePhrase(ev), plain
}

// startPhrase tells what a start asks for; what is recorded so of a guest that
// runs already, it has.
func startPhrase(ev *trail.Event) phrase {
	what := eventResource(ev, ev.ID)
	if isQuantity(ev.Kind) {
		what = spaced(oneWord(ev.Kind), exact(ev.Kind, ev.ID))
	}
	if s := ev.Session(); s != nil && s.Start != (trail.Moment{}) && s.Start.Serial < ev.At.Serial && s.State != trail.Failed {
		return phrase{"was given", "get", what}
	}
	return phrase{"asked for", "get", what}
}

// changePhrase tells what came, what went, or what replaced what.
func changePhrase(ev *trail.Event) phrase {
	if ev.Old != "" && ev.ID != "" && ev.Old != ev.ID {
		why := ""
		if ev.Op != "update" {
			why = inBrackets(oneWord(ev.Op))
		}
		return phrase{"replaced", "replace", spaced(eventResource(ev, ev.Old), "by", oneWord(ev.ID), why)}
	}
	what := eventResource(ev, cmp.Or(ev.ID, ev.Old))
	switch ev.Op {
	case "attach":
		return phrase{"attached", "attach", what}
	case "detach":
		return phrase{"detached", "detach", what}
	case "update":
		return updatePhrase(ev, what)
	case "mirror":
		return phrase{"began to mirror to", "mirror to", what}
	}
	return same(oneWord(ev.Op), what)
}

// updatePhrase tells of an update with one resource: a medium is put into a
// drive, or taken out of it, or what is there stays and is set up anew.
func updatePhrase(ev *trail.Event, what string) phrase {
	switch {
	case ev.Kind == "disk" && ev.Old == "":
		return phrase{"inserted", "insert", what}
	case ev.Kind == "disk" && ev.ID == "":
		return phrase{"ejected", "eject", what}
	}
	return phrase{"updated", "update", what}
}

// rulePhrase tells of a device rule of the guest's cgroup.
func rulePhrase(ev *trail.Event) phrase {
	what := oneWordOrNone(ev.ID)
	switch ev.Sub {
	case "all":
		what = "all devices"
	case "major":
		what = spaced("devices of", what)
	}
	what = spaced(oneWord(ev.Op), what, inBrackets(oneWordOrNone(ev.Reason)))
	return phrase{"device rule:", "set device rule:", what}
}

// quantityChange tells how much there is, and how much there was.
func quantityChange(ev *trail.Event) string {
	now, old := exact(ev.Kind, ev.ID), exact(ev.Kind, ev.Old)
	arrow := "->"
	if now == "" || old == "" {
		arrow = ""
	}
	return spaced(oneWord(ev.Kind), old, arrow, now)
}

// exact gives the value of a quantity, or what stands in its place.
func exact(kind, value string) string {
	if n, err := strconv.ParseUint(value, 10, 64); err == nil && kind == "mem" {
		return memory(n)
	}
	return oneWordOrNone(value)
}

// isQuantity tells whether records of that kind have numbers before and after.
func isQuantity(kind string) bool { return kind == "mem" || kind == "vcpu" || kind == "iothread" }

// amount gives a quantity in words.
func amount(kind, value string) (string, bool) {
	n, err := strconv.ParseUint(value, 10, 64)
	if err != nil || !isQuantity(kind) {
		return "", false
	}
	return quantity(kind, n), true
}

// eventResource names a resource: kind, bus and identity.
func eventResource(ev *trail.Event, id string) string {
	switch {
	case ev.Kind != netOpen:
		return spaced(oneWord(ev.Kind), oneWordOrNone(ev.Sub), oneWord(id))
	case ev.Sub == "":
		return oneWord(id)
	}
	return oneWord(id) + " for " + oneWord(ev.Sub)
}
