package web

import (
	"io/fs"
	"log/slog"
	"time"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/trail"
)

// A Config is what a Server is made of.
type Config struct {
	Store Store
	// Status tells how the service is. It must not wait.
	Status func() Status
	// Subscribe gives what the trail gains from now on. The channel is closed
	// when its reader is too slow, or the service ends. Nil is for a trail that
	// doesn't grow.
	Subscribe func() (changes <-chan *trail.Delta, cancel func())
	// Token is what a request over TCP must bring. Without one TCP is refused.
	Token string
	// Page are the files of the page at /, or nil.
	Page fs.FS
	// Now is the present; time.Now unless told.
	Now func() time.Time
	Log *slog.Logger
}

// A Status is how the service is.
type Status struct {
	Version string
	Node    string
	Started time.Time
	// Reasons are why the service isn't ready; none when it is.
	Reasons []string
	// Warnings tell what is missing, and how to get it.
	Warnings []string
	Sources  []Source
	Store    StoreStatus
	// Emit tells whether records that are missing are added.
	Emit bool
	// Demo tells that the trail is the shipped one.
	Demo bool
}

// SourceState is whether a source is watched.
type SourceState string

// The states of a source. Missing is one that this host doesn't have, or that
// the service may not look at.
const (
	Up       SourceState = "up"
	Down     SourceState = "down"
	Starting SourceState = "starting"
	Missing  SourceState = "missing"
)

// A Source is where facts come from.
type Source struct {
	Name    string
	Witness fact.Witness
	State   SourceState
	// Since is when it came into this state.
	Since time.Time
	// Seen is up to when it has been read.
	Seen time.Time
	// Looked is when its last look at all guests began, of a witness that looks
	// at them again and again. Up to then nothing is but what was told.
	Looked time.Time
	// Lag is how far behind it is, negative where that isn't known.
	Lag     time.Duration
	Problem string

	Records, Observations, Lost uint64
}

// A StoreStatus is how the store is.
type StoreStatus struct {
	Path    string
	Bytes   int64
	Facts   uint64
	Schema  int
	Commits uint64
	Full    bool
	// Oldest and Newest are the times of the first and last fact.
	Oldest, Newest time.Time
}

// ready tells whether the service takes in what its sources say.
func (s *Status) ready() bool { return len(s.Reasons) == 0 }
