package witness

import (
	"slices"
	"testing"
)

func TestProcesses(t *testing.T) {
	p := NewProcesses()
	stirred := func(want bool, pids ...int) {
		t.Helper()
		select {
		case <-p.stirred:
			if !want {
				t.Error("stirred")
			}
		default:
			if want {
				t.Error("not stirred")
			}
		}
		if got := p.take(); !slices.Equal(got, pids) {
			t.Errorf("due are %v, want %v", got, pids)
		}
	}
	p.put(0, identity{UUID: uuidB})
	stirred(false)
	p.put(7, identity{UUID: uuidA})
	p.put(7, identity{UUID: uuidA, Name: "web"})
	stirred(true, 7)
	p.stir(uuidB)
	stirred(false)
	p.stir(uuidA)
	stirred(true, 7)
	if who, ok := p.who(7); !ok || who.Name != "web" || !slices.Equal(p.pids(), []int{7}) {
		t.Errorf("the process of guest web: %+v %v, %v", who, ok, p.pids())
	}
	p.drop(7)
	stirred(true, 7)
	p.drop(7)
	stirred(false)
	if _, ok := p.who(7); ok {
		t.Error("known still")
	}
}
