package follow

import (
	"context"
	"errors"
	"io"
	"testing"
	"time"
)

// A backlog holds as many bytes as it may, and gives them in order; who has more
// waits for room, or for the end of its context.
func TestBacklogBounded(t *testing.T) {
	q := newBacklog()
	text := make([]byte, 1<<20)
	n := 0
	for q.tryPut(item{text: text, lines: int64(n)}) {
		n++
	}
	if q.bytes > maxBacklog || q.bytes < maxBacklog-2*len(text) {
		t.Errorf("%d items of %d bytes", n, q.bytes)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if q.put(gone, item{text: text}) {
		t.Error("an item more was taken")
	}
	put := make(chan bool)
	go func() { put <- q.put(t.Context(), item{text: text, lines: int64(n)}) }()
	for want := range int64(n) {
		if i, ok, open := q.take(); !ok || !open || i.lines != want {
			t.Fatalf("item %d: %d, %t, %t", want, i.lines, ok, open)
		}
	}
	if !<-put {
		t.Error("there was no room")
	}
	q.end()
	if i, ok, open := q.take(); !ok || !open || i.lines != int64(n) {
		t.Errorf("the last one: %+v, %t, %t", i.lines, ok, open)
	}
	if _, ok, open := q.take(); ok || open || !q.empty() || q.bytes != 0 {
		t.Errorf("behind the end: %t, %t, %d bytes", ok, open, q.bytes)
	}
	if !q.tryPut(item{text: make([]byte, 2*maxBacklog)}) {
		t.Error("one alone has no room")
	}
}

// While nobody takes batches, what is said waits, and nothing of it is lost when
// the following ends.
func TestStreamWhileBusy(t *testing.T) {
	const lines = 3 * maxRecords
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	r, w := io.Pipe()
	defer w.Close()
	busy, said := make(chan bool), make(chan bool)
	go func() {
		defer close(said)
		_, _ = io.WriteString(w, line(0, "a"))
		<-busy
		for n := range lines {
			_, _ = io.WriteString(w, line(1+n, "a"))
		}
		_, _ = io.WriteString(w, "\n") // the last line was taken
	}()
	n := 0
	err := runStdin(ctx, r, quick(""), &monitor{}, func(b *Batch) error {
		if len(b.Records) > maxRecords {
			t.Errorf("a batch of %d records", len(b.Records))
		}
		if n += len(b.Records); n == 1 {
			close(busy)
			select {
			case <-said:
			case <-ctx.Done():
				t.Error("what is said doesn't wait")
			}
			cancel()
		}
		return nil
	})
	if !errors.Is(err, context.Canceled) || n != lines+1 {
		t.Errorf("%d records of %d, %v", n, lines+1, err)
	}
}
