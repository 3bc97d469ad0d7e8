package libvirt

import "sync"

// Bounds of the events that wait to be taken.
const (
	maxEvents     = 4096
	maxEventBytes = 8 << 20 // of their messages
	maxEvent      = 256 << 10
)

// A queue holds events until the Watcher takes them. It never blocks who adds
// to it: an answer that the Watcher waits for may come behind any number of
// events.
type queue struct {
	ready chan struct{} // has a value when there is something to take

	mu     sync.Mutex
	events []Event
	bytes  int
	missed int
}

func newQueue() *queue { return &queue{ready: make(chan struct{}, 1)} }

// add adds an event whose message had that size, or counts it as missed.
func (q *queue) add(e Event, size int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.events) == maxEvents || q.bytes+size > maxEventBytes {
		q.missed++
	} else {
		q.events = append(q.events, e)
		q.bytes += size
	}
	q.wake()
}

// miss counts an event that is too long.
func (q *queue) miss() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.missed++
	q.wake()
}

func (q *queue) wake() {
	select {
	case q.ready <- struct{}{}:
	default:
	}
}

// take gives what waits, and how many events were missed behind it.
func (q *queue) take() (events []Event, missed int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	events, missed = q.events, q.missed
	q.events, q.bytes, q.missed = nil, 0, 0
	return events, missed
}
