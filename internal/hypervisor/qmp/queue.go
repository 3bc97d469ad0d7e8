package qmp

import (
	"encoding/json"
	"sync"
	"time"
)

// An Event is something that QEMU told unasked, or the news that some of it was
// lost.
type Event struct {
	Name string // STOP, DEVICE_DELETED, ...
	// At is QEMU's time; zero where it had none.
	At time.Time
	// Data is a JSON object, nil for none.
	Data json.RawMessage

	// Lost is how many events came between the event before and the one after
	// and found no room, as nobody took them, or were too many to be decoded. It
	// has no name then.
	Lost int
}

// How much is kept of events that nobody takes.
const (
	maxEvents     = paceBurst
	maxEventBytes = 1 << 20
)

// queue keeps events until they are taken. It never blocks who adds to it.
type queue struct {
	wake chan struct{} // holds a token while there may be events

	mu     sync.Mutex
	events []Event
	bytes  int
}

func newQueue() *queue { return &queue{wake: make(chan struct{}, 1)} }

func (q *queue) add(e Event) {
	q.mu.Lock()
	defer q.mu.Unlock()
	size := len(e.Name) + len(e.Data)
	if len(q.events) < maxEvents && q.bytes+size <= maxEventBytes {
		q.events = append(q.events, e)
		q.bytes += size
	} else {
		q.lose()
	}
	q.tell()
}

// miss counts an event that isn't known.
func (q *queue) miss() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.lose()
	q.tell()
}

func (q *queue) tell() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// lose counts an event where it would have stood.
func (q *queue) lose() {
	if last := len(q.events) - 1; last >= 0 && q.events[last].Lost > 0 {
		q.events[last].Lost++
		return
	}
	q.events = append(q.events, Event{Lost: 1})
}

// take empties the queue.
func (q *queue) take() []Event {
	q.mu.Lock()
	defer q.mu.Unlock()
	events := q.events
	q.events, q.bytes = nil, 0
	return events
}
