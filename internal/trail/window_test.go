package trail

import (
	"slices"
	"testing"
)

// A record that comes after many that follow it is used where it comes, and
// counted.
func TestTooLate(t *testing.T) {
	s := newScene().start(uuidA, 42)
	for range 2 * windowSize {
		s.abend(7)
	}
	s.stop(uuidA, "shutdown")
	stop := s.lines[len(s.lines)-1]
	early := slices.Insert(slices.Delete(slices.Clone(s.lines), len(s.lines)-1, len(s.lines)), 0, stop)
	if sessions, sum := read(t, early); sum.Late != 0 || short(sessions) != "closed start=1 booted end=514 shutdown" {
		t.Errorf("a stop that overtook all others: %s, %d late", short(sessions), sum.Late)
	}
	start := s.lines[0]
	late := append(slices.Delete(slices.Clone(s.lines), 0, 1), start)
	sessions, sum := read(t, late)
	if sum.Late != 1 || len(sessions) != 2 || !sessions[0].Late {
		t.Errorf("%d late records, sessions\n%s", sum.Late, short(sessions))
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
