package agent

import (
	"sync"

	"github.com/virtaudit/virtaudit/internal/trail"
)

// A feed tells subscribers what every commit changed.
type feed struct {
	mu   sync.Mutex
	subs map[chan *trail.Delta]bool
	over bool
}

// feedBuffer is how many commits a subscriber may be behind.
const feedBuffer = 64

func newFeed() *feed { return &feed{subs: map[chan *trail.Delta]bool{}} }

// subscribe gives a channel of what is committed from now on. It is closed when
// the subscriber is too slow, cancels, or the service ends.
func (f *feed) subscribe() (<-chan *trail.Delta, func()) {
	c := make(chan *trail.Delta, feedBuffer)
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.over {
		close(c)
		return c, func() {}
	}
	f.subs[c] = true
	return c, func() { f.drop(c) }
}

func (f *feed) drop(c chan *trail.Delta) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.subs[c] {
		delete(f.subs, c)
		close(c)
	}
}

// publish tells all subscribers of a change. It drops those that are too slow.
func (f *feed) publish(d *trail.Delta) {
	if d.Empty() {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for c := range f.subs {
		select {
		case c <- d:
		default:
			delete(f.subs, c)
			close(c)
		}
	}
}

// reset closes all channels. Subscribers have to read everything anew, and subscribe
// again.
func (f *feed) reset() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closeAll()
}

// end closes all channels, also of those who subscribe from now on.
func (f *feed) end() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.over = true
	f.closeAll()
}

func (f *feed) closeAll() {
	for c := range f.subs {
		delete(f.subs, c)
		close(c)
	}
}
