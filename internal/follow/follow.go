package follow

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"time"

	"github.com/virtaudit/virtaudit/kaudit"
)

// Options say what to follow. The zero value of each has a default.
type Options struct {
	// Node is this host's name, of records that name none, and of those with a
	// name that Own knows: auditd may have another for the host (name_format), and
	// one host is not to be two. Own may be nil.
	Node string
	Own  func(name string) bool
	// Log is auditd's live log; its rotations lie beside it.
	// /var/log/audit/audit.log.
	Log string
	// Stdin is read instead of all others, where it is given.
	Stdin io.Reader
	// Ways are those that may be taken: file, multicast.
	Ways []string
	// Position is the one stored last of the log, nil for none: then all
	// rotations are read from the oldest.
	Position []byte
	// Again tells that records were taken, by whatever way, so that without a
	// Position some may come again: Batch.Again. OtherWay tells that some were taken
	// by another way than file since the Position, so that they come again behind it.
	Again, OtherWay bool
	// ReceiveBuffer is that of multicast, in bytes; 8 MiB.
	ReceiveBuffer int
	// Hold is for how long after its last record a source must be quiet to count
	// as caught up (15 ms); what is held longer than twice that is given anyway.
	Hold time.Duration
	// Poll is how often is looked where nothing wakes, and the longest time
	// between two batches of a source that is caught up; 1 s.
	Poll time.Duration
	// Retry is how long to wait when no way works, or for a log that can't be read
	// any more; and how often is looked, while a later way is taken, whether an
	// earlier one works; 10 s.
	Retry time.Duration
}

// ErrEnded is that standard input has ended. auditd stops its plugins so.
var ErrEnded = errors.New("standard input has ended")

// A Follower follows the audit log by the first way that works.
type Follower struct {
	monitor
	o    Options
	once *Once

	// subscribe is kaudit.Subscribe.
	subscribe func(kaudit.SubscribeOptions) (*kaudit.Subscription, error)
	// next is (*segment).next.
	next func(*segment, []byte) ([]byte, error)
	rest rest

	taker   Take
	refused error  // the error of taker
	told    string // the error that was told last
}

// New makes a follower. What Run gives passes through once, where that isn't
// nil: so it is known what was given by another way before.
func New(o Options, once *Once) *Follower {
	return &Follower{o: o.withDefaults(), once: once, subscribe: kaudit.Subscribe, next: (*segment).next}
}

func (o Options) withDefaults() Options {
	if o.Log == "" {
		o.Log = "/var/log/audit/audit.log"
	}
	if o.Ways == nil {
		o.Ways = []string{WayFile, WayMulticast}
	}
	if o.ReceiveBuffer == 0 {
		o.ReceiveBuffer = 8 << 20
	}
	o.Hold = positive(o.Hold, 15*time.Millisecond)
	o.Poll = positive(o.Poll, time.Second)
	o.Retry = positive(o.Retry, 10*time.Second)
	return o
}

func positive(d, otherwise time.Duration) time.Duration {
	if d <= 0 {
		return otherwise
	}
	return d
}

// Run gives batches until the context ends, take fails, or standard input ends
// (ErrEnded). While no way works it waits for one. It is called once.
func (f *Follower) Run(ctx context.Context, take Take) error {
	f.taker = take
	if f.o.Stdin != nil {
		f.begin(WayStdin, nil, time.Now())
		return runStdin(ctx, f.o.Stdin, f.o, &f.monitor, f.take)
	}
	for ctx.Err() == nil {
		err := f.runOne(ctx)
		if f.refused != nil {
			return f.refused
		}
		if err == nil || ctx.Err() != nil {
			continue
		}
		if err := f.take(&Batch{ReadTo: time.Now(), Problems: f.news(err)}); err != nil {
			return err
		}
		sleep(ctx, f.o.Retry)
	}
	return context.Cause(ctx)
}

// news tells of an error, unless it is the one that was told last.
func (f *Follower) news(err error) []Problem {
	if err.Error() == f.told {
		return nil
	}
	f.told = err.Error()
	return []Problem{{Kind: Unreadable, Where: "the audit log", Text: f.told}}
}

// runOne follows by the first way that works, until it fails or an earlier one
// works.
func (f *Follower) runOne(ctx context.Context) error {
	var tried []Tried
	for _, way := range f.o.Ways {
		switch way {
		case WayFile:
			err := f.works(f.o, f.rest)
			if err == nil {
				err = f.runFile(ctx, tried)
			}
			if f.refused != nil || ctx.Err() != nil {
				return err
			}
			tried = append(tried, Tried{way, f.rest.told(err)})
		case WayMulticast:
			sub, err := f.subscribe(kaudit.SubscribeOptions{ReceiveBuffer: f.o.ReceiveBuffer})
			if err == nil {
				f.begin(WayMulticast, tried, time.Now())
				return errors.Join(f.runMulticast(ctx, sub.All, tried), sub.Close())
			}
			tried = append(tried, Tried{way, err})
		default:
			tried = append(tried, Tried{way, fmt.Errorf("there is no way %q", way)})
		}
	}
	f.begin("", tried, time.Now())
	return noWay(tried)
}

// runMulticast ends without an error when the log can be read after all.
func (f *Follower) runMulticast(ctx context.Context, all deliveries, tried []Tried) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	if slices.ContainsFunc(tried, func(t Tried) bool { return t.Way == WayFile }) {
		go f.watchFor(ctx, cancel, f.o, f.rest)
	}
	err := runMulticast(ctx, all, f.o, &f.monitor, f.take)
	if errors.Is(err, errBetter) {
		return nil
	}
	return err
}

// errBetter: an earlier way works now.
var errBetter = errors.New("the log can be read now")

// watchFor ends the following by another way when the log can be read. It has copies
// of what take and runFile change.
func (f *Follower) watchFor(ctx context.Context, cancel context.CancelCauseFunc, o Options, r rest) {
	for ctx.Err() == nil {
		sleep(ctx, max(o.Retry, r.pause))
		if f.works(o, r) == nil {
			cancel(errBetter)
		}
	}
}

// take hands a batch on, without what was given before by another way.
func (f *Follower) take(b *Batch) error {
	if f.once != nil {
		f.once.Filter(b)
	}
	if err := f.taker(b); err != nil {
		f.refused = err
		return err
	}
	if b.Position != nil {
		f.o.Position = b.Position
	}
	f.o.Again = f.o.Again || len(b.Records) > 0
	switch {
	case b.Way != WayFile:
		f.o.OtherWay = f.o.OtherWay || len(b.Records) > 0
	case b.CaughtUp:
		f.o.OtherWay = false
	}
	if b.Way != "" {
		f.told = ""
	}
	return nil
}

// noWay says why there is nothing to follow.
func noWay(tried []Tried) error {
	errs := []error{errors.New("no way to the audit log works")}
	for _, t := range tried {
		errs = append(errs, fmt.Errorf("%s: %w", t.Way, t.Why))
	}
	return errors.Join(errs...)
}

// logWorks tells why the log can't be followed by its files: there are none, or
// the newest can't be read.
func logWorks(log string) error {
	all, err := listLog(log)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		return &fs.PathError{Op: "open", Path: log, Err: fs.ErrNotExist}
	}
	s, err := openSegment(all[len(all)-1])
	if err != nil {
		return err
	}
	s.close()
	return nil
}

func sleep(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
