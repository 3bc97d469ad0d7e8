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

// Options say what to follow. Zero values stand for defaults.
type Options struct {
	// Node is this host's name. It is given to records that name no host, and to those
	// with a name that Own knows to be this host's: auditd may call it differently
	// (name_format), and one host is not to count as two. Own may be nil.
	Node string
	Own  func(name string) bool
	// Log is auditd's live log, with its rotations beside it; by default
	// /var/log/audit/audit.log.
	Log string
	// Stdin, if it isn't nil, is read instead of anything else.
	Stdin io.Reader
	// Ways are the ways to try, in this order; by default file and multicast.
	Ways []string
	// Position is the last stored position in the log. Without one all rotations are
	// read, from the oldest.
	Position []byte
	// Again says that records were taken before, by whatever way, so that without a
	// Position some may come again (Batch.Again). OtherWay says that some were taken by
	// another way than file since the Position, so that they come again after it.
	Again, OtherWay bool
	// ReceiveBuffer is the socket's buffer for multicast in bytes; by default 8 MiB.
	ReceiveBuffer int
	// Hold is how long a source must be quiet after a record to count as caught up; by
	// default 15 ms. What is held for twice that is given anyway.
	Hold time.Duration
	// Poll is how often a source is checked that gives no notice of changes, and the
	// longest time between two batches of one that is caught up; by default 1 s.
	Poll time.Duration
	// Retry is how long to wait if no way works, or if a log can no longer be read, and
	// how often it is checked, while a later way is taken, whether an earlier one works;
	// by default 10 s.
	Retry time.Duration
}

// ErrEnded means that standard input has ended, as when auditd stops its plugin.
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

// New makes a Follower. If once isn't nil, it leaves out records that it has let through
// before, by whatever way.
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

// Run gives batches until the context ends, take fails, or standard input ends (ErrEnded).
// While no way works it waits for one. It can be called once.
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

// news makes a problem of an error, unless it was reported last.
func (f *Follower) news(err error) []Problem {
	if err.Error() == f.told {
		return nil
	}
	f.told = err.Error()
	return []Problem{{Kind: Unreadable, Where: "the audit log", Text: f.told}}
}

// runOne follows by the first way that works, until that fails or an earlier one works.
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

// errBetter means that an earlier way works now.
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

// take passes a batch on, without what was given by another way before.
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

// noWay tells why no way works.
func noWay(tried []Tried) error {
	errs := []error{errors.New("no way to the audit log works")}
	for _, t := range tried {
		errs = append(errs, fmt.Errorf("%s: %w", t.Way, t.Why))
	}
	return errors.Join(errs...)
}

// logWorks tells why the log can't be followed by its files, if it can't: there are none,
// or the newest can't be read.
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
