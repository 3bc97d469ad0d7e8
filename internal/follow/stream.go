package follow

import (
	"cmp"
	"context"
	"time"

	"github.com/virtaudit/virtaudit/record"
)

// stream gives what a source says that can't be asked again: multicast and
// standard input.
type stream struct {
	*monitor
	*collector
	o     Options
	items chan item
}

// An item is something of a source: a record of the kernel's, whole lines, or a
// problem.
type item struct {
	kind    record.Type // 0 of lines
	text    []byte
	problem *Problem
	// lines and bytes count what came before it and doesn't matter.
	lines, bytes int64
}

// waiting is how many items may wait for a batch to be taken.
const waiting = 64

func newStream(way string, o Options, m *monitor) *stream {
	return &stream{monitor: m, collector: newCollector(way, &o), o: o, items: make(chan item, waiting)}
}

// run gives what pump sends until that ends, with its error, or the context
// does: then what came so far is given, as it comes only once. pump ends with
// the context, or is left alone where it can't.
func (s *stream) run(ctx context.Context, pump func(context.Context) error, take Take) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var ended error
	go func() {
		defer close(s.items)
		ended = pump(ctx)
	}()
	beat := time.Now()
	for {
		open, stopped := s.gather(ctx, beat.Add(s.o.Poll))
		if stopped != nil {
			s.drain()
		}
		if err := s.give(len(s.items) == 0, take); err != nil || stopped != nil {
			return cmp.Or(err, stopped)
		}
		if !open {
			return ended
		}
		beat = time.Now()
	}
}

// gather takes items until there is a batch to give. It reports false when there
// will be no more.
func (s *stream) gather(ctx context.Context, beat time.Time) (open bool, err error) {
	for !s.full() && len(s.batch.Problems) == 0 {
		at := s.due(s.o.Hold)
		if at.IsZero() || beat.Before(at) {
			at = beat
		}
		timer := time.NewTimer(time.Until(at))
		select {
		case <-ctx.Done():
			timer.Stop()
			return false, context.Cause(ctx)
		case i, open := <-s.items:
			timer.Stop()
			if !open {
				return false, nil
			}
			s.item(i)
		case <-timer.C:
			return true, nil
		}
	}
	return true, nil
}

// drain takes what waits.
func (s *stream) drain() {
	for {
		select {
		case i, open := <-s.items:
			if open {
				s.item(i)
				continue
			}
		default:
		}
		return
	}
}

func (s *stream) item(i item) {
	now := time.Now()
	s.batch.Lines += i.lines
	s.batch.Bytes += i.bytes
	switch {
	case i.problem != nil:
		s.problem(*i.problem)
	case i.kind != 0:
		s.kernel(i.kind, i.text, now)
	default:
		s.lines(i.text, now)
	}
}

func (s *stream) give(caughtUp bool, take Take) error {
	now := time.Now()
	s.batch.CaughtUp, s.batch.ReadTo = caughtUp, now.Add(-s.o.Hold)
	b := s.collector.take()
	if err := take(b); err != nil {
		return err
	}
	s.count(b, now)
	return nil
}

// send hands an item over, and reports false when nobody wants it any more.
func (s *stream) send(ctx context.Context, i item) bool {
	select {
	case s.items <- i:
		return true
	case <-ctx.Done():
		return false
	}
}
