package web

import (
	"bufio"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/virtaudit/virtaudit/internal/trail"
)

// A feed is the agent's side of streams.
type feed struct {
	mu      sync.Mutex
	changes chan *trail.Delta
	begun   chan struct{}
}

func newFeed() *feed { return &feed{begun: make(chan struct{}, 16)} }

func (f *feed) subscribe() (<-chan *trail.Delta, func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.changes = make(chan *trail.Delta, 16)
	f.begun <- struct{}{}
	return f.changes, func() {}
}

func (f *feed) tell(d *trail.Delta) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.changes <- d
}

// A reader is one of the stream.
type reader struct {
	t     *testing.T
	lines *bufio.Scanner
	close func() error
}

func read(t *testing.T, address, after string) *reader {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+address+"/api/v1/events/stream", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+testToken)
	if after != "" {
		r.Header.Set("Last-Event-ID", after)
	}
	w, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	if w.StatusCode != http.StatusOK || w.Header.Get("Content-Type") != "text/event-stream" {
		t.Fatalf("the answer's head: %d %s", w.StatusCode, w.Header.Get("Content-Type"))
	}
	t.Cleanup(func() { w.Body.Close() })
	return &reader{t, bufio.NewScanner(w.Body), w.Body.Close}
}

// next gives a message's fields.
func (r *reader) next() map[string]string {
	m := map[string]string{}
	for r.lines.Scan() {
		if r.lines.Text() == "" {
			return m
		}
		name, value, _ := strings.Cut(r.lines.Text(), ": ")
		m[name] = value
	}
	m["end"] = "true"
	return m
}

func serveStream(t *testing.T) (*feed, *Server, string) {
	t.Helper()
	f := newFeed()
	c := testConfig(demo(t))
	c.Subscribe = f.subscribe
	s, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	l, err := ListenTCP("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	serve(t, s, l)
	return f, s, l.Addr().String()
}

// TestStream: what the trail gains comes in order, in the form that is described,
// and from where a reader was.
func TestStream(t *testing.T) {
	f, s, address := serveStream(t)
	_, d := deriveLog(t, hostileLog)
	r := read(t, address, "")
	if m := r.next(); m["event"] != "hello" || m["data"] != `{"resumed":false}` {
		t.Fatalf("first: %v", m)
	}
	<-f.begun
	f.tell(d)
	f.tell(&trail.Delta{
		Merged: []uint64{7}, Dropped: []string{"\xff"}, Withdrawn: []trail.EventID{{Fact: 3, Nth: 1}}, Numbers: map[uint64]int{5: 2},
		Events: []*trail.Event{{Fact: 4, SessionID: 7}}, Belongs: map[uint64]uint64{7: 5},
	})
	first, second := r.next(), r.next()
	doc := readDocument(t)
	for _, m := range []map[string]string{first, second} {
		var v any
		if err := json.Unmarshal([]byte(m["data"]), &v); err != nil || m["event"] != "change" {
			t.Fatalf("an event of the stream: %v: %v", m, err)
		}
		if faults := doc.check("", doc.Components.Schemas["Change"], v); len(faults) > 0 {
			t.Errorf("a Change isn't as openapi.yaml says: %v", faults)
		}
	}
	if !strings.Contains(second["data"], `"dropped":["\\xff"]`) || !strings.Contains(second["data"], `"withdrawn":["3.1"]`) ||
		!strings.Contains(second["data"], `"belongs":{"7":5}`) || !strings.Contains(second["data"], `"session":5`) {
		t.Errorf("second: %v", second)
	}
	again := read(t, address, first["id"])
	if m := again.next(); m["data"] != `{"resumed":true}` {
		t.Errorf("resumed: %v", m)
	}
	if m := again.next(); m["id"] != second["id"] || m["data"] != second["data"] {
		t.Errorf("behind the first: %v", m)
	}
	if m := read(t, address, "12345").next(); m["data"] != `{"resumed":false}` {
		t.Errorf("another run's: %v", m)
	}
	go s.hub.end()
	if m := r.next(); m["end"] == "" {
		t.Errorf("behind the end: %v", m)
	}
}

// TestStreamTellsOfGaps: where the agent cut us off, and where too much came at
// once.
func TestStreamTellsOfGaps(t *testing.T) {
	f, _, address := serveStream(t)
	r := read(t, address, "")
	r.next()
	<-f.begun
	close(f.changes)
	if m := r.next(); m["event"] != "reset" {
		t.Errorf("cut off: %v", m)
	}
	<-f.begun
	f.tell(&trail.Delta{Merged: make([]uint64, maxChangeRows+1)})
	if m := r.next(); m["event"] != "reset" {
		t.Errorf("too much: %v", m)
	}
	f.tell(&trail.Delta{Merged: []uint64{1}})
	if m := r.next(); m["event"] != "change" {
		t.Errorf("then: %v", m)
	}
}

// TestSlowReaderIsCutOff: and nobody waits for it.
func TestSlowReaderIsCutOff(t *testing.T) {
	s := newServer(t, testConfig(demo(t)))
	slow, _, _, err := s.hub.join(0)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		for range streamBuffer + 1 {
			s.hub.publish("change", []byte("{}"))
		}
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(10 * time.Second):
		t.Fatal("publish waits for a reader")
	}
	n := 0
	for range slow {
		n++
	}
	if n != streamBuffer {
		t.Errorf("%d messages before it was cut off", n)
	}
}

// TestHubIsBounded: in what it keeps, and in readers.
func TestHubIsBounded(t *testing.T) {
	s := newServer(t, testConfig(demo(t)))
	for range keptMessages + 10 {
		s.hub.publish("change", make([]byte, 1<<14))
	}
	if s.hub.size > keptBytes || len(s.hub.kept) > keptMessages {
		t.Errorf("%d bytes in %d messages are kept", s.hub.size, len(s.hub.kept))
	}
	for range maxStreams {
		if _, _, _, err := s.hub.join(0); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, _, err := s.hub.join(0); err == nil {
		t.Error("one reader too many")
	}
}

// TestResetIsToldWhenNothingIsMissed: a reader loads all anew at a reset, so what
// is committed from then on must be told.
func TestResetIsToldWhenNothingIsMissed(t *testing.T) {
	f := newFeed()
	c := testConfig(demo(t))
	c.Subscribe = f.subscribe
	s := newServer(t, c)
	messages, _, _, err := s.hub.join(0)
	if err != nil {
		t.Fatal(err)
	}
	<-f.begun
	close(f.changes) // the agent cuts the hub off
	select {
	case m := <-messages:
		if !strings.Contains(string(m.text), "event: reset") {
			t.Errorf("the reader got %s", m.text)
		}
	case <-time.After(5 * time.Second):
		t.Fatal("there is no reset")
	}
	select {
	case <-f.begun:
	default:
		t.Fatal("the reader loads anew, and nobody listens to what changes")
	}
}

// TestNobodyReads: what nobody wants isn't written down for later.
func TestNobodyReads(t *testing.T) {
	s := newServer(t, testConfig(demo(t)))
	s.hub.change(&trail.Delta{Dropped: []string{"f"}})
	if len(s.hub.kept) != 0 {
		t.Errorf("%d messages are kept for nobody", len(s.hub.kept))
	}
	c, _, _, err := s.hub.join(0)
	if err != nil {
		t.Fatal(err)
	}
	s.hub.leave(c)
	s.hub.change(&trail.Delta{Dropped: []string{"f"}})
	if len(s.hub.kept) != 1 {
		t.Errorf("%d messages are kept for who comes back, want 1", len(s.hub.kept))
	}
}
