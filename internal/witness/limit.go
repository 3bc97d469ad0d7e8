package witness

import "time"

// A limiter bounds how much each guest can have told: a burst at once, and one more for
// each pause that has passed.
type limiter struct {
	burst  int
	pause  time.Duration
	guests map[string]*allowance
}

type allowance struct {
	left    int
	filled  time.Time
	dropped int
}

// maxLimited is how many guests are counted. If there are more, all are counted anew.
const maxLimited = 1 << 15

func newLimiter(burst int, pause time.Duration) *limiter {
	return &limiter{burst: burst, pause: pause, guests: map[string]*allowance{}}
}

// take tells whether one more is allowed, and how many were refused before it.
func (l *limiter) take(guest string, now time.Time) (allowed bool, dropped int) {
	a := l.guests[guest]
	if a == nil {
		if len(l.guests) >= maxLimited {
			clear(l.guests)
		}
		a = &allowance{left: l.burst, filled: now}
		l.guests[guest] = a
	}
	if more := now.Sub(a.filled) / l.pause; more > 0 {
		a.left = int(min(int64(l.burst), int64(a.left)+int64(more)))
		a.filled = a.filled.Add(more * l.pause)
	}
	if a.left == 0 {
		a.dropped++
		return false, 0
	}
	a.left--
	dropped, a.dropped = a.dropped, 0
	return true, dropped
}

// forget drops a guest that runs no more.
func (l *limiter) forget(guest string) { delete(l.guests, guest) }
