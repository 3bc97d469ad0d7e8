package libvirt

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"testing"
	"time"
)

var errEnded = errors.New("the test ended")

// runWatcher runs a Watcher until the test ends, and then looks for what it
// left behind.
func runWatcher(t testing.TB, c Config) *watch {
	t.Helper()
	before := runtime.NumGoroutine()
	ctx, cancel := context.WithCancelCause(context.Background())
	w := &watch{items: make(chan Item, 100000)}
	ended := make(chan error, 1)
	go func() { ended <- New(c).Run(ctx, func(i Item) { w.items <- i }) }()
	w.end = sync.OnceValue(func() error {
		cancel(errEnded)
		select {
		case err := <-ended:
			return err
		case <-time.After(10 * time.Second):
			return errors.New("the Watcher doesn't end")
		}
	})
	t.Cleanup(func() {
		if err := w.end(); !errors.Is(err, errEnded) {
			t.Errorf("Run ended with %v", err)
		}
		goroutinesEnd(t, before)
	})
	return w
}

// goroutinesEnd allows for those of the fake daemon, which end with it.
func goroutinesEnd(t testing.TB, before int) {
	t.Helper()
	const ofDaemon = 4
	for end := time.Now().Add(5 * time.Second); runtime.NumGoroutine() > before+ofDaemon; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Errorf("%d goroutines, %d before", runtime.NumGoroutine(), before)
			return
		}
	}
}

// next waits for an item of a type, and gives those before it too.
func next[T Item](t testing.TB, w *watch) (found T, before []Item) {
	t.Helper()
	limit := time.After(20 * time.Second)
	for {
		select {
		case item := <-w.items:
			if found, ok := item.(T); ok {
				return found, before
			}
			before = append(before, item)
		case <-limit:
			t.Fatalf("no %T; instead %+v", found, before)
		}
	}
}

// none holds items to be none of a type.
func none[T Item](t testing.TB, items []Item) {
	t.Helper()
	for _, item := range items {
		if _, ok := item.(T); ok {
			t.Errorf("told, and should not be: %+v", item)
		}
	}
}
