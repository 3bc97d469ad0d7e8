package reconcile

import (
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
