//go:build linux

package proc

import (
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"testing"
)

func TestParseState(t *testing.T) {
	for _, name := range []string{"qemu", "", "a b", ") S 1 (", "x\ny", "(()"} {
		s, err := parseState([]byte(statText(7, name, "S", 42, 99)))
		if want := (state{parent: 42, start: 99}); err != nil || s != want {
			t.Errorf("%q: %+v, %v; want %+v", name, s, err, want)
		}
	}
	for _, tc := range []struct {
		state, flags, threads string
		dead, ending          bool
	}{
		{"S", "4194560", "5", false, false},
		{"D", "0", "1", false, false},
		{"Z", "0", "1", true, false},
		{"X", "0", "0", true, false},
		{"R", "4194564", "1", true, false},
		{"Z", "0", "3", false, true}, // the main thread has ended, others run
		{"R", "4", "3", false, true},
	} {
		text := "7 (x) " + tc.state + " 1 1 1 0 -1 " + tc.flags + " 0 0 0 0 2 1 0 0 20 0 " + tc.threads + " 0 99 4 5\n"
		if s, err := parseState([]byte(text)); err != nil || s.dead != tc.dead || s.ending != tc.ending {
			t.Errorf("the state of %+v: %+v, %v", tc, s, err)
		}
	}
	for _, text := range []string{
		"", "7", "7 (x", "7 (x) ", "7 (x) S 1 2", ") S (",
		statText(7, "x", "S", 1, 1)[:30], strings.Replace(statText(7, "x", "S", 1, 77), " 77 ", " -1 ", 1),
		strings.Replace(statText(7, "x", "S", 55, 1), "55", "y", 1),
	} {
		if s, err := parseState([]byte(text)); err == nil {
			t.Errorf("%q is %+v, want an error", text, s)
		}
	}
}

// A process whose main thread has ended, and which goes on, isn't seen whole.
func TestMainThreadEnded(t *testing.T) {
	f := newFake(t)
	f.process(30, 1, "/usr/bin/qemu-kvm", "qemu")
	f.write("proc/30/stat", strings.Replace(statText(30, "x", "S", 1, 300), " S ", " Z ", 1))
	s := f.look(30)
	if got := fmt.Sprint(s.Missing); got != "[descriptors of other threads: the main thread has ended]" {
		t.Errorf("missing %s", got)
	}
}

// A pid that is another process's by now is told, and so is one whose process
// has ended, waited for or not.
func TestGone(t *testing.T) {
	child := exec.Command("sleep", "60")
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	p, err := Local().Process(child.Process.Pid)
	if err != nil {
		t.Fatal(err)
	}
	gone := func(p Process, when string) {
		t.Helper()
		if s, err := Local().Sweep().Look(t.Context(), p); !errors.Is(err, ErrGone) {
			t.Errorf("%s: %v, %v; want ErrGone", when, s, err)
		}
		if s, err := Local().Sweep().Maps(t.Context(), p); !errors.Is(err, ErrGone) {
			t.Errorf("%s: maps %v, %v; want ErrGone", when, s, err)
		}
	}
	earlier := p
	earlier.Start--
	gone(earlier, "an earlier process of the pid")
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	untilDead(t, p.PID)
	gone(p, "ended, not waited for")
	_ = child.Wait()
	gone(p, "waited for")
	if _, err := Local().Process(p.PID); !errors.Is(err, ErrGone) {
		t.Errorf("%v, want ErrGone", err)
	}
}

// untilDead waits for a process's end without waiting for the process.
func untilDead(t *testing.T, pid int) {
	t.Helper()
	for {
		if _, err := Local().Process(pid); errors.Is(err, ErrGone) {
			return
		} else if err != nil {
			t.Fatal(err)
		}
	}
}
