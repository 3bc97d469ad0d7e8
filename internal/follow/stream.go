package follow

import (
	"cmp"
	"context"
	"time"
)

// stream gives what a source says that can't be asked again: multicast and
// standard input. What comes while a batch is taken waits in memory, and beyond
// its bound where it comes from: in the socket's buffer or the pipe.
type stream struct {
	*monitor
	*collector
	o     Options
	queue *backlog
}

func newStream(way string, o Options, m *monitor) *stream {
	return &stream{monitor: m, collector: newCollector(way, &o), o: o, queue: newBacklog()}
}

// run gives what pump sends until that ends, with its error, or the context
// does: then what came so far is given, as it comes only once. pump ends with
// the context, or is left alone where it can't.
func (s *stream) run(ctx context.Context, pump func(context.Context) error, take Take) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var ended error
	go func() {
		defer s.queue.end()
		ended = pump(ctx)
	}()
	beat := time.Now()
	for {
		open, stopped := s.gather(ctx, beat.Add(s.o.Poll))
		if stopped != nil {
			return cmp.Or(s.drain(take), stopped)
		}
		if err := s.give(s.queue.empty(), take); err != nil {
			return err
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
		i, ok, open := s.queue.take()
		if ok {
			s.item(i)
			continue
		}
		if !open {
			return false, nil
		}
		at := s.due(s.o.Hold)
		if at.IsZero() || beat.Before(at) {
			at = beat
		}
		timer := time.NewTimer(time.Until(at))
		select {
		case <-ctx.Done():
			timer.Stop()
			return false, context.Cause(ctx)
		case <-s.queue.some:
			timer.Stop()
		case <-timer.C:
			return true, nil
		}
	}
	return true, nil
}

// drain gives what waits.
func (s *stream) drain(take Take) error {
	for {
		i, ok, _ := s.queue.take()
		if ok {
			s.item(i)
		}
		if ok && !s.full() {
			continue
		}
		if err := s.give(s.queue.empty(), take); err != nil || !ok {
			return err
		}
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
