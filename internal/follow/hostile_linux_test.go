package follow

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A pipe in the log's place is not waited for.
func TestPipe(t *testing.T) {
	followPast(t, func(path string) error { return syscall.Mkfifo(path, 0o600) })
}

// A log whose permission is lost is told; when it is back, all comes that was
// written meanwhile.
func TestPermission(t *testing.T) {
	nobody := asNobody(t)
	defer nobody(false)
	f := newFollowing(t)
	f.openFolder()
	f.write("", line(1, "a"))
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	stage, told := 0, 0
	err := newFile(f.o, &monitor{}).run(ctx, func(b *Batch) error {
		f.records = append(f.records, b.Records...)
		for _, p := range b.Problems {
			if p.Kind != Unreadable || !strings.Contains(p.Text, "permission denied") {
				t.Errorf("another problem than that the log can't be read: %+v", p)
			}
			told++
		}
		switch {
		case stage == 0 && len(f.records) == 1:
			stage = 1
			f.rename("", ".1")
			f.write("", line(2, "b"))
			nobody(true)
		case stage == 1 && told > 0:
			if b.CaughtUp {
				t.Error("caught up")
			}
			stage = 2
			nobody(false)
		case stage == 2 && b.CaughtUp && len(f.records) == 2:
			return errStop
		}
		return nil
	})
	if !errors.Is(err, errStop) || told != 1 {
		t.Errorf("%v; stage %d, told %d times, records %v", err, stage, told, f.said())
	}
}

// openFolder lets every user into the log's folder.
func (f *following) openFolder() {
	f.t.Helper()
	dir := filepath.Dir(f.o.Log)
	f.must(os.Chmod(dir, 0o755))
	f.must(os.Chmod(filepath.Dir(dir), 0o755))
}

// asNobody gives a function that makes the test's goroutine see files as another
// user does, and as root again.
func asNobody(t *testing.T) func(is bool) {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("not root, who alone can be another user for a while")
	}
	set := func(is bool) {
		uid := 0
		if is {
			uid = 65534
		}
		if err := syscall.Setfsuid(uid); err != nil {
			t.Error(err)
		}
	}
	runtime.LockOSThread()
	t.Cleanup(runtime.UnlockOSThread)
	return set
}

// On a first start old files that can't be read are told, and don't keep the
// live one from being followed.
func TestOldUnreadable(t *testing.T) {
	nobody := asNobody(t)
	defer nobody(false)
	f := newFollowing(t)
	f.openFolder()
	f.write(".2", line(1, "a"))
	f.write(".1", line(2, "b"))
	nobody(true)
	batches := 0
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	err := newFile(f.o, &monitor{}).run(ctx, func(b *Batch) error {
		f.records, f.problems = append(f.records, b.Records...), append(f.problems, b.Problems...)
		switch batches++; {
		case batches == 4:
			nobody(false)
			f.write("", line(3, "c"))
			f.must(os.Chmod(f.o.Log, 0o644))
			nobody(true)
		case len(f.records) > 0:
			return errStop
		}
		return nil
	})
	if said := f.said(); !errors.Is(err, errStop) || len(said) != 1 || said[0] != "c" {
		t.Errorf("what was read, and why it ended: %v, %v", said, err)
	}
	if len(f.problems) != 2 || f.problems[0].Kind != Missed || f.problems[1].Kind != Missed {
		t.Errorf("problems %v, want two files missed", f.problems)
	}
}

// followAsNobody follows until something is so, with the permissions that the test
// has then.
func (f *following) followAsNobody(so func(b *Batch) bool) error {
	f.t.Helper()
	ctx, cancel := context.WithTimeout(f.t.Context(), 20*time.Second)
	defer cancel()
	return newFile(f.o, &monitor{}).run(ctx, func(b *Batch) error {
		f.records, f.problems = append(f.records, b.Records...), append(f.problems, b.Problems...)
		if b.Position != nil {
			f.o.Position = b.Position
		}
		if so(b) {
			return errStop
		}
		return nil
	})
}

// An old file that can't be read doesn't keep the live one from being followed,
// though it may be the one that was read last.
func TestOldUnreadableOnRestart(t *testing.T) {
	nobody := asNobody(t)
	defer nobody(false)
	f := newFollowing(t)
	f.openFolder()
	f.write(".1", line(1, "old"), other(1))
	f.write("", line(2, "a"))
	f.must(os.Chmod(f.o.Log, 0o644))
	nobody(true)
	if err := f.followAsNobody(func(b *Batch) bool { return len(f.records) == 1 && b.CaughtUp }); !errors.Is(err, errStop) {
		t.Fatal(err)
	}
	f.problems = nil
	nobody(false)
	f.must(os.Truncate(f.o.Log, 0))
	f.write("", line(3, "b"), line(4, "c"))
	nobody(true)
	err := f.followAsNobody(func(*Batch) bool { return len(f.records) == 3 })
	if !errors.Is(err, errStop) {
		t.Errorf("the following ended otherwise: %v: %v", err, f.said())
	}
	if len(f.problems) != 2 || f.problems[0].Kind != Missed || f.problems[1].Kind != Missed || !strings.Contains(f.problems[1].Text, "permission denied") {
		t.Errorf("problems %v, want that one file is missed and that records are", f.problems)
	}
}

// An old file that can't be read while the log is followed is waited for, and
// passed over when that takes too long.
func TestOldUnreadableMeanwhile(t *testing.T) {
	nobody := asNobody(t)
	defer nobody(false)
	f := newFollowing(t)
	f.o.Retry = 20 * time.Millisecond
	f.openFolder()
	f.write("", line(1, "a"))
	f.must(os.Chmod(f.o.Log, 0o644))
	nobody(true)
	rotated := false
	err := f.followAsNobody(func(*Batch) bool {
		if len(f.records) == 1 && !rotated {
			rotated = true
			nobody(false)
			f.rename("", ".2")
			f.write(".1", line(2, "b"))
			f.write("", line(3, "c"))
			f.must(os.Chmod(f.o.Log, 0o644))
			nobody(true)
		}
		return len(f.records) == 2
	})
	if said := f.said(); !errors.Is(err, errStop) || said[1] != "c" {
		t.Errorf("the following ended otherwise: %v: %v", err, said)
	}
	if n := len(f.problems); n != 2 || f.problems[0].Kind != Unreadable || f.problems[1].Kind != Missed {
		t.Errorf("problems %v, want one file that can't be read, and is missed", f.problems)
	}
}
