package reconcile

import (
	"testing"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/record"
)

// FuzzFacts: whatever a fact says, behind a guest's normal start, nothing panics,
// and the rows are the same however Delta is called.
func FuzzFacts(f *testing.F) {
	sc := &scene{}
	sc.watched()
	for _, one := range sc.facts {
		f.Add(uint8(one.Kind), one.Text, int64(5))
	}
	f.Add(uint8(2), []byte(`{"witness":"proc","what":"gone","pid":77,"to":-1}`), int64(0))
	f.Add(uint8(2), []byte(`{"witness":"qmp","what":"changed","name":"x","to":9223372036854775807,"has":[{"kind":"mem"}]}`), int64(0))
	f.Fuzz(func(t *testing.T, kind uint8, text []byte, at int64) {
		sc := &scene{}
		sc.watched()
		sc.add(fact.Fact{Kind: fact.Kind(kind), Type: record.VirtResource, Text: text, Stamp: record.Stamp{Millis: at}})
		sc.has(fact.Libvirt, 60*s, 61*s, base(thing("rng", "/dev/random")))
		sc.tick(200 * s)
		whole, parts := New(Options{}), New(Options{})
		one, many := newRows(), newRows()
		for i := range sc.facts {
			wrong := whole.Add(&sc.facts[i])
			if again := parts.Add(&sc.facts[i]); (wrong == nil) != (again == nil) {
				t.Fatalf("%v, then %v", wrong, again)
			}
			many.apply(parts.Delta())
		}
		one.apply(whole.Delta())
		many.apply(parts.Delta())
		if a, b := one.text(), many.text(); a != b {
			t.Error(difference(b, a))
		}
	})
}
