package kaudit

import (
	"context"
	"os"
	"sync/atomic"
)

// turns lets calls go one after the other, until there are to be no more.
type turns struct {
	token chan struct{} // holds one, for the call whose turn it is
	over  chan struct{} // closed when there are to be no more
	ended atomic.Bool
}

func newTurns() *turns {
	t := &turns{token: make(chan struct{}, 1), over: make(chan struct{})}
	t.token <- struct{}{}
	return t
}

// take waits for the turn of a call. Of several reasons to go on a select takes
// any, so a turn that came too late is given back.
func (t *turns) take(ctx context.Context) error {
	select {
	case <-t.token:
	case <-t.over:
		return os.ErrClosed
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	err := context.Cause(ctx)
	if t.ended.Load() {
		err = os.ErrClosed
	}
	if err != nil {
		t.leave()
	}
	return err
}

func (t *turns) leave() { t.token <- struct{}{} }

// end makes all calls fail that wait for their turn, and later ones. It reports
// false if that was so already.
func (t *turns) end() bool {
	if t.ended.Swap(true) {
		return false
	}
	close(t.over)
	return true
}

// await waits for the call whose turn it is to end.
func (t *turns) await() {
	<-t.token
	t.leave()
}
