package witness

import (
	"sync"
	"time"

	"github.com/virtaudit/virtaudit/internal/fact"
)

// A Status tells how a source is doing.
type Status struct {
	Name    string // as in the facts' Source
	Witness fact.Witness
	// Up says whether it watches, Since since when that is so, and Why why it doesn't.
	Up    bool
	Since time.Time
	Why   string
	// Absent says that there is nothing here to watch, and never was: no daemon, no
	// socket.
	Absent bool
	// Lacking are the capabilities that are missing.
	Lacking []string
	Guests  int
	// Swept is when the last sweep of all guests ended, and Took how long that took.
	Swept time.Time
	Took  time.Duration
	// Observations counts the observations since the start, Events those of them that
	// are only events. Missed counts events that were lost.
	Observations, Events, Missed uint64
}

// A statusBox keeps a Status for other goroutines to read.
type statusBox struct {
	mu     sync.Mutex
	status Status
}

func (b *statusBox) get() Status {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.status
}

func (b *statusBox) set(change func(*Status)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	change(&b.status)
}

// end notes that a source has ended, and why.
func (b *statusBox) end(now time.Time, err error) {
	b.set(func(s *Status) {
		if s.Up {
			s.Up, s.Since = false, now
		}
		if err != nil {
			s.Why = err.Error()
		}
	})
}
