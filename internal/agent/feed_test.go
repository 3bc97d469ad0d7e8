package agent

import (
	"testing"

	"github.com/virtaudit/virtaudit/internal/trail"
)

func TestFeedDropsWhoIsSlow(t *testing.T) {
	f := newFeed()
	slow, _ := f.subscribe()
	quick, cancel := f.subscribe()
	d := &trail.Delta{Merged: []uint64{1}}
	for range feedBuffer + 1 {
		f.publish(d)
		if got := <-quick; got != d {
			t.Fatalf("got %v", got)
		}
	}
	n := 0
	for range slow {
		n++
	}
	if n != feedBuffer {
		t.Errorf("the slow one got %d, want %d and then the end", n, feedBuffer)
	}
	cancel()
	cancel()
	if _, open := <-quick; open {
		t.Error("a cancelled subscription goes on")
	}
	last, _ := f.subscribe()
	f.end()
	if _, open := <-last; open {
		t.Error("a subscription outlives the service")
	}
	if after, _ := f.subscribe(); after != nil {
		if _, open := <-after; open {
			t.Error("a subscription after the end is open")
		}
	}
}

func TestFeedSkipsEmpty(t *testing.T) {
	f := newFeed()
	c, cancel := f.subscribe()
	defer cancel()
	f.publish(&trail.Delta{})
	select {
	case d := <-c:
		t.Errorf("got %+v", d)
	default:
	}
}
