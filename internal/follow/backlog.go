package follow

import (
	"context"
	"sync"

	"github.com/virtaudit/virtaudit/record"
)

// An item is what a source gave at once: a record of the kernel, whole lines, or a
// problem.
type item struct {
	kind    record.Type // 0 for lines
	text    []byte
	problem *Problem
	// lines and bytes count what came before it and was passed over.
	lines, bytes int64
}

// maxBacklog is how many bytes may wait until a batch is taken, and itemBytes about what
// an item takes besides its text.
const (
	maxBacklog = 32 << 20
	itemBytes  = 256
)

func (i *item) size() int { return len(i.text) + itemBytes }

// A backlog is a queue of what a source said that can't be asked again. One goroutine puts
// items into it, and another takes them.
type backlog struct {
	// some has a token when there may be an item, or there will be no more; room when
	// there may be room again.
	some, room chan struct{}

	mu    sync.Mutex
	items []item
	bytes int // of them
	over  bool
}

func newBacklog() *backlog {
	return &backlog{some: make(chan struct{}, 1), room: make(chan struct{}, 1)}
}

// put appends an item, and waits if there is no room. It gives false if the context ends
// before there is.
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

// tryPut appends an item if there is room. An empty queue has room for any item.
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

// end notes that no more items come.
func (q *backlog) end() {
	q.mu.Lock()
	q.over = true
	q.mu.Unlock()
	notify(q.some)
}

// take takes the first item, if there is one. open is false if there is none and there will
// be no more.
func (q *backlog) take() (i item, ok, open bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.items) == 0 {
		return item{}, false, !q.over
	}
	i, q.items[0] = q.items[0], item{}
	if q.items = q.items[1:]; len(q.items) == 0 {
		q.items = nil // the memory of many is given back
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

// notify wakes the goroutine that waits on c, now or later.
func notify(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
