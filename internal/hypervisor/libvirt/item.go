package libvirt

import (
	"crypto/sha256"
	"time"

	"github.com/virtaudit/virtaudit/guest"
)

// An Item is what a Watcher tells: Connected, Lost, Seen, Changed, Gone, Failed,
// Swept, Missed or Event.
type Item interface{ item() }

// Connected says that guests are watched from At on, as they can be listed. What
// changed while they weren't follows, up to the first Swept.
type Connected struct {
	At     time.Time
	Socket string
}

// Lost says that guests aren't watched any more, or can't be. Attempts to begin
// that fail for the same reason as the last are told once.
type Lost struct {
	At  time.Time
	Err error
}

// A Guest is a guest as it ran when it was read.
type Guest struct {
	UUID string
	Name string
	// ID is libvirt's number of the run, which another run doesn't get, as long
	// as the host is up.
	ID int
	// PID is the guest's process, of a container its controller; 0 where it
	// isn't known.
	PID    int
	State  string // running, paused, ...
	Reason string // booted, user, ...
	// Hash is that of the definition.
	Hash [sha256.Size]byte
	// Spec is what the definition says, nil where it couldn't be read. It is
	// shared with the Watcher: don't change it.
	Spec *guest.Spec
}

// A Span is when something happened: after From and before To. From is zero
// where nothing is known of the time before To.
type Span struct{ From, To time.Time }

// Seen says that a guest is found to run.
type Seen struct {
	Guest
	Span
	XML string // its definition
	// Told are the events of that guest since shortly before it was last read.
	// They may have told of it; one that comes later is given on its own.
	Told []Event
}

// Changed says that a guest isn't as it was read before.
type Changed struct {
	Guest
	Span
	// Was is the state before.
	Was string
	// Changes are those of what the guest has of the host. Where there are none,
	// the state changed, or something else in the definition: links, limits.
	Changes []guest.Change
	XML     string
	Told    []Event
}

// Gone says that a guest's run ended. The Guest is as it was last read.
type Gone struct {
	Guest
	Span
	Told []Event
}

// Failed says that a guest's definition can't be read or parsed; the others are
// watched all the same. It is told once for each cause. The Guest's Spec is the
// last that could be parsed. One that was never Seen can be Gone too.
type Failed struct {
	Guest
	At  time.Time
	Err error
}

// Swept says that every guest was read between From and To: each that nothing
// was told of is as it was.
type Swept struct {
	Span
	Guests int
}

// Missed says that more events came than could be held, and were dropped. All
// guests are read anew.
type Missed struct {
	At     time.Time
	Events int
}

func (Connected) item() {}
func (Lost) item()      {}
func (Seen) item()      {}
func (Changed) item()   {}
func (Gone) item()      {}
func (Failed) item()    {}
func (Swept) item()     {}
func (Missed) item()    {}
func (Event) item()     {}
