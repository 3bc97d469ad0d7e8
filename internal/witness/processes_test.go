package witness

import (
	"slices"
	"testing"
	"time"
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
		t.Errorf("%+v %v, %v", who, ok, p.pids())
	}
	p.drop(7)
	stirred(true, 7)
	p.drop(7)
	stirred(false)
	if _, ok := p.who(7); ok {
		t.Error("known still")
	}
}

// A process's beginning is told to a second, and never one that is later.
func TestUnborn(t *testing.T) {
	now := time.Now()
	start := startOf(1)
	if at := unborn(start, now); start == 0 || !at.IsZero() && (at.After(now) || at.Before(booted().Add(-3*time.Second))) {
		t.Errorf("process 1 began in tick %d, %v", start, at)
	}
	for _, start := range []uint64{0, 1 << 60} {
		if at := unborn(start, now); !at.IsZero() {
			t.Errorf("%d: %v", start, at)
		}
	}
	if at := unborn(100, time.Unix(1, 0)); !at.IsZero() {
		t.Errorf("after the clock was set back: %v", at)
	}
	if startOf(-1) != 0 {
		t.Error("no process has a beginning")
	}
}
