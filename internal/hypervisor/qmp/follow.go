package qmp

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"syscall"
	"time"
)

// follower watches one guest over one connection.
type follower struct {
	w      *Watcher
	path   string
	client *Client
	last   *Snapshot // merged; nil before the first
	known  bool      // last is of this connection
	silent bool
}

// follow watches the guest behind a socket until its connection ends. last is
// what was known of a guest there whose connection broke.
func (w *Watcher) follow(ctx context.Context, path string, last *Snapshot) {
	f := &follower{w: w, path: path, last: last}
	err := f.run(ctx)
	w.ended <- ending{path, err, f.last, f.known}
}

// run gives an error if the guest may be there still.
func (f *follower) run(ctx context.Context) error {
	var err error
	if f.client, err = Dial(ctx, f.path); err != nil {
		return err
	}
	defer f.client.Close()
	due := time.NewTimer(0)
	defer due.Stop()
	var looked time.Time // by the system's clock
	wake := f.client.Wake()
	for {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-f.client.Ended():
			return f.end()
		case <-wake:
			look, flood := f.tellEvents()
			if look {
				due.Reset(time.Until(looked.Add(f.w.o.Gap)))
			}
			if flood {
				wake = nil // not again before the next look
			}
		case <-due.C:
			f.look(ctx)
			looked = time.Now()
			due.Reset(jittered(f.w.o.Interval))
			wake = f.client.Wake()
		}
	}
}

// jittered parts guests that were found at the same time.
func jittered(d time.Duration) time.Duration {
	return d - d/10 + rand.N(d/5+1)
}

// look takes a snapshot and tells what is new.
func (f *follower) look(ctx context.Context) {
	ctx, cancel := context.WithTimeoutCause(ctx, f.w.o.Patience, silence(f.w.o.Patience))
	defer cancel()
	s, err := f.client.Snapshot(ctx, f.w.o.Now)
	switch {
	case err == nil:
		f.silent = false
		f.compare(s)
	case f.client.Err() == nil && !errors.Is(ctx.Err(), context.Canceled) && !f.silent:
		f.silent = true
		f.tell(Report{Kind: Silent, Err: err})
	}
}

// compare tells how a snapshot differs from the last.
func (f *follower) compare(s *Snapshot) {
	if f.last != nil && !f.known && !sameGuest(f.last, s) {
		f.tell(Report{Kind: Gone, PID: f.last.PID, Err: errReplaced})
		f.last = nil
	}
	f.known = true
	if f.last == nil {
		f.last = s
		f.w.tell(Report{Socket: f.path, Kind: Found, To: s.Ended, PID: s.PID, Snapshot: s})
		return
	}
	r := Report{
		Socket: f.path, Kind: Same, From: f.last.Begun, To: s.Ended, PID: s.PID,
		Snapshot: s, Difference: Diff(f.last, s),
	}
	if !r.Difference.Empty() {
		r.Kind = Changed
	}
	f.last = merge(f.last, s)
	f.w.tell(r)
}

// errReplaced: a connection broke, and the next met another guest.
var errReplaced = errors.New("another guest has the socket")

// sameGuest tells whether two snapshots are of the same run of a guest. A uuid
// that is not known is "".
func sameGuest(a, b *Snapshot) bool {
	return a.PID == b.PID && a.PID != 0 && (a.Spec.UUID == b.Spec.UUID || a.Spec.UUID == "" || b.Spec.UUID == "")
}

// end tells of the end of a connection. QEMU closes it only as it ends itself.
func (f *follower) end() error {
	f.tellEvents()
	err := f.client.Err()
	if !errors.Is(err, io.EOF) && !errors.Is(err, syscall.ECONNRESET) && !errors.Is(err, syscall.EPIPE) {
		return err
	}
	if f.last == nil {
		return err // it was never found
	}
	f.tell(Report{Kind: Gone, Err: err})
	f.last = nil
	return nil
}

// tellEvents tells of all events there are, whether the guest is to be looked at,
// and whether there were too many: then it is.
func (f *follower) tellEvents() (look, flood bool) {
	events := f.client.TakeEvents()
	if len(events) == 0 {
		return false, false
	}
	f.tell(Report{Kind: Told, Events: events})
	for i := range events {
		look = look || events[i].trigger()
		flood = flood || events[i].Lost > 0
	}
	return look, flood
}

// tell reports what is seen now.
func (f *follower) tell(r Report) {
	r.Socket, r.To = f.path, f.w.o.Now()
	if r.PID == 0 {
		r.PID = f.client.PID()
	}
	if f.last != nil {
		r.From = f.last.Ended
	}
	f.w.tell(r)
}
