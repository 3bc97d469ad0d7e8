package qmp

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// counter gives lines without end, and counts what is read.
type counter struct {
	line string
	read int
}

func (c *counter) Read(b []byte) (int, error) {
	n := 0
	for len(b)-n >= len(c.line) {
		n += copy(b[n:], c.line)
	}
	c.read += n
	return n, nil
}

// debt is more lines than come to be left while a test runs.
const debt = 1 << 30

// A burst is read at once, and then no more than a part each pause.
func TestPaceOfReading(t *testing.T) {
	c := &counter{line: "a\n"}
	p := newPace(c)
	for range paceBurst {
		if !p.take(nil) {
			t.Fatal("no burst is allowed")
		}
	}
	begun := time.Now()
	for range 50 {
		p.left = -debt
		if n, err := p.Read(make([]byte, maxKept)); n != paceRead || err != nil {
			t.Fatalf("%d bytes are read of a flood, %v; want %d", n, err, paceRead)
		}
	}
	if took := time.Since(begun); took < 50*pacePause {
		t.Errorf("50 times %d bytes are read in %v", paceRead, took)
	}
}

func TestPaceFills(t *testing.T) {
	p := newPace(nil)
	p.left = -debt
	if p.take(nil) {
		t.Error("none is left, and one is taken")
	}
	p.left, p.filled = 0, time.Now().Add(-10*pacePause)
	n := 0
	for p.take(nil) && n < paceBurst {
		n++
	}
	if n < 10 || n == paceBurst {
		t.Errorf("%d after ten pauses", n)
	}
	p.filled = time.Now().Add(-time.Hour)
	if !p.hasLeft() || p.left != paceBurst {
		t.Errorf("%d after an hour, want %d", p.left, paceBurst)
	}
}

// What is long counts for more, unless it was asked for.
func TestPaceOfLongLines(t *testing.T) {
	long := make([]byte, 2*paceBurst*paceLine)
	p := newPace(nil)
	p.take(long)
	if p.hasLeft() {
		t.Errorf("%d lines are left", p.left)
	}
	p.give(long)
	if p.left != paceBurst {
		t.Errorf("%d lines are left, want %d", p.left, paceBurst)
	}
}

// flooded is a client of a peer that answers from the fake's table, and sends
// lines between as fast as it can; and how many bytes of these it got rid of.
func flooded(t *testing.T, line string) (*Client, *atomic.Int64) {
	t.Helper()
	f := newFake(t)
	c := f.dial()
	flood, stop := bytes.Repeat([]byte(line+"\r\n"), 1+4096/len(line)), make(chan struct{})
	ended, sent := make(chan struct{}), &atomic.Int64{}
	go func() {
		defer close(ended)
		for {
			select {
			case <-stop:
				return
			default:
			}
			f.mu.Lock()
			n, err := f.conn.Write(flood)
			f.mu.Unlock()
			sent.Add(int64(n))
			if err != nil {
				return
			}
		}
	}()
	t.Cleanup(func() {
		close(stop)
		c.Close()
		<-ended
	})
	return c, sent
}

// Of a peer that sends without end little is read and less decoded, its answers
// are, and all of its events are counted or left in the socket.
func TestFlood(t *testing.T) {
	for _, tc := range []struct {
		name, line string
		counted    bool
	}{
		{"as QEMU writes", `{"timestamp": {"seconds": 1795383198, "microseconds": 5}, "event": "ACPI_DEVICE_OST", "data": {"info": {"device": "d", "slot": "0"}}}`, true},
		{"short", `{"event":"A"}`, true},
		{"not as QEMU writes", `{ "event": "A", "data": {"a": "` + strings.Repeat("x", 200<<10) + `"}}`, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c, sent := flooded(t, tc.line)
			told, lost, answers := 0, 0, 0
			eventually(t, "the burst is over", func() bool {
				told += len(c.TakeEvents())
				return told > paceBurst || !tc.counted
			})
			begun, before := time.Now(), sent.Load()
			told = 0
			enough := func() bool { // a slow machine doesn't come to too many at once
				took := time.Since(begun)
				return took > time.Second && (lost > 0 || !tc.counted) || took > time.Minute
			}
			for ; !enough(); answers++ {
				if err := c.Execute(t.Context(), "query-uuid", nil, nil); err != nil {
					t.Fatal(err)
				}
				for _, e := range c.TakeEvents() {
					lost += e.Lost
					if e.Lost == 0 {
						told++
					}
				}
			}
			read, pauses := sent.Load()-before, int64(time.Since(begun)/pacePause)
			t.Logf("%d answers, %d events told, %d lost, %d bytes in %d pauses", answers, told, lost, read, pauses)
			// A pause allows for a part, and for a line, with which a whole buffer may come;
			// the socket holds some.
			if most := (pauses+1)*(paceRead+maxKept) + 1<<20; read > most {
				t.Errorf("%d bytes are read in %d pauses, want up to %d", read, pauses, most)
			}
			if most := pauses + paceBurst; int64(told) > most {
				t.Errorf("%d events are decoded in %d pauses, want up to %d", told, pauses, most)
			}
			if answers == 0 || tc.counted && lost == 0 {
				t.Errorf("%d answers, %d events lost", answers, lost)
			}
		})
	}
}

// Thousands of events that come at once are all told, though nobody takes any.
func TestBurst(t *testing.T) {
	f := newFake(t)
	c := f.dial()
	const n = 3000
	for i := range n {
		f.send(fmt.Sprintf(`{"timestamp": {"seconds": 1795383198, "microseconds": %d}, "event": "STOP"}`, i))
	}
	if err := c.Execute(t.Context(), "query-uuid", nil, nil); err != nil {
		t.Fatal(err)
	}
	events := c.TakeEvents()
	if len(events) != n {
		t.Fatalf("%d events, want %d", len(events), n)
	}
	for i, e := range events {
		if want := time.Unix(1795383198, int64(i)*1000); e.Lost > 0 || !e.At.Equal(want) {
			t.Fatalf("event %d is %+v", i, e)
		}
	}
}

// A guest whose QEMU floods is told of once a Gap.
func TestWatchFlooded(t *testing.T) {
	f := newFake(t)
	const gap = 200 * time.Millisecond
	w := watch(t, Options{Interval: time.Hour, Gap: gap}, f.path)
	w.next(Found)
	begun := time.Now()
	floods := 0
	count := func() {
		for len(w.reports) > 0 {
			if r := <-w.reports; r.Kind == Told && r.Events[len(r.Events)-1].Lost > 0 {
				floods++
			}
		}
	}
	for floods == 0 || time.Since(begun) < 5*gap {
		f.send(strings.Repeat(`{"timestamp": {"seconds": 1795383198, "microseconds": 5}, "event": "STOP"}`+"\n", 100))
		count()
	}
	w.stop()
	took := time.Since(begun)
	count()
	if floods > int(took/gap)+3 {
		t.Errorf("told %d times in %v", floods, took)
	}
}

// Blank lines without end are no QMP.
func TestBlankLines(t *testing.T) {
	near, far := net.Pipe()
	defer far.Close()
	go func() {
		defer near.Close()
		_, _ = io.WriteString(near, strings.Repeat(strings.Repeat("\n", maxBlank)+"a\n", 2)+strings.Repeat("\r\n", maxBlank+1))
	}()
	lines := newLineReader(far, maxLine)
	for range 2 {
		if text, err := lines.next(); string(text) != "a" || err != nil {
			t.Fatalf("a line after blank ones: %q, %v", text, err)
		}
	}
	if text, err := lines.next(); err == nil || !strings.Contains(err.Error(), "more than 64 blank lines") {
		t.Errorf("too many blank lines: %q, %v", text, err)
	}
}
