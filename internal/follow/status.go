package follow

import (
	"maps"
	"sync"
	"time"
)

// A Status tells how the following is going.
type Status struct {
	Way   string // "" while none works
	Since time.Time
	// Tried are the ways that were tried before this one, and why they don't work.
	Tried []Tried
	// Position says where the source was read up to, in words.
	Position string
	// LagBytes is how much of the log wasn't read when last looked at.
	LagBytes int64
	CaughtUp bool
	ReadTo   time.Time
	// LastRecord is the time of the last record.
	LastRecord time.Time
	// Counts of what was read.
	Records, Lines, Bytes, Malformed int64
	// Problems counts the problems of each kind; Last is the last one, at LastAt.
	Problems map[ProblemKind]int64
	Last     *Problem
	LastAt   time.Time
}

// A Tried is a way that doesn't work, and why.
type Tried struct {
	Way string
	Why error
}

// monitor keeps a status while others look at it.
type monitor struct {
	mu     sync.Mutex
	status Status
}

// Status tells how it is going now.
func (m *monitor) Status() Status {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := m.status
	s.Problems = maps.Clone(s.Problems)
	return s
}

// count adds a batch.
func (m *monitor) count(b *Batch, now time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := &m.status
	s.CaughtUp = b.CaughtUp
	if b.CaughtUp {
		s.ReadTo, s.LagBytes = b.ReadTo, 0
	}
	s.Records += int64(len(b.Records))
	s.Lines += b.Lines
	s.Bytes += b.Bytes
	s.Malformed += b.Malformed
	if n := len(b.Records); n > 0 {
		s.LastRecord = b.Records[n-1].Stamp.Time()
	}
	for _, p := range b.Problems {
		if s.Problems == nil {
			s.Problems = map[ProblemKind]int64{}
		}
		s.Problems[p.Kind]++
		s.Last, s.LastAt = &p, now
	}
}

// place notes where the source was read up to.
func (m *monitor) place(position string, lag int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.status.Position, m.status.LagBytes = position, lag
}

// begin notes which way is taken.
func (m *monitor) begin(way string, tried []Tried, now time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.status.Way, m.status.Tried, m.status.Since = way, tried, now
	m.status.CaughtUp, m.status.Position, m.status.LagBytes = false, "", 0
}
