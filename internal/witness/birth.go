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

// uptime is how long ago the host was booted; 0 where that isn't known. Unlike
// the time at which it was, it is the same however the clock was set since: that
// of the hardware, with which a host boots, may be wrong by hours.
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

// unborn gives a time at which a process was not there yet, by the clock as it is
// now. It is zero where that isn't known.
func unborn(start uint64, now time.Time) time.Time { return bornAfter(start, uptime(), now) }

// bornAfter gives a time before the process began by more than is rounded and
// passes meanwhile.
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

// overBy gives by when a guest was gone that was known at a time: now, or when
// the host was booted where it ran before that. The clock of a boot may be behind
// that of the one before, and no guest was gone before it was seen.
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
