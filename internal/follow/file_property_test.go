package follow

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/virtaudit/virtaudit/internal/fact"
)

// A log is written in pieces and rotated while it is followed, by renames, with
// compression, and by copies whose originals are removed or cut; and the follower
// is stopped at any batch and started again from the position that was stored
// last: each record comes once, in order.
func TestFollowAsWritten(t *testing.T) {
	text := readLogs(t)
	want := factsOf(text)
	runs := uint64(200)
	if testing.Short() {
		runs = 40
	}
	stops := 0
	for seed := range runs {
		w := &logWriter{
			t: t, rand: rand.New(rand.NewPCG(seed, 1)),
			log: filepath.Join(t.TempDir(), "audit.log"), rest: text,
		}
		go w.write()
		got, n := followStopping(t, w.log, len(want), rand.New(rand.NewPCG(seed, 2)))
		stops += n
		if err := sameFacts(got, want); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
	}
	t.Logf("%d records in %d runs, stopped %d times", len(want), runs, stops)
}

var errStop = errors.New("stop")

// followStopping gives what was stored of a log, when that are so many records
// and the log has no more. Half of the stops are before the batch was stored.
func followStopping(t *testing.T, log string, n int, random *rand.Rand) (stored []fact.Fact, stops int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	o := quick(log)
	done := false
	for !done {
		o.Hold = time.Duration(1+random.IntN(400)) * time.Microsecond
		err := newFile(o, &monitor{}).run(ctx, func(b *Batch) error {
			for _, p := range b.Problems {
				t.Errorf("a problem, where nothing is missing: %+v", p)
			}
			stop := random.IntN(4)
			if stop == 0 {
				return errStop
			}
			stored, o.Position = append(stored, b.Records...), b.Position
			if done = len(stored) >= n && b.CaughtUp; done || stop == 1 {
				return errStop
			}
			return nil
		})
		if !errors.Is(err, errStop) {
			t.Fatalf("%d of %d records after %d stops: %v", len(stored), n, stops, err)
		}
		stops++
	}
	return stored, stops
}

// quick are options for tests.
func quick(log string) Options {
	return Options{Node: "here", Log: log, Hold: time.Millisecond, Poll: 2 * time.Millisecond, Retry: time.Minute}.withDefaults()
}

// A logWriter writes a log as auditd and logrotate do.
type logWriter struct {
	t    *testing.T
	rand *rand.Rand
	log  string
	rest []byte
	file *os.File
}

func (w *logWriter) write() {
	w.open()
	for len(w.rest) > 0 {
		switch w.rand.IntN(12) {
		case 0:
			w.line()
			w.rotate()
		case 1:
			time.Sleep(time.Duration(w.rand.IntN(800)) * time.Microsecond)
		default:
			w.some(1 + w.rand.IntN(len(w.rest)/10+600))
		}
	}
	w.file.Close()
}

func (w *logWriter) open() {
	var err error
	if w.file, err = os.OpenFile(w.log, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600); err != nil {
		w.t.Error(err)
	}
}

// some writes so many bytes, wherever a line ends.
func (w *logWriter) some(n int) {
	n = min(n, len(w.rest))
	if _, err := w.file.Write(w.rest[:n]); err != nil {
		w.t.Error(err)
	}
	w.rest = w.rest[n:]
}

// line writes on to the end of the line.
func (w *logWriter) line() { w.some(bytes.IndexByte(w.rest, '\n') + 1) }

// rotate moves the files on, as auditd does, or logrotate, which compresses them,
// or copies.
func (w *logWriter) rotate() {
	last := 1
	for ; exists(numberOf(w.log, last)) || exists(numberOf(w.log, last)+".gz"); last++ {
	}
	for n := last; n > 1; n-- {
		for _, ending := range []string{"", ".gz"} {
			if from := numberOf(w.log, n-1) + ending; exists(from) {
				w.rename(from, numberOf(w.log, n)+ending)
			}
		}
	}
	switch w.rand.IntN(4) {
	case 0:
		w.moveOn()
	case 1:
		w.moveOn()
		w.pause()
		pack(w.t, numberOf(w.log, 1), numberOf(w.log, 1)+".gz")
	case 2:
		w.file.Close()
		copyTo(w.t, w.log, numberOf(w.log, 1))
		w.pause()
		w.remove(w.log)
		w.pause()
		w.open()
	case 3:
		copyTo(w.t, w.log, numberOf(w.log, 1))
		w.pause()
		if err := w.file.Truncate(0); err != nil {
			w.t.Error(err)
		}
	}
}

// moveOn renames the live log. Like a daemon that logrotate tells of it, the writer
// may write to the old one for a while; and like auditd, it may have nothing for
// the new one yet.
func (w *logWriter) moveOn() {
	w.rename(w.log, numberOf(w.log, 1))
	if w.rand.IntN(3) == 0 {
		w.some(w.rand.IntN(2000))
		w.line()
	}
	w.file.Close()
	w.pause()
	w.open()
}

func (w *logWriter) pause() {
	if w.rand.IntN(3) == 0 {
		time.Sleep(time.Millisecond)
	}
}

func (w *logWriter) remove(path string) {
	if err := os.Remove(path); err != nil {
		w.t.Error(err)
	}
}

// copyTo copies a file in two steps.
func copyTo(t *testing.T, from, to string) {
	t.Helper()
	text := readFile(t, from)
	file, err := os.Create(to)
	if err != nil {
		t.Fatal(err)
	}
	half := len(text) / 2
	_, err = file.Write(text[:half])
	_, err2 := file.Write(text[half:])
	if err := errors.Join(err, err2, file.Close()); err != nil {
		t.Fatal(err)
	}
}

func (w *logWriter) rename(from, to string) {
	if err := os.Rename(from, to); err != nil {
		w.t.Error(err)
	}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func numberOf(log string, n int) string { return fmt.Sprintf("%s.%d", log, n) }

// readLogs gives real logs, one after the other.
func readLogs(t testing.TB) []byte {
	t.Helper()
	return readFile(t, "../../testdata/demo/audit.log")
}

func readFile(t testing.TB, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// factsOf gives the facts of a log that is read as a whole.
func factsOf(text []byte) []fact.Fact {
	c := newCollector(WayFile, &Options{Node: "here"})
	c.lines(text, time.Time{})
	return c.take().Records
}

func sameFacts(got, want []fact.Fact) error {
	for i := range min(len(got), len(want)) {
		if string(got[i].Line()) != string(want[i].Line()) || got[i].Node != want[i].Node || got[i].Source != want[i].Source {
			return fmt.Errorf("record %d of %d: got %s\nwant %s", i, len(want), got[i].Line(), want[i].Line())
		}
	}
	if len(got) != len(want) {
		return fmt.Errorf("%d records, want %d", len(got), len(want))
	}
	return nil
}
