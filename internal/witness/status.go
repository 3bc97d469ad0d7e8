package witness

import (
	"sync"
	"time"

	"github.com/virtaudit/virtaudit/internal/fact"
)

// A Status is how a source fares.
type Status struct {
	Name    string // as in the facts' Source
	Witness fact.Witness
	// Up tells whether it watches, Since since when it does or doesn't, and Why
	// why it doesn't.
	Up    bool
	Since time.Time
	Why   string
	// Absent tells that there is nothing here to be watched, and never was: no
	// daemon, no socket.
	Absent bool
	// Lacking are the capabilities that it lacks.
	Lacking []string
	Guests  int
	// Swept is when the last sweep through all guests ended, and Took how long it
	// took.
	Swept time.Time
	Took  time.Duration
	// Observations and Events count what was told since the start: of guests, and
	// of those how many were events alone. Missed are events that were lost.
	Observations, Events, Missed uint64
}

// statusBox keeps a Status for readers of other goroutines.
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

// end notes why a source watches no more.
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
