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
	// Status tells how the service is doing. It must not block.
	Status func() Status
	// Subscribe gives the changes of the trail from now on. The channel is closed when
	// its reader is too slow, or the service ends. Nil is for a trail that doesn't
	// change.
	Subscribe func() (changes <-chan *trail.Delta, cancel func())
	// Token must come with each request over TCP. Without a token TCP is refused.
	Token string
	// Page has the files of the page at /; nil is for no page.
	Page fs.FS
	// Now is the clock; nil is time.Now.
	Now func() time.Time
	Log *slog.Logger
}

// A Status is how the service is.
type Status struct {
	Version string
	Node    string
	Started time.Time
	// Reasons say why the service isn't ready; there are none if it is.
	Reasons []string
	// Warnings say what is missing, and how to get it.
	Warnings []string
	Sources  []Source
	Store    StoreStatus
	// Emit says that missing records are added to the log.
	Emit bool
	// Demo says that the trail is the one that comes with the program.
	Demo bool
}

// SourceState is whether a source is watched.
type SourceState string

// The states of a source. A Missing source is one that this host doesn't have, or that
// the service isn't allowed to look at.
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
	// Since is when this state began.
	Since time.Time
	// Seen is up to when it has been read.
	Seen time.Time
	// Looked is when its last look at all guests began, for a witness that looks at them
	// again and again. All that had changed by then has been told.
	Looked time.Time
	// Lag is how far behind it is, negative if that isn't known.
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
