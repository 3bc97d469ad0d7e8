package libvirt

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// A daemon that doesn't answer is left after the timeout, and tried again.
func TestHangs(t *testing.T) {
	for name, procedure := range map[string]uint32{
		"connecting": procAuthList, "opening": procOpen, "registering": 316,
		"listing": procListAll, "state": 212, "definition": procXML,
	} {
		t.Run(name, func(t *testing.T) {
			d := startDaemon(t, newFake("web"))
			d.answer = func(h header, frame []byte) ([]byte, bool) { return frame, h.Procedure != procedure }
			w := watchDaemon(t, d, func(c *Config) { c.Timeout = 50 * time.Millisecond })
			for said := ""; !strings.Contains(said, "no answer within 50ms"); { // a slow machine may not even connect in that
				lost, _ := next[Lost](t, w)
				said = lost.Err.Error()
			}
			d.change(func() { d.answer = nil })
			next[Seen](t, w)
		})
	}
}

// A daemon whose guests can't be listed isn't watched. One that fails later is
// lost each time, though it fails for the same reason.
func TestFailsAgain(t *testing.T) {
	d := startDaemon(t, newFake("web"))
	d.answer = func(h header, frame []byte) ([]byte, bool) { return frame, h.Procedure != procListAll }
	w := watchDaemon(t, d, func(c *Config) { c.Timeout = 20 * time.Millisecond })
	_, before := next[Lost](t, w)
	none[Connected](t, before)
	d.change(func() {
		d.answer = func(h header, frame []byte) ([]byte, bool) { return frame, h.Procedure != procXML }
	})
	for range 3 {
		next[Connected](t, w)
		next[Lost](t, w)
	}
}

// A Watcher ends while it waits for an answer.
func TestEndsWhileItWaits(t *testing.T) {
	d := startDaemon(t, newFake("web"))
	waiting := make(chan struct{}, 100)
	d.answer = func(h header, frame []byte) ([]byte, bool) {
		if h.Procedure == procXML {
			waiting <- struct{}{}
		}
		return frame, h.Procedure != procXML
	}
	w := watchDaemon(t, d, func(c *Config) { c.Timeout = time.Hour })
	<-waiting
	if err := w.end(); !errors.Is(err, errEnded) {
		t.Error(err)
	}
}

// What isn't libvirt's protocol, or isn't an answer to what was asked, ends the
// connection with a reason.
func TestGarbage(t *testing.T) {
	words := func(w ...uint32) payload {
		var b payload
		b.words(w...)
		return b
	}
	always := func(b []byte) func(header) []byte { return func(header) []byte { return b } }
	list := func(b payload) func(header) []byte {
		return func(h header) []byte { return frame(procListAll, 1, h.Serial, 0, b) }
	}
	for name, c := range map[string]struct {
		answer func(header) []byte
		reason string
	}{
		"text":               {always(bytes.Repeat([]byte("HTTP/1.1 400 Bad Request\r\n"), 3)), "not libvirt's protocol"},
		"length 0":           {always(words(0, program, 1, procListAll, 1, 1, 0)), "not libvirt's protocol"},
		"length 27":          {always(words(27, program, 1, procListAll, 1, 1, 0)), "not libvirt's protocol"},
		"4 GiB":              {always(words(1<<32-1, program, 1, procListAll, 1, 1, 0)), "not libvirt's protocol"},
		"end":                {always(words(28, program, 1)), "EOF"},
		"a call":             {always(frame(procListAll, 0, 1, 0, nil)), "frame of type 0"},
		"another number":     {always(frame(procListAll, 1, 99999, 0, words(0, 0))), "nobody asked for"},
		"another procedure":  {func(h header) []byte { return frame(procXML, 1, h.Serial, 0, words(0)) }, "nobody asked for"},
		"status 7":           {func(h header) []byte { return frame(procListAll, 1, h.Serial, 7, words(0, 0)) }, "nobody asked for"},
		"too long":           {func(h header) []byte { return words(maxReply+1, program, 1, procListAll, 1, uint32(h.Serial), 0) }, "of 10485"},
		"empty":              {list(nil), "cut short"},
		"2 billion guests":   {list(words(1<<31 - 1)), "cut short"},
		"a name of 2 GiB":    {list(words(1, 1<<31-1, 0, 0, 0, 0, 0, 0)), "cut short"},
		"more guests":        {list(append(words(MaxGuests+1), make([]byte, (MaxGuests+1)*minDomain+4)...)), "at most 16384"},
		"error of nothing":   {func(h header) []byte { return frame(procListAll, 1, h.Serial, 1, words(0, 0, 0, 0, 0)) }, "says nothing"},
		"error cut short":    {func(h header) []byte { return frame(procListAll, 1, h.Serial, 1, words(1, 0, 1, 9999)) }, "says nothing"},
		"event cut short":    {always(frame(318, 2, 0, 0, words(7, 1000))), "cut short"},
		"2 billion subjects": {always(eventFrame(323, newFake("x"), func(b *payload) { b.words(0, 0, 0, 0, 0, 0, 0, 0, 1<<31-1) })), "cut short"},
		"unknown parameter":  {always(eventFrame(346, newFake("x"), func(b *payload) { b.words(1, 0, 99, 0) })), "cut short"},
	} {
		t.Run(name, func(t *testing.T) {
			d := startDaemon(t, newFake("web"))
			end := name == "end"
			d.answer = func(h header, frame []byte) ([]byte, bool) {
				if h.Procedure != procListAll {
					return frame, true
				}
				if end {
					go d.stop()
				}
				return c.answer(h), true
			}
			w := watchDaemon(t, d, func(c *Config) { c.Timeout = 5 * time.Second })
			lost, before := next[Lost](t, w)
			if !strings.Contains(lost.Err.Error(), c.reason) {
				t.Errorf("lost: %v, want %s", lost.Err, c.reason)
			}
			none[Seen](t, before)
			if !end {
				d.change(func() { d.answer = nil })
				next[Seen](t, w)
			}
		})
	}
}

// go-libvirt holds a deadlock where a call is answered twice.
func TestAnsweredTwice(t *testing.T) {
	d := startDaemon(t, newFake("web"))
	d.answer = func(h header, frame []byte) ([]byte, bool) {
		if h.Procedure == procXML {
			frame = append(frame, frame...)
		}
		return frame, true
	}
	w := watchDaemon(t, d, nil)
	if lost, _ := next[Lost](t, w); !strings.Contains(lost.Err.Error(), "nobody asked for") {
		t.Errorf("lost: %v", lost.Err)
	}
}

// What a daemon told before its connection ended is given, before that.
func TestEventBeforeTheEnd(t *testing.T) {
	g := newFake("web")
	d := startDaemon(t, g)
	w := watchDaemon(t, d, nil)
	next[Swept](t, w)
	d.change(func() {
		d.answer = func(header, []byte) ([]byte, bool) {
			stopped := eventFrame(318, g, func(b *payload) { b.words(5, 1) })
			return append(stopped, make([]byte, headerSize)...), true
		}
	})
	_, before := next[Lost](t, w)
	if !slices.ContainsFunc(before, func(i Item) bool { e, is := i.(Event); return is && e.Get("event") == "stopped" }) {
		t.Errorf("before the end came %+v", before)
	}
}

// A daemon that closes at any point of the conversation is connected to again.
func TestCloses(t *testing.T) {
	for after := range 45 {
		d := startDaemon(t, newFake("web"))
		calls := 0
		d.answer = func(_ header, frame []byte) ([]byte, bool) {
			if calls++; calls == after {
				go func(conns []interface{ Close() error }) {
					for _, c := range conns {
						c.Close()
					}
				}(closers(d))
			}
			return frame, true
		}
		w := watchDaemon(t, d, func(c *Config) { c.Timeout = 5 * time.Second })
		next[Swept](t, w)
		if err := w.end(); !errors.Is(err, errEnded) {
			t.Fatal(err)
		}
		d.stop()
	}
}

func closers(d *daemon) (all []interface{ Close() error }) {
	for _, conn := range d.conns {
		all = append(all, conn)
	}
	return all
}

// Bytes at random instead of answers.
func TestNoise(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	d := startDaemon(t, newFake("web"))
	rounds := 0
	d.answer = func(_ header, frame []byte) ([]byte, bool) {
		if rounds++; rounds%40 != 0 {
			return frame, true
		}
		for range 1 + random.IntN(8) {
			frame[random.IntN(len(frame))] = byte(random.Uint32())
		}
		return frame, true
	}
	w := watchDaemon(t, d, func(c *Config) { c.Timeout = 30 * time.Millisecond })
	for range 20 {
		next[Lost](t, w)
	}
	d.change(func() { d.answer = nil })
	next[Connected](t, w)
	next[Swept](t, w)
}

// A definition over the limit is told of, and not read; one of libvirt's
// longest is read.
func TestLongDefinition(t *testing.T) {
	long, huge, fine := newFake("long"), newFake("huge"), newFake("fine")
	comment := func(n int) string { return "<!--" + strings.Repeat("x", n-7) + "-->" }
	long.xml += comment(MaxXML - len(long.xml))
	huge.xml += comment(MaxXML + 4 - len(huge.xml))
	d := startDaemon(t, long, huge, fine)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	w := watchDaemon(t, d, nil)
	_, items := next[Swept](t, w)
	told := map[string]string{}
	for _, item := range items {
		switch item := item.(type) {
		case Failed:
			told[item.Name] = item.Err.Error()
		case Seen:
			told[item.Name] = "seen"
		}
	}
	if told["fine"] != "seen" || told["long"] != "seen" || !strings.Contains(told["huge"], "more than the 10485760 that are read") {
		t.Errorf("told %v", told)
	}
	runtime.ReadMemStats(&after)
	t.Logf("%d MiB allocated in all", (after.TotalAlloc-before.TotalAlloc)>>20)
}

// Events beyond what is held are counted, and all is listed anew.
func TestEventFlood(t *testing.T) {
	g := newFake("web")
	d := startDaemon(t, g)
	d.answer = func(h header, frame []byte) ([]byte, bool) {
		if h.Procedure == procXML && d.calls[procXML] == 1 { // while an answer is waited for
			reboot := bytes.Repeat(eventFrame(319, g, nil), maxEvents+10)
			long := eventFrame(379, g, func(b *payload) {
				b.words(2, 1)
				b.text(strings.Repeat("x", maxEvent))
			})
			d.define(g)
			frame = append(append(reboot, long...), frame...)
		}
		return frame, true
	}
	w := watchDaemon(t, d, func(c *Config) { c.Period = time.Hour })
	missed, before := next[Missed](t, w)
	events := 0
	for _, item := range before {
		if _, ok := item.(Event); ok {
			events++
		}
	}
	if events != maxEvents || missed.Events != 11 {
		t.Errorf("%d events, missed %d; want %d and 11", events, missed.Events, maxEvents)
	}
	next[Changed](t, w)
	next[Swept](t, w)
}

// define changes the guest once its present definition is on its way.
func (d *daemon) define(g *fakeGuest) { g.define(2) }

// Unknown messages pass by, as that a daemon is about to end.
func TestUnknownMessage(t *testing.T) {
	d := startDaemon(t, newFake("web"))
	w := watchDaemon(t, d, nil)
	next[Swept](t, w)
	d.send(t, frame(353, 2, 0, 0, binary.BigEndian.AppendUint32(nil, 1)))
	_, items := next[Swept](t, w)
	_, more := next[Swept](t, w)
	none[Lost](t, append(items, more...))
}

func TestNoDriver(t *testing.T) {
	d := startDaemon(t)
	d.answer = func(h header, frame []byte) ([]byte, bool) {
		if h.Procedure == procOpen {
			frame = errorFrame(h, 5, "no connection driver available for lxc:///system")
		}
		return frame, true
	}
	w := watchDaemon(t, d, nil)
	lost, before := next[Lost](t, w)
	if !errors.Is(lost.Err, ErrNoDriver) || !strings.Contains(lost.Err.Error(), "lxc:///system") {
		t.Errorf("lost: %v", lost.Err)
	}
	none[Connected](t, before)
}

// Attempts that fail alike are told once.
func TestLostOnce(t *testing.T) {
	d := startDaemon(t)
	d.stop()
	w := watchDaemon(t, d, nil)
	next[Lost](t, w)
	time.Sleep(100 * time.Millisecond) // many attempts
	if n := len(w.items); n != 0 {
		t.Errorf("%d more items", n)
	}
	d.listen(t)
	_, before := next[Connected](t, w)
	none[Lost](t, before)
}
