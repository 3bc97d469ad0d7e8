package agent

import (
	"testing"

	"github.com/virtaudit/virtaudit/internal/demo"
	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/web"
)

// TestDemoStatus: each source of the facts is told as what it was.
func TestDemoStatus(t *testing.T) {
	a := &agent{host: Host{Demo: demo.Facts()}}
	v := &vitals{Facts: map[string]uint64{"file": 5, "libvirt qemu:///system": 3, "qmp /run/vm/a.qmp": 2, "proc": 4, "log": 1, "emit": 1}, LastKnown: 1000}
	want := map[string]web.Source{
		"log file":               {Witness: fact.Log, Records: 5},
		"libvirt qemu:///system": {Witness: fact.Libvirt, Observations: 3},
		"qmp /run/vm/a.qmp":      {Witness: fact.QMP, Observations: 2},
		"proc":                   {Witness: fact.Proc, Observations: 4},
	}
	got := a.demoStatus(v)
	if len(got) != len(want) || got[0].Name != "log file" {
		t.Fatalf("the sources of the demo: %+v", got)
	}
	for _, s := range got {
		if w := want[s.Name]; s.State != web.Up || s.Witness != w.Witness || s.Records != w.Records || s.Observations != w.Observations {
			t.Errorf("%+v, want %+v", s, w)
		}
	}
}
