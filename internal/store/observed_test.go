package store

import (
	"testing"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/trail"
	"github.com/virtaudit/virtaudit/record"
)

// TestDefinitionAsOf: a definition is of the time at which it was so, which may be
// long before it was told.
func TestDefinitionAsOf(t *testing.T) {
	s := openTemp(t)
	f := fact.Fact{
		Seq: 1, Kind: fact.Observation, Node: "n", Source: "libvirt", Stamp: record.Stamp{Millis: 50_000},
		Text: fact.Encode(fact.Observed{UUID: "u", Name: "g", To: 10_000, Definition: "<domain/>"}),
	}
	commit(t, s, &Batch{Facts: []fact.Fact{f}, Delta: &trail.Delta{}})
	list, _, err := s.Definitions(t.Context(), Guest{UUID: "u"}, Page{})
	if err != nil || len(list) != 1 || list[0].Millis != 10_000 {
		t.Errorf("the definition's time isn't that of the observation: %+v, %v", list, err)
	}
}
