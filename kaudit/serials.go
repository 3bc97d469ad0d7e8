package kaudit

import (
	"time"

	"github.com/virtaudit/virtaudit/record"
)

// serials numbers the records of a log without a kernel. Like the kernel's, the
// numbers have 32 bits: readers take higher ones for those of something else.
//
// Numbers that begin anew would say that the host booted. So the first one,
// where no earlier is known, follows the time: it is eightfold the seconds
// since 2026 began. That is above all that were used up before, in a log that
// was rotated away or by another process, unless they were more than eight a
// second in the long run or the clock was set back. It suffices for 17 years;
// then, as when all numbers are used up, they do begin anew.
type serials struct{ last uint32 }

const (
	serialsOrigin    = 1767225600 // 2026-01-01T00:00:00Z
	serialsPerSecond = 8
	maxSerial        = 1<<32 - 1
)

// renew makes the next number such a first one, or the one behind the last if
// that is higher.
func (s *serials) renew(now time.Time) {
	passed := now.UnixMilli() - serialsOrigin*1000
	s.last = max(s.last, uint32(max(passed, 0)*serialsPerSecond/1000))
}

// next gives the stamp of the next record.
func (s *serials) next(now time.Time) record.Stamp {
	if s.last == 0 {
		s.renew(now)
	}
	s.last = s.last%maxSerial + 1
	return record.Stamp{Millis: now.UnixMilli(), Serial: uint64(s.last)}
}
