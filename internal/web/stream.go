package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/virtaudit/virtaudit/internal/trail"
)

// The bounds of streams.
const (
	maxStreams    = 32
	streamBuffer  = 256 // messages that a reader may be behind
	keptMessages  = 1024
	keptBytes     = 8 << 20
	maxChangeRows = 1000 // in one message; more are told as a reset
	heartbeat     = 15 * time.Second
	streamTimeout = 10 * time.Second // for a reader to take a message
)

type changeJSON struct {
	Sessions  []sessionJSON     `json:"sessions"`
	Merged    []uint64          `json:"merged"`
	Belongs   map[uint64]uint64 `json:"belongs,omitempty"`
	Numbers   map[uint64]int    `json:"numbers,omitempty"`
	Events    []eventJSON       `json:"events"`
	Withdrawn []string          `json:"withdrawn,omitempty"`
	Findings  []findingJSON     `json:"findings"`
	Dropped   []Text            `json:"dropped"`
}

func changeOf(d *trail.Delta) changeJSON {
	c := changeJSON{
		Sessions: sessionsOf(d.Sessions), Merged: d.Merged, Belongs: d.Belongs, Numbers: d.Numbers, Events: eventsOf(d.Events),
		Findings: findingsOf(d.Findings), Dropped: texts(d.Dropped),
	}
	for i := range c.Events {
		if id := d.Belongs[c.Events[i].Session]; id != 0 {
			c.Events[i].Session = id
		}
	}
	for _, id := range d.Withdrawn {
		c.Withdrawn = append(c.Withdrawn, eventID(id.Fact, id.Nth))
	}
	if c.Merged == nil {
		c.Merged = []uint64{}
	}
	return c
}

// A message is one of the stream, as it is sent.
type message struct {
	id   uint64
	text []byte
}

// A hub hands what the trail gains to all streams, and to the lanes. It takes from
// the agent from when the first of them is asked for.
type hub struct {
	server *Server

	mu      sync.Mutex
	readers map[chan message]bool
	kept    []message // the last ones, for who comes back
	size    int
	last    uint64
	begun   bool
	read    bool // there was a reader, who may come back
	over    chan struct{}
}

func newHub(s *Server) *hub {
	// Numbers go on from the clock, so that those of another run of the service
	// are never taken for ours.
	return &hub{server: s, readers: map[chan message]bool{}, last: uint64(s.config.Now().UnixMicro()), over: make(chan struct{})}
}

// join gives a channel of what comes from now on, and what was missed since a
// message, if that is known. It is closed for a reader that is too slow.
func (h *hub) join(after uint64) (c chan message, missed []message, resumed bool, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	select {
	case <-h.over:
		return nil, nil, false, newProblem(http.StatusServiceUnavailable, "the service ends")
	default:
	}
	if len(h.readers) >= maxStreams {
		return nil, nil, false, newProblem(http.StatusServiceUnavailable, "%d streams are read already", maxStreams)
	}
	h.begin()
	missed, resumed = h.since(after)
	c = make(chan message, streamBuffer)
	h.readers[c], h.read = true, true
	return c, missed, resumed, nil
}

// listen begins to take from the agent, where that has not begun.
func (h *hub) listen() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.begin()
}

// begin is listen for who holds the lock.
func (h *hub) begin() {
	if !h.begun && h.server.config.Subscribe != nil {
		h.begun = true
		go h.run()
	}
}

// since gives the messages behind one, if all of them are kept.
func (h *hub) since(after uint64) ([]message, bool) {
	if after == h.last {
		return nil, true
	}
	for i, m := range h.kept {
		if m.id == after {
			return append([]message(nil), h.kept[i+1:]...), true
		}
	}
	return nil, false
}

func (h *hub) leave(c chan message) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.readers, c)
}

// run takes what the trail gains until the hub ends. Where the agent cut us off
// something is missing: readers are told so once no more can be missed, as they
// load all anew then.
func (h *hub) run() {
	for again := false; ; again = true {
		changes, cancel := h.server.config.Subscribe()
		h.server.lanes.forget()
		if again {
			h.publish("reset", []byte("{}"))
		}
		open := h.take(changes)
		cancel()
		if !open {
			return
		}
		select {
		case <-time.After(time.Second): // a service that ends closes at once
		case <-h.over:
			return
		}
	}
}

// take publishes until the channel is closed; it gives false when the hub ends.
func (h *hub) take(changes <-chan *trail.Delta) bool {
	for {
		select {
		case d, ok := <-changes:
			if !ok {
				return true
			}
			h.change(d)
		case <-h.over:
			return false
		}
	}
}

func (h *hub) change(d *trail.Delta) {
	h.server.lanes.change(d)
	if !h.wanted() {
		return
	}
	if len(d.Sessions)+len(d.Merged)+len(d.Belongs)+len(d.Numbers)+len(d.Events)+len(d.Withdrawn)+len(d.Findings)+len(d.Dropped) > maxChangeRows {
		h.publish("reset", []byte("{}"))
		return
	}
	text, err := json.Marshal(changeOf(d))
	if err != nil {
		h.server.config.Log.Error("stream", "error", err)
		text = []byte("{}")
	}
	h.publish("change", text)
}

// wanted tells whether anybody read the stream.
func (h *hub) wanted() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.read
}

// publish waits for no reader: one whose channel is full is cut off.
func (h *hub) publish(event string, data []byte) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.last++
	m := message{h.last, fmt.Appendf(nil, "id: %d\nevent: %s\ndata: %s\n\n", h.last, event, data)}
	h.keep(m)
	for c := range h.readers {
		select {
		case c <- m:
		default:
			delete(h.readers, c)
			close(c)
		}
	}
}

func (h *hub) keep(m message) {
	h.kept = append(h.kept, m)
	h.size += len(m.text)
	for len(h.kept) > keptMessages || h.size > keptBytes && len(h.kept) > 1 {
		h.size -= len(h.kept[0].text)
		h.kept = h.kept[1:]
	}
}

// end ends all streams.
func (h *hub) end() {
	h.mu.Lock()
	defer h.mu.Unlock()
	select {
	case <-h.over:
	default:
		close(h.over)
	}
}

// streamRoute is not answered at once, and holds none of the slots for requests.
var streamRoute = route{path: apiRoot + "events/stream"}

func (s *Server) stream(w http.ResponseWriter, r *http.Request) {
	after, err := s.lastEvent(r)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no")
	if r.Method == http.MethodHead {
		return
	}
	c, missed, resumed, err := s.hub.join(after)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	defer s.hub.leave(c)
	out := streamWriter{w: w, control: http.NewResponseController(w)}
	hello := fmt.Appendf(nil, "event: hello\ndata: {\"resumed\":%t}\n\n", resumed)
	for _, m := range missed {
		hello = append(hello, m.text...)
	}
	if out.write(hello) {
		out.copy(r, c, s.hub.over)
	}
}

// lastEvent reads the header of a reader that comes back; 0 is no message's.
func (s *Server) lastEvent(r *http.Request) (uint64, error) {
	if _, err := s.newRequest(&streamRoute, r); err != nil {
		return 0, err
	}
	text := r.Header.Get("Last-Event-ID")
	if text == "" {
		return 0, nil
	}
	after, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return 0, badParameter("Last-Event-ID", "it is none that the stream gave")
	}
	return after, nil
}

// A streamWriter gives a reader a bounded time for each message.
type streamWriter struct {
	w       http.ResponseWriter
	control *http.ResponseController
}

// copy writes messages until the reader goes, is cut off, or the hub ends.
func (o *streamWriter) copy(r *http.Request, c <-chan message, over <-chan struct{}) {
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for {
		var text []byte
		select {
		case m, ok := <-c:
			if !ok {
				return
			}
			text = m.text
		case <-beat.C:
			text = []byte(":\n\n")
		case <-over:
			return
		case <-r.Context().Done():
			return
		}
		if !o.write(text) {
			return
		}
	}
}

func (o *streamWriter) write(text []byte) bool {
	if err := o.control.SetWriteDeadline(time.Now().Add(streamTimeout)); err != nil {
		return false
	}
	if _, err := o.w.Write(text); err != nil {
		return false
	}
	return o.control.Flush() == nil
}
