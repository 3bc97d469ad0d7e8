package follow

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/virtaudit/virtaudit/kaudit/kaudittest"
)

// A faulty log opens, and can't be read while it is broken.
type faulty struct {
	broken atomic.Bool
	tried  atomic.Int64 // to read it then
}

func (l *faulty) next(s *segment, buf []byte) ([]byte, error) {
	if l.broken.Load() {
		l.tried.Add(1)
		return nil, syscall.EIO
	}
	return s.next(buf)
}

// TestLogWithReadErrors: a log that opens and gives errors is followed by the next
// way until it can be read on, without going back to it in vain.
func TestLogWithReadErrors(t *testing.T) {
	k := kaudittest.NewKernel()
	f := newFollowing(t)
	f.o.Retry = 5 * time.Millisecond
	follower := New(f.o, NewOnce(100))
	var log faulty
	follower.subscribe, follower.next = k.Subscribe, log.next
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	f.write("", line(1, "a"))
	var ways []string
	atFirst := int64(0)
	err := follower.Run(ctx, func(b *Batch) error {
		f.records = append(f.records, b.Records...)
		if len(ways) == 0 || ways[len(ways)-1] != b.Way {
			ways, atFirst = append(ways, b.Way), log.tried.Load()
		}
		switch {
		case b.Way == WayFile && len(f.records) == 1 && b.CaughtUp:
			log.broken.Store(true)
			f.write("", line(2, "b"))
		case b.Way == WayMulticast && log.tried.Load() > atFirst+5:
			if s := follower.Status(); len(s.Tried) != 1 || !errors.Is(s.Tried[0].Why, syscall.EIO) ||
				s.Tried[0].Why.Error() != "the log can't be read on: input/output error; it is looked at again every 5ms" {
				t.Errorf("tried %v", s.Tried)
			}
			log.broken.Store(false)
		case b.Way == WayFile && len(f.records) == 2 && b.CaughtUp:
			return errStop
		}
		return nil
	})
	if said := f.said(); !errors.Is(err, errStop) || !slices.Equal(said, []string{"a", "b"}) {
		t.Errorf("the following ended otherwise: %v: %v", err, said)
	}
	if !slices.Equal(ways, []string{WayFile, WayMulticast, WayFile}) {
		t.Errorf("ways %v", ways)
	}
}

// TestLogWithReadErrorsAlone: where there is no other way, it is said once that the
// log isn't followed, until it is.
func TestLogWithReadErrorsAlone(t *testing.T) {
	f := newFollowing(t)
	f.o.Ways, f.o.Retry = []string{WayFile}, 5*time.Millisecond
	follower := New(f.o, nil)
	var log faulty
	log.broken.Store(true)
	follower.next = log.next
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	f.write("", line(1, "a"))
	var ways []string
	without, problems := 0, 0
	err := follower.Run(ctx, func(b *Batch) error {
		if ways, problems = append(ways, b.Way), problems+len(b.Problems); b.Way == "" {
			without++
		}
		log.broken.Store(without < 5)
		if len(b.Records) > 0 {
			return errStop
		}
		return nil
	})
	if ways = slices.Compact(ways); !errors.Is(err, errStop) || !slices.Equal(ways, []string{WayFile, "", WayFile}) || problems != 2 {
		t.Errorf("%v, ways %v, %d problems, want one of the file and one of all ways", err, ways, problems)
	}
}

// TestRestOfALog: a log that can be read for a short while only rests ever longer.
func TestRestOfALog(t *testing.T) {
	var r rest
	for i, step := range []struct{ read, pause time.Duration }{
		{time.Hour, 10 * time.Second},
		{time.Minute, 20 * time.Second},
		{time.Minute, 40 * time.Second},
		{time.Minute, 80 * time.Second},
		{time.Minute, 160 * time.Second},
		{time.Minute, 300 * time.Second},
		{time.Minute, 300 * time.Second},
		{5 * time.Minute, 10 * time.Second},
	} {
		if r.left(errStuck, step.read, 10*time.Second); !r.stuck || r.pause != step.pause {
			t.Errorf("%d: it rests for %v, want %v", i, r.pause, step.pause)
		}
	}
	if r.left(errStop, time.Minute, 10*time.Second); r.stuck || r.told(errStop).Error() != errStop.Error() {
		t.Error("a log that ended otherwise rests")
	}
}
