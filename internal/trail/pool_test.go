package trail

import (
	"strconv"
	"strings"
	"testing"
	"unsafe"
)

// Whatever a pool forgets, what it gives is the value; and one that came last
// is the same string.
func TestPool(t *testing.T) {
	p := newPool()
	for i := range 3 * poolSize {
		want := "/dev/" + strconv.Itoa(i%(2*poolSize))
		got := p.get([]byte(want))
		if got != want {
			t.Fatalf("got %q, want %q", got, want)
		}
		if again := p.get([]byte(want)); unsafe.StringData(again) != unsafe.StringData(got) {
			t.Fatalf("%q is two strings", want)
		}
	}
	if got := p.get(nil); got != "" {
		t.Errorf("nothing is %q", got)
	}
}

// Two values that share a place don't drive each other out.
func TestPoolKeepsTwo(t *testing.T) {
	p := newPool()
	values := []string{"/a", "/b"}
	for i := range p.places {
		p.places[i] = "taken"
	}
	for range 4 {
		for _, v := range values {
			p.get([]byte(v))
		}
	}
	if n := testing.AllocsPerRun(10, func() { p.get([]byte("/a")); p.get([]byte("/b")) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestPoolTakesNoLongValues(t *testing.T) {
	p := newPool()
	p.get([]byte(strings.Repeat("x", maxLength+1)))
	for _, s := range p.places {
		if s != "" {
			t.Fatalf("%d bytes are kept", len(s))
		}
	}
}
