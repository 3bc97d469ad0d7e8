package reconcile

import (
	"slices"
	"strings"
	"testing"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/trail"
)

const ownText = `virt=kvm resrc=rng reason=attach vm="g" uuid=` + uuid + ` old-rng="?" new-rng="/dev/random"`

// unmended is a scene in which the record of an attach is missing, and planned.
func unmended() (sc *scene, plan fact.Intended, id uint64) {
	sc = &scene{}
	sc.watched()
	want := fact.Wanted{Type: "VIRT_RESOURCE", Text: ownText, Op: "attach", Kind: "rng", ID: "/dev/random"}
	seen := sc.has(fact.Libvirt, 60*s, 61*s, base(thing("rng", "/dev/random")), want)
	sc.tick(71 * s)
	plan = fact.Intended{State: fact.Planned, PID: 999, For: seen, Wanted: want, UUID: uuid, Name: "g", At: start + 72*s}
	return sc, plan, sc.intend(plan)
}

func (sc *scene) sentRNG(pid int) {
	sc.sent(73*s, pid, "/usr/bin/virtaudit", `resrc=rng reason=attach | old-rng="?" new-rng="/dev/random"`)
	sc.tick(200 * s)
}

// findingKinds gives the kinds of all findings.
func findingKinds(r *rows) []string {
	var all []string
	for _, f := range r.findings {
		all = append(all, string(f.Kind))
	}
	slices.Sort(all)
	return all
}

// The service's own record mends what was missing, and its sender is known.
func TestOwnRecord(t *testing.T) {
	sc, _, _ := unmended()
	if got, _ := derive(t, sc.facts); !slices.Equal(findingKinds(got), []string{string(trail.Unrecorded)}) {
		t.Fatalf("before: %q", findingKinds(got))
	}
	sc.sentRNG(999)
	got, missing := derive(t, sc.facts)
	if kinds := findingKinds(got); len(kinds) != 0 || missing != nil {
		t.Errorf("findings %q, missing %v", kinds, missing)
	}
	if held := strings.Join(got.held(), ","); strings.Count(held, "/dev/random") != 1 {
		t.Errorf("held %s", held)
	}
}

// A record of another process, one that was refused, and a second one are not.
func TestNotOwnRecord(t *testing.T) {
	unknown := []string{string(trail.UnknownSender), string(trail.Unrecorded)}
	sc, _, _ := unmended()
	sc.sentRNG(998)
	if got, _ := derive(t, sc.facts); !slices.Equal(findingKinds(got), unknown) {
		t.Errorf("of another process: %q", findingKinds(got))
	}
	sc, plan, id := unmended()
	plan.ID, plan.State = id, fact.Refused
	sc.intend(plan)
	sc.sentRNG(999)
	if got, _ := derive(t, sc.facts); !slices.Equal(findingKinds(got), unknown) {
		t.Errorf("refused: %q", findingKinds(got))
	}
	sc, _, _ = unmended()
	sc.sentRNG(999)
	sc.sentRNG(999)
	if got, _ := derive(t, sc.facts); !slices.Equal(findingKinds(got), unknown[:1]) {
		t.Errorf("twice: %q", findingKinds(got))
	}
}

// A record that turns up after it was thought to be lost shows that it wasn't.
func TestOwnRecordAfterAll(t *testing.T) {
	sc, plan, id := unmended()
	plan.ID, plan.State = id, fact.Unknown
	sc.intend(plan)
	sc.sentRNG(999)
	if got, _ := derive(t, sc.facts); len(findingKinds(got)) != 0 {
		t.Errorf("findings %q", findingKinds(got))
	}
}
