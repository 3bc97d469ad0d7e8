package trail

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/virtaudit/virtaudit/record"
)

// A record that comes after many that follow it is used where it comes, and
// counted.
func TestTooLate(t *testing.T) {
	s := newScene().start(uuidA, 42)
	for range 2 * windowSize {
		s.abend(7)
	}
	s.stop(uuidA, "shutdown")
	start := s.lines[0]
	late := append(slices.Delete(slices.Clone(s.lines), 0, 1), start)
	sessions, sum := read(t, late)
	if sum.Late != 1 || len(sessions) != 2 || !sessions[0].Late {
		t.Errorf("%d late records, sessions\n%s", sum.Late, short(sessions))
	}
}

// A stop that comes too late is not the stop of the session that began since.
func TestLateStop(t *testing.T) {
	s := newScene().start(uuidA, 42).disk(uuidA, "attach", "?", "/a", "success").stop(uuidA, "shutdown")
	stop := s.lines[2]
	s.lines = s.lines[:2]
	s.start(uuidA, 43)
	for range 2 * windowSize {
		s.abend(7)
	}
	s.lines = append(s.lines, stop)
	sessions, sum := read(t, s.lines)
	if len(sessions) != 3 || sessions[2].State != Running || sessions[2].PID != 43 || sessions[1].State != Closed || !sessions[1].Late || sum.Late != 1 {
		t.Errorf("%d late, sessions\n%s", sum.Late, short(sessions))
	}
}

// Serials that begin anew while the clock went back are a boot, once there are
// enough of them.
func TestRebootWithClockSetBack(t *testing.T) {
	s := newScene().start(uuidA, 42).disk(uuidA, "attach", "?", "/a", "success").disk(uuidA, "attach", "?", "/b", "success").disk(uuidA, "attach", "?", "/c", "success")
	s.reboot()
	s.second -= 800_000_000
	s.label(uuidB, "x").disk(uuidB, "start", "?", "/b", "success").start(uuidB, 42).stop(uuidA, "shutdown")
	sessions, _ := read(t, s.lines)
	lost := slices.ContainsFunc(sessions, func(s *Session) bool { return s.UUID == uuidA && s.State == Lost && s.EndReason == "host booted" })
	if !lost || len(sessions) != 3 {
		t.Errorf("sessions\n%s", short(sessions))
	}
}

// auditd numbers its own records: they say nothing of the kernel's serials.
func TestDaemonSerialsAreNotCompared(t *testing.T) {
	s := newScene().start(uuidA, 42)
	s.second += 3600
	s.lines = append(s.lines, "type=DAEMON_ROTATE msg=audit(1793003601.100:0): op=rotate-logs res=success", "type=DAEMON_START msg=audit(1793003601.200:999999): op=start res=success")
	s.stop(uuidA, "shutdown")
	sessions, sum := read(t, s.lines)
	if got := short(sessions); got != "closed start=1 booted end=2 shutdown" || sum.Late != 0 {
		t.Errorf("%s, %d late", got, sum.Late)
	}
}

// What looks like a boot and is none.
func TestNoBoot(t *testing.T) {
	at := func(s *scene, serial uint64, second int64) *scene {
		s.serial, s.second = serial-1, second-1
		return s
	}
	two := func() *scene { return at(newScene(), 100, 1793001000).start(uuidA, 7).start(uuidB, 8) }
	swapped := at(at(two(), 108, 1793001007).avc("x"), 107, 1793001010).disk(uuidA, "attach", "?", "/a", "success")
	forged := at(at(two(), 99999999999, 1793001007).avc("x"), 103, 1793001020).disk(uuidA, "attach", "?", "/a", "success")
	corrupt := at(at(two(), 3999999999, 1793001007).avc("x"), 103, 1793001008).disk(uuidA, "attach", "?", "/a", "success")
	burst := two()
	at(burst, 200, 1793001060)
	for range 300 {
		burst.abend(9)
	}
	at(burst, 107, 1793001030).disk(uuidA, "attach", "?", "/a", "success").disk(uuidA, "attach", "?", "/b", "success").disk(uuidA, "attach", "?", "/c", "success")
	for name, s := range map[string]*scene{"two lines swapped": swapped, "a serial that can't be": forged, "a serial that isn't": corrupt, "a burst of late lines": burst} {
		sessions, _ := read(t, s.lines)
		if len(sessions) != 2 || sessions[0].State != Running || sessions[1].State != Running {
			t.Errorf("%s:\n%s", name, short(sessions))
		}
	}
}

// A boot after which the clock is a little behind, in a short log.
func TestBootWithClockBehind(t *testing.T) {
	for name, boot := range map[string]func(*scene) *scene{
		"announced": func(s *scene) *scene { s.second -= 90; return s.boot() },
		"an hour":   func(s *scene) *scene { s.second -= 3600; return s },
	} {
		s := newScene()
		s.serial = 100
		s.start(uuidA, 7).disk(uuidA, "attach", "?", "/a", "success").start(uuidB, 8)
		s.serial = 2
		boot(s).label(uuidA, "x").disk(uuidA, "start", "?", "/a", "success").start(uuidA, 9)
		sessions, _ := read(t, s.lines)
		running := 0
		for _, x := range sessions {
			if x.State == Running && x.PID == 9 {
				running++
			} else if x.State != Lost || x.EndReason != "host booted" {
				t.Errorf("%s: %s", name, short(sessions))
			}
		}
		if running != 1 || len(sessions) != 3 {
			t.Errorf("%s: %s", name, short(sessions))
		}
	}
}

// A log that is given twice, whole or in part, gives the same trail as once.
func TestRepeatedRecords(t *testing.T) {
	s := newScene()
	for i := range 200 {
		s.label(uuidA, "x").disk(uuidA, "start", "?", "/a", "success").start(uuidA, 100+i).disk(uuidA, "attach", "?", "/b", "success").stop(uuidA, "shutdown")
		if i == 120 {
			s.reboot().boot()
		}
	}
	want, wantSum := read(t, s.lines)
	var doubled []string
	for _, l := range s.lines {
		doubled = append(doubled, l, l)
	}
	for name, lines := range map[string][]string{
		"each line doubled": doubled,
		"the whole twice":   append(slices.Clone(s.lines), s.lines...),
		"the end again":     append(slices.Clone(s.lines), s.lines[len(s.lines)-330:]...),
		"overlapping":       append(slices.Clone(s.lines[:700]), s.lines[400:]...),
	} {
		got, sum := read(t, lines)
		if short(got) != short(want) {
			t.Errorf("%s: %d sessions, want %d", name, len(got), len(want))
		}
		if int(sum.Repeated) != len(lines)-len(s.lines) || sum.Starts != wantSum.Starts || sum.Stops != wantSum.Stops {
			t.Errorf("%s: %d repeated of %d, %d starts", name, sum.Repeated, len(lines)-len(s.lines), sum.Starts)
		}
	}
}

// Who gives records away gets those for which the window has no more use, but
// not the memory of long ones.
func TestTakeGivesMemoryBack(t *testing.T) {
	text := func(n int) string {
		return fmt.Sprintf("type=SECCOMP msg=audit(1793000001.000:%d): a=%s b=%s", n, strings.Repeat("x", n%3*keptBytes), strings.Repeat(" c", n%5*keptFields))
	}
	tr := New(nil)
	var r record.Record
	for n := 1; n <= 3*windowSize; n++ {
		if err := r.ParseCopy([]byte(text(n))); err != nil {
			t.Fatal(err)
		}
		tr.Take("", &r)
		old := n - windowSize
		switch {
		case old <= 0 || old%3 != 0 || old%5 > 0:
			if r.Line() != nil {
				t.Fatalf("after %d: %d bytes", n, r.Len())
			}
		case string(r.Line()) != text(old):
			t.Fatalf("after %d: got %.80s", n, r.Line())
		}
	}
}
