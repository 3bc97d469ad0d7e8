package qmp

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"strings"
	"time"
)

// socket is what a Watcher knows of a path.
type socket struct {
	info     fs.FileInfo
	followed bool // a follower has it

	// Of one that nobody follows.
	next  time.Time // when it is tried again, by the system's clock; zero is never
	said  string    // what was reported of it last
	tries int       // how many failed
	last  *Snapshot // of the guest, which may be there still
	mute  bool      // QEMU took a connection and didn't greet
}

// ending is why a follower ended.
type ending struct {
	path string
	err  error     // nil where the guest is gone, as was reported
	last *Snapshot // of the guest, if it may be there still
	// worked: it took a snapshot, so what failed is new.
	worked bool
}

// scan looks for sockets that came or went, and for those that are due.
func (w *Watcher) scan(ctx context.Context) {
	now := time.Now()
	found, err := sockets(w.o.Sockets)
	w.listed(err)
	for path, info := range found {
		s := w.sockets[path]
		switch {
		case s == nil:
			s = &socket{next: now}
			w.sockets[path] = s
		case !s.followed && !sameSocket(s.info, info):
			s.next, s.said, s.tries, s.mute = now, "", 0, false
		}
		s.info = info
		if !s.followed && !s.next.IsZero() && !now.Before(s.next) {
			s.followed = true
			go w.follow(ctx, path, s.last)
		}
	}
	for path, s := range w.sockets {
		if found[path] == nil && !s.followed && err == nil {
			w.vanished(path, s)
		}
	}
}

// listed reports that not all sockets could be looked for, once.
func (w *Watcher) listed(err error) {
	said := ""
	if err != nil {
		said = err.Error()
	}
	if err != nil && said != w.failed {
		w.tell(Report{Socket: strings.Join(w.o.Sockets, " "), Kind: Failed, To: w.o.Now(), Err: err})
	}
	w.failed = said
}

// vanished forgets a socket that is there no more. A guest whose socket was
// removed is followed on, as long as the connection lasts.
func (w *Watcher) vanished(path string, s *socket) {
	delete(w.sockets, path)
	if s.said == "" && s.last == nil {
		return // it was reported to be gone
	}
	r := Report{Socket: path, Kind: Gone, To: w.o.Now(), Err: fs.ErrNotExist}
	if s.last != nil {
		r.From, r.PID = s.last.Ended, s.last.PID
	}
	w.tell(r)
}

// maxBackoff is how many intervals lie between tries at a socket that fails, at
// most.
const maxBackoff = 32

// end takes back a socket from its follower.
func (w *Watcher) end(e ending) {
	s, now := w.sockets[e.path], time.Now()
	s.followed, s.last = false, e.last
	if e.worked {
		s.said, s.tries, s.mute = "", 0, false
	}
	s.mute = s.mute || errors.Is(e.err, errMute)
	if s.mute && errors.Is(e.err, ErrTaken) {
		e.err = dialError(e.path, errMute) // the other client is likely the one that we were
	}
	switch {
	case e.err == nil:
		s.next = now
	case errors.Is(e.err, ErrTaken):
		s.next = time.Time{}
		if w.o.RetryTaken > 0 {
			s.next = now.Add(w.o.RetryTaken)
		}
		w.sayOnce(s, Report{Socket: e.path, Kind: Taken, To: w.o.Now(), Err: e.err})
	default:
		s.next = now.Add(w.o.Interval * time.Duration(min(1<<min(s.tries, 8), maxBackoff)))
		s.tries++
		if removed(e.path) {
			s.said = string(Failed) // vanished tells, and why is known
			return
		}
		w.sayOnce(s, Report{Socket: e.path, Kind: Failed, To: w.o.Now(), Err: e.err})
	}
}

// removed tells whether a socket that failed is there no more: one that goes
// between a look and the dial, or with connections waiting, isn't a new failure.
func removed(path string) bool {
	_, err := os.Lstat(path)
	return errors.Is(err, fs.ErrNotExist)
}

// sayOnce reports what wasn't the last to be reported of a socket.
func (w *Watcher) sayOnce(s *socket, r Report) {
	if said := string(r.Kind) + r.Err.Error(); said != s.said {
		s.said = said
		w.tell(r)
	}
}
