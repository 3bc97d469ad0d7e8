package store

import (
	"context"
	"slices"
	"testing"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/trail"
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

// TestRebuildBetweenPages: a list of guests goes on where it was, though they are
// numbered anew.
func TestRebuildBetweenPages(t *testing.T) {
	s := openTemp(t)
	var facts []fact.Fact
	for i, uuid := range []string{"c", "b", "a"} { // seen in another order than they are listed
		facts = append(facts, fact.Fact{
			Seq: uint64(i + 1), Kind: fact.Observation, Node: "n", Stamp: trail.Moment{Millis: int64(i)}, Text: fact.Encode(fact.Observed{UUID: uuid}),
		})
	}
	sessions := func(uuids ...string) *trail.Delta {
		d := &trail.Delta{}
		for i, uuid := range uuids {
			d.Sessions = append(d.Sessions, &trail.Session{ID: uint64(i + 1), Node: "n", UUID: uuid, Name: "g", First: trail.Moment{Millis: 1}})
		}
		return d
	}
	writeDelta(t, s, sessions("a", "b", "c"))
	commit(t, s, &Batch{Facts: facts})
	got := pages(t, 1, func(p Page) (uuids []string, next string, err error) {
		list, next, err := s.Guests(t.Context(), GuestQuery{Page: p})
		for _, g := range list {
			uuids = append(uuids, g.UUID)
		}
		if err := s.Rebuild(t.Context(), func() Deriver { return given{sessions("a", "b", "c")} }, nil); err != nil {
			t.Fatal(err)
		}
		return uuids, next, err
	})
	if !slices.Equal(got, []string{"a", "b", "c"}) {
		t.Errorf("the guests are %v, want a b c", got)
	}
}

// given derives the same of all facts.
type given struct{ delta *trail.Delta }

func (g given) Add(*fact.Fact) error { return nil }
func (g given) Delta() *trail.Delta  { return g.delta }

// cancelling ends a context once it gets a fact.
type cancelling struct {
	Deriver
	cancel func()
}

func (c cancelling) Add(f *fact.Fact) error {
	c.cancel()
	return c.Deriver.Add(f)
}
