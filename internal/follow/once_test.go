package follow

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/virtaudit/virtaudit/internal/fact"
)

// sequence gives which facts go through, as letters.
func sequence(o *Once, facts ...fact.Fact) (through string) {
	for i := range facts {
		if o.New(&facts[i]) {
			through += string(facts[i].Source[0])
		} else {
			through += "-"
		}
	}
	return through
}

func TestOnce(t *testing.T) {
	of := func(way string, n int, guest string) fact.Fact {
		f := factsOf([]byte(line(n, guest)))[0]
		f.Source = way
		return f
	}
	file, multicast := of(WayFile, 1, "a"), of(WayMulticast, 1, "a")
	stdin, two := of(WayStdin, 1, "a"), of(WayFile, 2, "a")
	elsewhere, otherText := file, of(WayFile, 1, "b")
	elsewhere.Node = "there"
	for want, facts := range map[string][]fact.Fact{
		"f--f":     {file, multicast, stdin, two},
		"ff--":     {file, file, multicast, multicast}, // two equal ones by one way
		"f-f-":     {file, multicast, file, multicast},
		"m-mm--":   {multicast, file, multicast, multicast, file, file},
		"mf-":      {multicast, elsewhere, file},
		"m-f":      {multicast, file, otherText},
		"s-m-f---": {stdin, multicast, multicast, stdin, of(WayFile, 3, "c"), file, file, of(WayStdin, 3, "c")},
	} {
		if got := sequence(NewOnce(100), facts...); got != want {
			t.Errorf("%s went through, want %s", got, want)
		}
	}
}

// Where a file is read anew within a batch is told of what is left of it.
func TestOnceMovesAnew(t *testing.T) {
	facts := factsOf([]byte(line(1, "a") + line(2, "b") + line(3, "c")))
	o := NewOnce(100)
	for _, i := range []int{0, 2} {
		known := facts[i]
		known.Source = WayMulticast
		o.New(&known)
	}
	b := Batch{Records: facts, Anew: []int{0, 1, 2, 3}}
	o.Filter(&b)
	if want := []int{0, 0, 1, 1}; len(b.Records) != 1 || !slices.Equal(b.Anew, want) {
		t.Errorf("%d records, anew at %v, want %v", len(b.Records), b.Anew, want)
	}
}

// It forgets the oldest, and stays as small as it was made.
func TestOnceBounded(t *testing.T) {
	o := NewOnce(10)
	nth := func(n int, way string) *fact.Fact {
		f := factsOf([]byte(line(n, "a")))[0]
		f.Source = way
		return &f
	}
	for n := range 100 {
		o.New(nth(n, WayFile))
	}
	if len(o.known) != 10 {
		t.Errorf("%d are known", len(o.known))
	}
	if o.New(nth(99, WayMulticast)) || o.New(nth(90, WayMulticast)) || !o.New(nth(89, WayMulticast)) {
		t.Error("it doesn't know the last ten")
	}
}

// However two ways are interleaved, each record goes through as often as it is
// there.
func TestOnceInterleaved(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	want := factsOf(readLogs(t))
	want = append(want, want[:50]...)
	for range 20 {
		o, got := NewOnce(1000), 0
		for a, b := 0, 0; a < len(want) || b < len(want); {
			var f fact.Fact
			if b == len(want) || a < len(want) && random.IntN(2) == 0 {
				f, a = want[a], a+1
			} else {
				f, b = want[b], b+1
				f.Source = WayMulticast
			}
			batch := Batch{Records: []fact.Fact{f}}
			o.Filter(&batch)
			got += len(batch.Records)
		}
		if got != len(want) {
			t.Errorf("%d went through, want %d", got, len(want))
		}
	}
}
