package reconcile

import (
	"bytes"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/store"
)

// stored gives what a store says of facts that were committed with as many others
// as often tells, one in so many, and checks that a rebuild says the same.
func stored(t *testing.T, facts []fact.Fact, often int) string {
	t.Helper()
	s, err := store.Open(filepath.Join(t.TempDir(), "store.db"), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	d, rng := New(Options{}), rand.New(rand.NewPCG(uint64(often), 3))
	b := store.Batch{}
	for i := range facts {
		b.Facts = append(b.Facts, facts[i])
		if err := d.Add(&facts[i]); err != nil {
			t.Fatal(err)
		}
		if i+1 < len(facts) && rng.IntN(often) > 0 {
			continue
		}
		b.Delta = d.Delta()
		if err := s.Commit(t.Context(), &b); err != nil {
			t.Fatal(err)
		}
		b = store.Batch{}
	}
	live := dump(t, s)
	if err := s.Rebuild(t.Context(), func() store.Deriver { return New(Options{}) }, nil); err != nil {
		t.Fatal(err)
	}
	if again := dump(t, s); again != live {
		t.Fatalf("one in %d: a rebuild differs: %s", often, difference(live, again))
	}
	return live
}

func dump(t *testing.T, s *store.Store) string {
	t.Helper()
	var b bytes.Buffer
	if err := s.Dump(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestEventsBeforeTheLog: of however many things a witness told before the log's
// start was read, the events are the log's session's, by a rebuild as well.
func TestEventsBeforeTheLog(t *testing.T) {
	t.Parallel()
	const n = 700
	sc := &scene{}
	sc.first(fact.Libvirt, -1, 1*s, base())
	for i := range int64(n) {
		has := base()
		if i%2 == 0 {
			has = base(silent("cdrom", "/x.iso"))
		}
		sc.has(fact.Libvirt, (1+i)*s, (2+i)*s, has)
	}
	sc.started(0)
	sc.tick((n + 100) * s)
	want := stored(t, sc.facts, len(sc.facts)+1)
	if got := stored(t, sc.facts, cases(1, 8)); got != want {
		t.Fatal(difference(got, want))
	}
	events := 0
	for line := range strings.Lines(want) {
		if strings.HasPrefix(line, `{"event"`) && strings.Contains(line, `"By":"libvirt"`) {
			if events++; !strings.Contains(line, `"SessionID":`+sessionOf(t, want)+",") {
				t.Fatalf("not of the log's session: %s", line)
			}
		}
	}
	if events < n {
		t.Errorf("%d events", events)
	}
}

// sessionOf gives the ID of the only session of a dump.
func sessionOf(t *testing.T, dump string) string {
	t.Helper()
	if n := strings.Count(dump, `{"session"`); n != 1 {
		t.Fatalf("%d sessions", n)
	}
	line, _, _ := strings.Cut(dump, "\n")
	_, behind, _ := strings.Cut(line, `"ID":`)
	for at := behind; ; { // the last is the session's own; holdings have texts
		_, next, ok := strings.Cut(at, `"ID":`)
		if !ok {
			id, _, _ := strings.Cut(at, ",")
			return id
		}
		at = next
	}
}

// TestStoreHoweverAsked: a store's contents don't hang on what was committed at
// once, and a rebuild gives them again.
func TestStoreHoweverAsked(t *testing.T) {
	t.Parallel()
	for seed := range uint64(cases(6, 1)) {
		facts := randomHost(100 + seed).facts
		want := stored(t, facts, len(facts)+1)
		for _, often := range []int{1, 12} {
			if got := stored(t, facts, often); got != want {
				t.Fatalf("seed %d, one in %d: %s", seed, often, difference(got, want))
			}
		}
	}
}
