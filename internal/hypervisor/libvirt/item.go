package libvirt

import (
	"crypto/sha256"
	"time"

	"github.com/virtaudit/virtaudit/guest"
)

// An Item is something that a Watcher reports: Connected, Lost, Seen, Changed, Gone,
// Failed, Swept, Missed or Event.
type Item interface{ item() }

// Connected says that guests are watched from At on. What changed while they weren't
// follows, up to the first Swept.
type Connected struct {
	At     time.Time
	Socket string
}

// Lost says that guests are no longer watched, or can't be. If attempts to connect fail for
// the same reason again and again, that is reported once.
type Lost struct {
	At  time.Time
	Err error
}

// A Guest is a guest as it ran when it was read.
type Guest struct {
	UUID string
	Name string
	// ID is libvirt's number of the run. No other run gets it until the host is booted
	// again.
	ID int
	// PID is the guest's process, or a container's controller; 0 if it isn't known.
	PID    int
	State  string // running, paused, ...
	Reason string // booted, user, ...
	// Hash is the hash of the definition.
	Hash [sha256.Size]byte
	// Spec is what the definition says, nil if it couldn't be read. It is shared with the
	// Watcher and must not be changed.
	Spec *guest.Spec
}

// A Span is when something happened: after From and before To. From is zero if nothing is
// known of the time before To.
type Span struct{ From, To time.Time }

// Seen says that a guest was found running.
type Seen struct {
	Guest
	Span
	XML string // its definition
	// Told are the events of that guest since shortly before it was last read. They
	// may have announced this; one that comes later is only reported by itself.
	Told []Event
}

// Changed says that a guest is not as it was read before.
type Changed struct {
	Guest
	Span
	// Was is the state before.
	Was string
	// Changes are the changes of what the guest has of the host. If there are none,
	// its state changed, or something else in the definition, such as limits.
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

// Failed says that a guest's definition can't be read or parsed; the others are watched all
// the same. Each cause is reported once. The Guest's Spec is the last one that could be
// parsed. A guest that was never Seen can be Gone too.
type Failed struct {
	Guest
	At  time.Time
	Err error
}

// Swept says that every guest was read between From and To. A guest of which nothing was
// reported is as it was.
type Swept struct {
	Span
	Guests int
}

// Missed says that events were dropped, as more came than could be kept. All guests are
// read again.
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
