package witness

import (
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/virtaudit/virtaudit/internal/hypervisor/proc"
)

// tick is the unit of a process's start, which is the same on all systems that
// run guests.
const tick = 10 * time.Millisecond

// booted is when the host was booted, by its clock as it is now; zero where that
// isn't known.
var booted = sync.OnceValue(func() time.Time {
	text, err := os.ReadFile("/proc/stat")
	if err != nil {
		return time.Time{}
	}
	for line := range strings.Lines(string(text)) {
		if value, ok := strings.CutPrefix(line, "btime "); ok {
			seconds, err := strconv.ParseInt(strings.TrimSpace(value), 10, 64)
			if err == nil {
				return time.Unix(seconds, 0)
			}
		}
	}
	return time.Time{}
})

// unborn gives a time at which a process was not there yet: before it began, by
// more than the clock's seconds are rounded. It is zero where that isn't known.
func unborn(start uint64, now time.Time) time.Time {
	boot := booted()
	if boot.IsZero() || start == 0 || start > uint64(1<<40) {
		return time.Time{}
	}
	at := boot.Add(time.Duration(start)*tick - 2*time.Second)
	if at.After(now) { // the clock was set back
		return time.Time{}
	}
	return at
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
