package witness

import (
	"strconv"
	"testing"
	"time"
)

func TestLimiter(t *testing.T) {
	l := newLimiter(2, time.Second)
	now := time.Unix(1000, 0)
	allowed := func(after time.Duration, want bool, wantDropped int) {
		t.Helper()
		if ok, dropped := l.take("a", now.Add(after)); ok != want || dropped != wantDropped {
			t.Errorf("after %v: %v, %d dropped; want %v, %d", after, ok, dropped, want, wantDropped)
		}
	}
	allowed(0, true, 0)
	allowed(0, true, 0)
	allowed(0, false, 0)
	allowed(500*time.Millisecond, false, 0)
	allowed(time.Second, true, 2)
	allowed(1500*time.Millisecond, false, 0)
	allowed(time.Hour, true, 1)
	allowed(time.Hour, true, 0)
	allowed(time.Hour, false, 0)
	allowed(-time.Hour, false, 0) // the clock was set back
	if ok, _ := l.take("b", now); !ok {
		t.Error("another guest has to wait")
	}
	for i := range 2 * maxLimited {
		l.take(strconv.Itoa(i), now)
	}
	if len(l.guests) > maxLimited {
		t.Errorf("%d guests are counted", len(l.guests))
	}
}
