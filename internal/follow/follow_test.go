package follow

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/virtaudit/virtaudit/kaudit"
	"github.com/virtaudit/virtaudit/kaudit/kaudittest"
	"github.com/virtaudit/virtaudit/record"
)

// While there is no log, multicast is taken; when there is one, it is read from
// the beginning, without what came by multicast.
func TestFirstWayThatWorks(t *testing.T) {
	k := kaudittest.NewKernel()
	f := newFollowing(t)
	f.o.Retry = 5 * time.Millisecond
	follower := New(f.o, NewOnce(100))
	follower.subscribe = k.Subscribe
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	sent := false
	err := follower.Run(ctx, func(b *Batch) error {
		f.records = append(f.records, b.Records...)
		s := follower.Status()
		switch {
		case s.Way == WayMulticast && !sent:
			if len(s.Tried) != 1 || s.Tried[0].Way != WayFile || s.Tried[0].Why == nil {
				t.Errorf("tried %v", s.Tried)
			}
			sent = true
			sendOne(t, k)
		case s.Way == WayMulticast && len(f.records) == 1 && !exists(f.o.Log):
			f.write("", line(1, "before"), string(f.records[0].Line())+"\n", line(3, "after"))
		case s.Way == WayFile && b.CaughtUp && b.Position != nil:
			return errStop
		}
		return nil
	})
	if said := f.said(); !errors.Is(err, errStop) || !slices.Equal(said, []string{"g", "before", "after"}) {
		t.Errorf("the following ended otherwise: %v: %v", err, said)
	}
	if s := follower.Status(); s.Way != WayFile || s.Records != 1 || s.Since.IsZero() {
		t.Errorf("status %+v", s)
	}
}

func sendOne(t *testing.T, k *kaudittest.Kernel) {
	t.Helper()
	conn, err := k.Dial()
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	text := `virt=kvm op=start reason=booted vm="g" uuid=5a1b7e9d-2b58-4d2c-b2a1-6a6f6b6b3c11 vm-pid=7`
	err = conn.Send(t.Context(), kaudit.Message{Type: record.VirtControl, Result: record.Success, Text: []byte(text)})
	if err != nil {
		t.Fatal(err)
	}
}

// Without any way it is told once why, and the first that works later is taken.
func TestNoWayYet(t *testing.T) {
	f := newFollowing(t)
	f.o.Ways, f.o.Retry = []string{WayFile, "smoke"}, 5*time.Millisecond
	follower := New(f.o, nil)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	batches := 0
	err := follower.Run(ctx, func(b *Batch) error {
		batches++
		f.records, f.problems = append(f.records, b.Records...), append(f.problems, b.Problems...)
		if s := follower.Status(); batches == 3 && (s.Way != "" || len(s.Tried) != 2) {
			t.Errorf("status %+v", s)
		}
		if batches == 3 {
			f.write("", line(1, "a"))
		}
		if len(f.records) > 0 {
			return errStop
		}
		return nil
	})
	if !errors.Is(err, errStop) || len(f.problems) != 1 || !strings.Contains(f.problems[0].Text, `no way "smoke"`) {
		t.Errorf("%v, problems %v", err, f.problems)
	}
}

// Standard input is read where it is given, and nothing else.
func TestStdinAlone(t *testing.T) {
	follower := New(Options{Stdin: strings.NewReader(line(1, "a")), Log: filepath.Join(t.TempDir(), "audit.log")}, nil)
	n := 0
	err := follower.Run(t.Context(), func(b *Batch) error {
		n += len(b.Records)
		return nil
	})
	if !errors.Is(err, ErrEnded) || n != 1 || follower.Status().Way != WayStdin {
		t.Errorf("%v, %d records, %+v", err, n, follower.Status())
	}
}

// A log that can't be read any more is given up after a while: what comes then is
// taken by the next way, and the log is read on when it can be.
func TestLogUnreadableMeanwhile(t *testing.T) {
	k := kaudittest.NewKernel()
	f := newFollowing(t)
	f.o.Retry = 20 * time.Millisecond
	follower := New(f.o, NewOnce(100))
	follower.subscribe = k.Subscribe
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	f.write("", line(1, "a"))
	var ways []string
	stage := 0
	err := follower.Run(ctx, func(b *Batch) error {
		f.records = append(f.records, b.Records...)
		if len(ways) == 0 || ways[len(ways)-1] != b.Way {
			ways = append(ways, b.Way)
		}
		s := follower.Status()
		switch {
		case stage == 0 && len(f.records) == 1 && b.CaughtUp:
			stage = 1
			f.rename("", ".1")
			f.must(os.Mkdir(f.o.Log, 0o700))
		case stage == 1 && b.Way == WayMulticast:
			stage = 2
			if len(s.Tried) != 1 || !errors.Is(s.Tried[0].Why, errStuck) || !errors.Is(s.Tried[0].Why, errNotFile) {
				t.Errorf("tried %v", s.Tried)
			}
			sendOne(t, k)
		case stage == 2 && len(f.records) == 2:
			stage = 3
			f.remove("")
			f.write("", line(2, "b"), string(f.records[1].Line())+"\n", line(3, "c"))
		case stage == 3 && len(f.records) == 4 && b.CaughtUp:
			return errStop
		}
		return nil
	})
	if said := f.said(); !errors.Is(err, errStop) || !slices.Equal(said, []string{"a", "g", "b", "c"}) {
		t.Errorf("stage %d, %v: %v", stage, err, said)
	}
	if !slices.Equal(ways, []string{WayFile, WayMulticast, WayFile}) {
		t.Errorf("ways %v", ways)
	}
}

// Where no other way may be taken, none is while the log can't be read.
func TestLogUnreadableAlone(t *testing.T) {
	f := newFollowing(t)
	f.o.Ways, f.o.Retry = []string{WayFile}, 20*time.Millisecond
	follower := New(f.o, nil)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	f.write("", line(1, "a"))
	stage := 0
	err := follower.Run(ctx, func(b *Batch) error {
		f.records = append(f.records, b.Records...)
		s := follower.Status()
		switch {
		case stage == 0 && len(f.records) == 1:
			stage = 1
			f.rename("", ".1")
			f.must(os.Mkdir(f.o.Log, 0o700))
		case stage == 1 && b.Way == "":
			stage = 2
			if s.Way != "" || len(s.Tried) != 1 || len(b.Problems) != 1 {
				t.Errorf("status %+v, batch %+v", s, b)
			}
			f.remove("")
			f.write("", line(2, "b"))
		case stage == 2 && len(f.records) == 2:
			return errStop
		}
		return nil
	})
	if said := f.said(); !errors.Is(err, errStop) || !slices.Equal(said, []string{"a", "b"}) {
		t.Errorf("stage %d, %v: %v", stage, err, said)
	}
}

// A log that is read on after another way was taken may have records of that: they
// are given as such until its end, and no longer.
func TestAgainAfterOtherWay(t *testing.T) {
	f := newFollowing(t)
	f.write("", line(1, "a"))
	f.start()
	f.expect("a")
	f.stop()
	f.write("", strings.Repeat(line(2, "b"), 3*maxRecords))
	f.o.OtherWay = true
	f.start()
	f.until("some came", func() bool { return len(f.records) > 1 })
	if !f.again || len(f.records) > 2*maxRecords {
		t.Fatalf("again %t, %d records", f.again, len(f.records))
	}
	f.stop()
	f.again, f.o.OtherWay = false, false // as it is stored that the log was read since
	f.start()
	f.until("all came", func() bool { return f.last.CaughtUp })
	if !f.again {
		t.Error("the rest is given as new")
	}
	f.again = false
	f.write("", line(3, "c"))
	f.until("the last came", func() bool { return f.said()[len(f.records)-1] == "c" })
	if f.again {
		t.Error("a new one isn't given as new")
	}
}
