package store

import (
	"context"
	"testing"

	"github.com/virtaudit/virtaudit/internal/fact"
)

// TestRebuildSetsState with the rows, or not at all.
func TestRebuildSetsState(t *testing.T) {
	s := openTemp(t)
	commit(t, s, &Batch{Facts: watched(1, factPage+1), State: map[string][]byte{"rules": []byte("1"), "old": {}}})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	err := s.Rebuild(ctx, func() Deriver { return cancelling{newLive(&Checkpoint{}), cancel} }, map[string][]byte{"rules": []byte("2")})
	if err == nil {
		t.Error("a rebuild went on behind the end of its context")
	}
	if v, err := s.State(t.Context(), "rules"); err != nil || string(v) != "1" {
		t.Errorf("what failed left the rules %q (%v), want 1", v, err)
	}
	err = s.Rebuild(t.Context(), func() Deriver { return newLive(&Checkpoint{}) }, map[string][]byte{"rules": []byte("2"), "old": nil})
	if err != nil {
		t.Fatal(err)
	}
	states, err := s.States(t.Context(), "")
	if err != nil || len(states) != 1 || string(states["rules"]) != "2" {
		t.Errorf("the states are %q (%v), want the rules 2 alone", states, err)
	}
}

// cancelling ends a context once it gets a fact.
type cancelling struct {
	Deriver
	cancel func()
}

func (c cancelling) Add(f *fact.Fact) error {
	c.cancel()
	return c.Deriver.Add(f)
}
