package reconcile

import (
	"fmt"
	"slices"
	"testing"

	"github.com/virtaudit/virtaudit/internal/fact"
)

// That libvirt records no ballooning is no matter of a QEMU that no libvirt runs.
func TestBalloonWithoutLibvirt(t *testing.T) {
	var sc scene
	sc.first(fact.QMP, -1, 1*s, base())
	sc.seen(fact.QMP, fact.Told, -1, 60*s, fact.Observed{Tells: []fact.Telling{{Kind: "BALLOON_CHANGE", Text: `{"actual": 1}`}}})
	sc.tick(120 * s)
	rows, _ := derive(t, sc.facts)
	if told := rows.told(); len(told) > 0 {
		t.Errorf("told %q", told)
	}
	if ops := rows.ops(); len(ops) != 2 || ops[1] != OpBalloon {
		t.Errorf("ops %q", ops)
	}
}

// TestQuantityBack: a quantity that changed without record, with one, and back
// without, was changed without record twice.
func TestQuantityBack(t *testing.T) {
	sc := &scene{}
	sc.watched()
	at := func(at int64, n uint64) {
		has := base()
		has[4].Value = n
		sc.has(fact.Libvirt, at-s, at+10, has)
		sc.tick(at + 50*s)
	}
	at(60*s, 3)
	sc.logged(200*s, `resrc=vcpu reason=update | old-vcpu=3 new-vcpu=4`)
	at(200*s, 4)
	at(300*s, 3)
	got, _ := derive(t, sc.facts)
	want := slices.Repeat([]string{"unrecorded: no record tells that vcpu changed to 3"}, 2)
	if !slices.Equal(got.told(), want) {
		t.Errorf("findings %q", got.told())
	}
	var steps []string
	for _, step := range got.ordered()[0].Steps {
		if step.Kind == "vcpu" {
			steps = append(steps, fmt.Sprint((step.From.Millis-start)/s, " ", step.Value))
		}
	}
	if !slices.Equal(steps, []string{"0 2", "60 3", "200 4", "300 3"}) {
		t.Errorf("steps %q", steps)
	}
}
