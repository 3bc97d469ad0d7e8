package follow

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"
)

// A state is the outcome of a step of reading.
type state uint8

const (
	more  state = iota // there may be more to read
	atEnd              // everything that is there was read
	stuck              // there is, or may be, more that can't be read now
)

// file follows a log by its files.
type file struct {
	*monitor
	*collector
	o   Options
	buf []byte
	// cur is the file that is being read, nil before there is one.
	cur *segment
	// next is (*segment).next.
	next func(*segment, []byte) ([]byte, error)
	// from is the position to go on from, until its file is found.
	from *position
	// pos is the position behind what was taken: in cur once a line of it was taken, and
	// until then in the file before.
	pos []byte
	// drained says that cur was read to its end after a newer file was seen to have
	// text.
	drained bool
	// passing says that the line at the position is too long, and is being skipped.
	passing bool
	// gap is the problem that records before cur were missed, until it is known up to
	// when.
	gap *Problem
	// listed are the log's files as of when cur was opened, and ahead those newer than
	// cur.
	listed, ahead []rotated
	// told has what was told of files that can't be read, since one last could be.
	told     map[string]bool
	patience patience
	wake     *waker
}

// A patience tells for how long reading has been stuck.
type patience struct {
	since time.Time // zero while reading goes on
	why   error
	over  bool
}

// errStuck means that reading was stuck for too long.
var errStuck = errors.New("the log can't be read on")

func newFile(o Options, m *monitor) *file {
	f := &file{
		monitor: m, o: o, collector: newCollector(WayFile, &o),
		buf: make([]byte, maxLine+edge), told: map[string]bool{}, next: (*segment).next,
	}
	if len(o.Position) == 0 {
		if o.Again {
			f.anew()
		}
		return f
	}
	p, err := decodePosition(o.Position)
	if err != nil {
		f.problem(Problem{Kind: Replaced, Where: o.Log, Text: err.Error() + "; all of the log is read anew"})
		f.anew()
		return f
	}
	f.from, f.pos = &p, o.Position
	if p.Again || o.OtherWay {
		f.anew()
		p.Again = true
		f.pos = p.encode()
	}
	return f
}

// run gives batches until the context ends or take fails.
func (f *file) run(ctx context.Context, take Take) error {
	f.wake = newWaker(filepath.Dir(f.o.Log))
	defer f.wake.close()
	defer f.leave()
	beat := time.Now()
	for ctx.Err() == nil {
		now := time.Now()
		s := f.step(now)
		if f.waited(s, now) {
			return fmt.Errorf("%w: %w", errStuck, f.patience.why)
		}
		due := f.due(f.o.Hold)
		isDue := !due.IsZero() && !now.Before(due) || !now.Before(beat.Add(f.o.Poll)) || len(f.batch.Problems) > 0
		if f.full() || s != more && isDue {
			if err := f.give(s, now, take); err != nil {
				return err
			}
			beat = time.Now()
		} else if s != more {
			f.wait(ctx, beat.Add(f.o.Poll), due)
		}
	}
	return context.Cause(ctx)
}

// waited notes for how long reading has been stuck, and tells whether to give up. When the
// patience is over, old files that can't be read are skipped first.
func (f *file) waited(s state, now time.Time) (over bool) {
	p := &f.patience
	switch {
	case s != stuck:
		*p = patience{}
	case p.since.IsZero():
		p.since = now
	case p.over:
		return len(f.batch.Records) == 0 && len(f.batch.Problems) == 0
	default:
		p.over = now.Sub(p.since) >= f.o.Retry
	}
	return false
}

// give hands over the batch.
func (f *file) give(s state, now time.Time, take Take) error {
	if s == atEnd && f.cur != nil {
		f.again = false
	}
	f.mark()
	f.batch.Position, f.batch.CaughtUp, f.batch.ReadTo = bytes.Clone(f.pos), s == atEnd, now
	b := f.collector.take()
	if err := take(b); err != nil {
		return err
	}
	f.count(b, now)
	if f.cur != nil {
		f.place(fmt.Sprintf("%s, byte %d", f.cur.path, f.cur.at), f.cur.left()+sizeOf(f.ahead))
	}
	return nil
}

// wait waits for a change, but no longer than to the earlier of two times. After a change
// it pauses, so that a log that grows line by line isn't read a line at a time.
func (f *file) wait(ctx context.Context, poll, due time.Time) {
	if !due.IsZero() && due.Before(poll) {
		poll = due
	}
	timer := time.NewTimer(time.Until(poll))
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
		f.wake.watch()
	case <-f.wake.C:
		time.Sleep(f.o.Hold / 8)
	}
}

// step reads on, or finds where to begin.
func (f *file) step(now time.Time) state {
	if f.cur == nil {
		return f.begin()
	}
	text, err := f.next(f.cur, f.buf)
	if errors.Is(err, errChanged) {
		if f.cur.at == 0 {
			return f.back()
		}
		return f.changed()
	}
	if err != nil && f.cur.file == nil {
		f.lost(Missed, f.cur.path, fmt.Sprintf("the rest of it can't be read: %v", err))
		f.cur.broken = true
		return more
	}
	if err != nil {
		return f.unreadable(err)
	}
	if f.cur.at == 0 && len(text) > 0 && !f.sure() {
		return f.back()
	}
	if f.consume(text, now) {
		f.drained = false
		return more
	}
	return f.end(now)
}

// unreadable reports, once, that a file or its folder can't be read, unless files were
// merely renamed. It is tried again when something changes there.
func (f *file) unreadable(err error) state {
	f.patience.why = err
	if errors.Is(err, errRotating) || errors.Is(err, errMoved) || errors.Is(err, errPacking) {
		return stuck
	}
	where := f.o.Log
	if path := new(fs.PathError); errors.As(err, &path) {
		where = path.Path
	}
	f.tell(Unreadable, where, err.Error())
	return stuck
}

// tell reports a lasting problem once.
func (f *file) tell(kind ProblemKind, where, text string) {
	if !f.told[text] {
		f.told[text] = true
		f.problem(Problem{Kind: kind, Where: where, Text: text})
	}
}

// lost notes that records may be missing after those that were taken, up to those of the
// file that is read next.
func (f *file) lost(kind ProblemKind, where, text string) {
	p := Problem{Kind: kind, Where: where, Text: text}
	switch {
	case f.cur != nil:
		p.From = f.cur.position().last()
	case f.from != nil:
		p.From = f.from.last()
	}
	f.gap = &p
}

// mark notes the position, if it is between two lines.
func (f *file) mark() {
	if f.cur == nil || f.cur.at == 0 || f.passing {
		return
	}
	p := f.cur.position()
	p.Again = f.again
	f.pos = p.encode()
}

// leave closes the file that is being read.
func (f *file) leave() {
	f.mark()
	if f.cur != nil {
		f.cur.close()
		f.cur = nil
	}
}
