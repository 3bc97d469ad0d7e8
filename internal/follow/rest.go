package follow

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// A rest is that of a log which opens and can't be read on, as of a disk that fails:
// it is not gone back to before it can be, and then not too often.
type rest struct {
	stuck bool
	// pause is how long to wait before it is looked at again.
	pause time.Duration
}

// maxRest is how many times Retry the pause is at the most: five minutes. A log that
// was read for longer was well.
const maxRest = 30

// left notes why the log was left, and how long it had been read.
func (r *rest) left(err error, after, retry time.Duration) {
	r.stuck = errors.Is(err, errStuck)
	if r.pause == 0 || after >= maxRest*retry {
		r.pause = retry
		return
	}
	r.pause = min(2*r.pause, maxRest*retry)
}

// told says when it is looked at again, where a log rests.
func (r *rest) told(err error) error {
	if !r.stuck {
		return err
	}
	return fmt.Errorf("%w; it is looked at again every %v", err, r.pause)
}

// runFile follows the log's files until they can't be read on.
func (f *Follower) runFile(ctx context.Context, tried []Tried) error {
	began := time.Now()
	f.begin(WayFile, tried, began)
	err := f.file(f.o, &f.monitor).run(ctx, f.take)
	f.rest.left(err, time.Since(began), f.o.Retry)
	return err
}

func (f *Follower) file(o Options, m *monitor) *file {
	files := newFile(o, m)
	files.next = f.next
	return files
}

// works tells why the log can't be followed by its files. Where that was as it could
// not be read on, opening it shows nothing.
func (f *Follower) works(o Options, r rest) error {
	if err := logWorks(o.Log); err != nil || !r.stuck {
		return err
	}
	return f.readsOn(o)
}

// readsOn tells why nothing can be read where the log was left. What is read is given
// to nobody.
func (f *Follower) readsOn(o Options) error {
	files := f.file(o, &monitor{})
	files.patience.over = true // old files that can't be read are passed over
	defer files.leave()
	for begun := false; !begun; {
		begun = files.cur != nil
		switch files.step(time.Now()) {
		case stuck:
			return fmt.Errorf("%w: %w", errStuck, files.patience.why)
		case atEnd:
			return nil
		}
	}
	return nil
}
