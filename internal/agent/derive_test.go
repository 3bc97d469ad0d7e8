package agent

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/virtaudit/virtaudit/internal/store"
)

// TestOtherRules: rows that other rules made are made anew, once, and what the log
// was last known to have is known after a restart.
func TestOtherRules(t *testing.T) {
	s := newService(t)
	s.write(guestStarts("10")...)
	s.start()
	s.sessions(1)
	if err := s.stop(); err != nil {
		t.Fatal(err)
	}
	s.opened(func(st *store.Store) {
		if err := st.Commit(t.Context(), &store.Batch{State: map[string][]byte{rulesKey: []byte("0 window 1s")}}); err != nil {
			t.Fatal(err)
		}
		a := &agent{config: s.config, host: Host{}.withDefaults(), store: st, feed: newFeed()}
		a.log, a.health = a.host.Log, newHealth(a.host.Now)
		a.writer = &writer{log: a.log, store: st, feed: a.feed, health: a.health, now: a.host.Now, node: "here"}
		if err := a.derive(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got, err := st.State(t.Context(), rulesKey); err != nil || string(got) != string(DerivedState(s.config.Window)[rulesKey]) {
			t.Errorf("derived by %q: %v", got, err)
		}
	})
	s.start()
	s.sessions(1)
	if got := s.newest(); got.Unix() != 1700000000 {
		t.Errorf("the newest is of %v", got)
	}
}

// TestPatience: the system is told to wait while the trail is derived.
func TestPatience(t *testing.T) {
	var mu sync.Mutex
	var told []string
	a := &agent{health: newHealth(time.Now), host: Host{Notify: func(state string) {
		mu.Lock()
		defer mu.Unlock()
		told = append(told, state)
	}}}
	err := a.patiently(t.Context(), func(context.Context) error {
		for range 1000 {
			mu.Lock()
			n := len(told)
			mu.Unlock()
			if n > 0 {
				break
			}
			time.Sleep(time.Millisecond)
		}
		return nil
	})
	if mu.Lock(); err != nil || len(told) != 1 || !strings.HasPrefix(told[0], "EXTEND_TIMEOUT_USEC=60000000") {
		t.Errorf("told %q: %v", told, err)
	}
	mu.Unlock()
}
