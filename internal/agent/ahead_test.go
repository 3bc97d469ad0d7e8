package agent

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/record"
)

// reports are n observations of that many bytes, each with a state.
func reports(n, size int) []*offer {
	var all []*offer
	for i := range n {
		text := fmt.Sprintf(`{"Problem":%q}`, strings.Repeat("x", size))
		all = append(all, &offer{
			facts: []fact.Fact{{Kind: fact.Observation, Source: "proc", Stamp: record.Stamp{Millis: begun}, Text: []byte(text)}},
			state: map[string][]byte{"last": fmt.Append(nil, i)},
		})
	}
	return all
}

// TestAhead: many reports are committed at once, in their order, each with its
// state.
func TestAhead(t *testing.T) {
	w := newWriter(t, &kernel{})
	line := ahead{w: w, most: 64}
	for i, o := range reports(50, 10) { // nothing takes them yet
		if err := line.offer(o); err != nil {
			t.Fatal(i, err)
		}
	}
	go w.run(t.Context())
	if err := line.committed(); err != nil {
		t.Fatal(err)
	}
	if n, v := w.store.NextSeq()-1, w.health.vitals(); n != 50 || v.Commits > 2 {
		t.Errorf("%d facts are stored by %d commits", n, v.Commits)
	}
	if last, err := w.store.State(t.Context(), "last"); err != nil || string(last) != "49" {
		t.Errorf("the last state is %q: %v", last, err)
	}
}

// TestAheadIsBounded: neither many reports nor large ones wait in memory for a disk
// that takes nothing.
func TestAheadIsBounded(t *testing.T) {
	for _, c := range []struct{ size, want int }{{10, 8}, {maxAhead / 3, 2}} {
		synctest.Test(t, func(t *testing.T) {
			ctx, stop := context.WithCancelCause(t.Context())
			w := &writer{offers: make(chan *offer, 64), life: ctx}
			line, handed, ended := ahead{w: w, most: 8}, 0, make(chan error)
			go func() {
				for _, o := range reports(20, c.size) {
					if err := line.offer(o); err != nil {
						ended <- err
						return
					}
					handed++
				}
			}()
			synctest.Wait()
			if handed != c.want {
				t.Errorf("of %d bytes %d are ahead, want %d", c.size, handed, c.want)
			}
			full := errors.New("the disk is full, and the service ends")
			stop(full)
			if err := <-ended; !errors.Is(err, full) {
				t.Errorf("it ended with %v", err)
			}
		})
	}
}
