package guest

import (
	"testing"

	"github.com/virtaudit/virtaudit/record"
)

func TestUUID(t *testing.T) {
	var r record.Record
	r.Begin(stopKind.Kind)
	if !isUUID(qcowTest.UUID) || r.Set("uuid", qcowTest.UUID) != nil {
		t.Errorf("%q is refused", qcowTest.UUID)
	}
	for _, s := range []string{
		"", "?", "118733ed-b658-3e22-a2cb-4fe5cb3ddf7", "118733ed-b658-3e22-a2cb-4fe5cb3ddf790",
		"118733ED-b658-3e22-a2cb-4fe5cb3ddf79", "118733ed_b658-3e22-a2cb-4fe5cb3ddf79",
		"118733edb6583e22a2cb4fe5cb3ddf79", "g18733ed-b658-3e22-a2cb-4fe5cb3ddf79",
		"118733ed-b658-3e22-a2cb-4fe5cb3ddf-9", "118733ed-b658-3e22-a2cb-4fe5cb3ddf7\xff",
	} {
		if isUUID(s) {
			t.Errorf("%q is taken for a uuid", s)
		}
	}
}
