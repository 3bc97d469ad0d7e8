package follow

import (
	"context"
	"sync"

	"github.com/virtaudit/virtaudit/record"
)

// An item is something of a source: a record of the kernel's, whole lines, or a
// problem.
type item struct {
	kind    record.Type // 0 of lines
	text    []byte
	problem *Problem
	// lines and bytes count what came before it and doesn't matter.
	lines, bytes int64
}

// maxBacklog is how many bytes may wait until a batch is taken, and itemBytes
// about what an item takes beside its text.
const (
	maxBacklog = 32 << 20
	itemBytes  = 256
)

func (i *item) size() int { return len(i.text) + itemBytes }

// A backlog is what a source said that can't be asked again, while nobody takes
// it. One goroutine puts and one takes.
type backlog struct {
	// some tells that there may be something, or that there will be no more; room
	// that there may be room again.
	some, room chan struct{}

	mu    sync.Mutex
	items []item
	bytes int // of them
	over  bool
}

func newBacklog() *backlog {
	return &backlog{some: make(chan struct{}, 1), room: make(chan struct{}, 1)}
}

// put puts an item behind the others, and waits where there is no room. It reports
// false when the context ends before there is.
func (q *backlog) put(ctx context.Context, i item) bool {
	for !q.tryPut(i) {
		select {
		case <-q.room:
		case <-ctx.Done():
			return false
		}
	}
	notify(q.some)
	return ctx.Err() == nil
}

// tryPut puts an item where there is room: there always is for one alone.
func (q *backlog) tryPut(i item) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.bytes > 0 && q.bytes+i.size() > maxBacklog {
		return false
	}
	q.items = append(q.items, i)
	q.bytes += i.size()
	return true
}

// end tells that nothing else is put.
func (q *backlog) end() {
	q.mu.Lock()
	q.over = true
	q.mu.Unlock()
	notify(q.some)
}

// take takes the first item, where there is one. open is false when there is none
// and there will be no more.
func (q *backlog) take() (i item, ok, open bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.items) == 0 {
		return item{}, false, !q.over
	}
	i, q.items[0] = q.items[0], item{}
	if q.items = q.items[1:]; len(q.items) == 0 {
		q.items = nil // what many took is given back
	}
	q.bytes -= i.size()
	notify(q.room)
	return i, true, true
}

func (q *backlog) empty() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.items) == 0
}

// notify tells who waits, or will.
func notify(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
