package witness

import (
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/virtaudit/virtaudit/internal/hypervisor/proc"
)

// tick is the unit of a process's start, which is the same on all systems that
// run guests.
const tick = 10 * time.Millisecond

// uptime is how long ago the host was booted, 0 if that isn't known. Unlike the time of
// the boot it doesn't depend on how the clock was set since: the hardware's clock, with
// which a host boots, may be wrong by hours.
func uptime() time.Duration {
	text, err := os.ReadFile("/proc/uptime")
	if err != nil {
		return 0
	}
	first, _, _ := strings.Cut(string(text), " ")
	seconds, err := strconv.ParseFloat(first, 64)
	if err != nil || seconds < 0 || seconds > 1e9 {
		return 0
	}
	return time.Duration(seconds * float64(time.Second))
}

// unborn gives a time, by the present clock, at which a process had not begun yet. It is
// zero if that isn't known.
func unborn(start uint64, now time.Time) time.Time { return bornAfter(start, uptime(), now) }

// bornAfter gives a time before the process began, early enough to allow for rounding and
// for the time that the reading takes.
func bornAfter(start uint64, up time.Duration, now time.Time) time.Time {
	const slack = 2 * time.Second
	if up == 0 || start == 0 || start > uint64(1<<40) {
		return time.Time{}
	}
	age := up - time.Duration(start)*tick
	if age < -slack {
		return time.Time{}
	}
	return now.Add(-age - slack)
}

// overBy gives the time by which a guest was gone that was last known at some time: now,
// or the time of the boot if it ran in an earlier boot. The clock after a boot may be
// behind, so it is never earlier than when the guest was last known.
func (t *teller) overBy(known int64, boot string, now time.Time) int64 {
	if boot == t.Boot {
		return millis(now)
	}
	return max(known, millis(now.Add(-uptime())))
}

// startOf gives when the process of a pid began, in ticks; 0 where it is gone.
func startOf(pid int) uint64 {
	if pid <= 0 {
		return 0
	}
	p, err := proc.Local().Process(pid)
	if err != nil {
		return 0
	}
	return p.Start
}
