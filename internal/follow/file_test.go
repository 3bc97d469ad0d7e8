package follow

import (
	"compress/gzip"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// The history comes from the oldest file on, then what is added, and a restart
// goes on behind what came.
func TestHistory(t *testing.T) {
	f := newFollowing(t)
	f.write("-20231101", line(1, "a"))
	f.write(".3", "")
	f.write(".2", other(2), line(2, "b"))
	f.write(".1", line(3, "c"), other(3))
	f.write("", line(4, "d"))
	f.write(".old", line(9, "x"))
	f.start()
	f.expect("a", "b", "c", "d")
	f.write("", line(5, "e"), other(5))
	f.expect("a", "b", "c", "d", "e")
	f.stop()
	f.write("", line(6, "f"))
	f.start()
	f.expect("a", "b", "c", "d", "e", "f")
	if f.again {
		t.Error("something counts as given again")
	}
	f.calm()
}

// A log that isn't there yet, nor its folder, is followed when it comes.
func TestLogToCome(t *testing.T) {
	f := newFollowing(t)
	f.o.Log = f.o.Log + ".d/audit.log"
	f.start()
	f.until("there is nothing", func() bool { return f.last.CaughtUp && f.last.Position == nil })
	f.must(os.Mkdir(strings.TrimSuffix(f.o.Log, "/audit.log"), 0o700))
	f.write("", "")
	f.write("", line(1, "a"))
	f.expect("a")
	f.calm()
}

// Without a position, records that were taken by another way may come again: until
// the end of what is there, and no longer.
func TestAgainWithoutPosition(t *testing.T) {
	f := newFollowing(t)
	f.write("", line(1, "a"))
	f.o.Again = true
	f.start()
	f.expect("a")
	f.calm()
	if !f.again {
		t.Error("they are given as new")
	}
	f.again = false
	f.write("", line(2, "b"))
	f.expect("a", "b")
	if f.again {
		t.Error("a new one isn't given as new")
	}
}

// The file of the position is found under another name, compressed too, though
// its inode is another file's now.
func TestRestartAfterRotation(t *testing.T) {
	f := newFollowing(t)
	f.write("", strings.Repeat(other(1), 50), line(1, "a"), line(2, "b")[:50])
	f.start()
	f.expect("a")
	f.stop()
	f.write("", line(2, "b")[50:], line(3, "c"))
	pack(t, f.path(""), f.path(".2.gz"))
	f.write(".1", line(4, "d"))
	f.write("", line(5, "e"))
	f.start()
	f.expect("a", "b", "c", "d", "e")
	f.calm()
}

// pack compresses a file and removes it.
func pack(t *testing.T, from, to string) {
	t.Helper()
	text := readFile(t, from)
	file, err := os.Create(to)
	if err != nil {
		t.Fatal(err)
	}
	z := gzip.NewWriter(file)
	_, err = z.Write(text)
	if err := errors.Join(err, z.Close(), file.Close(), os.Remove(from)); err != nil {
		t.Fatal(err)
	}
}

// What was rotated away before it was read is told, with its time.
func TestRotatedAway(t *testing.T) {
	f := newFollowing(t)
	f.write("", line(1, "a"), other(2))
	f.start()
	f.expect("a")
	f.stop()
	f.remove("")
	f.write(".1", other(7), line(8, "b"))
	f.write("", line(9, "c"))
	f.start()
	p := f.expectProblem(Missed)
	if !p.From.Equal(at(2)) || !p.To.Equal(at(7)) || !p.Loses() {
		t.Errorf("missed from %v to %v, want %v to %v", p.From, p.To, at(2), at(7))
	}
	f.expect("a", "b", "c")
	f.calm()
}

// The same while it is followed, too slowly.
func TestRotatedAwayMeanwhile(t *testing.T) {
	f := newFollowing(t)
	f.write(".1", other(0))
	f.write("", line(1, "a"))
	f.start()
	f.expect("a")
	f.remove(".1")
	f.remove("")
	f.write(".1", line(8, "b"))
	f.write("", line(9, "c"))
	p := f.expectProblem(Missed)
	if !p.From.Equal(at(1)) || !p.To.Equal(at(8)) {
		t.Errorf("missed from %v to %v, want %v to %v", p.From, p.To, at(1), at(8))
	}
	f.expect("a", "b", "c")
	f.calm()
}

// A log that another one was put in the place of is told, and the ones before
// aren't read again.
func TestReplaced(t *testing.T) {
	f := newFollowing(t)
	f.write(".1", line(1, "a"))
	f.write("", line(2, "b"))
	f.start()
	f.expect("a", "b")
	f.write(".new", line(3, "c"))
	f.rename(".new", "")
	f.expectProblem(Replaced)
	f.expect("a", "b", "c")
	f.calm()
}

// A log that was cut is read from its beginning; what comes may have been there
// before.
func TestTruncated(t *testing.T) {
	f := newFollowing(t)
	f.write("", line(1, "a"), line(2, "b"))
	f.start()
	f.expect("a", "b")
	f.must(os.Truncate(f.path(""), int64(len(line(1, "a")))))
	p := f.expectProblem(Truncated)
	if !p.From.Equal(at(2)) {
		t.Errorf("truncated behind %v, want %v", p.From, at(2))
	}
	f.expect("a", "b", "a")
	if !f.again {
		t.Error("nothing counts as given again")
	}
	f.write("", line(3, "c"))
	f.expect("a", "b", "a", "c")
	if f.last.Again {
		t.Error("what came later counts as given again")
	}
	f.calm()
}

// A stop doesn't end that records may have come before.
func TestAgainAfterRestart(t *testing.T) {
	f := newFollowing(t)
	f.o.Position = []byte(`{"v":2}`)
	f.write("", strings.Repeat(line(1, "a"), 3*maxRecords))
	f.start()
	f.until("some came", func() bool { return len(f.records) > 0 })
	f.stop()
	f.again = false
	f.start()
	f.until("all came", func() bool { return f.last.CaughtUp })
	if !f.again || len(f.records) != 3*maxRecords {
		t.Errorf("again %t, %d records", f.again, len(f.records))
	}
	f.stop()
	f.again = false
	f.write("", line(2, "b"))
	f.start()
	f.until("the last came", func() bool { return len(f.records) > 3*maxRecords })
	if f.again {
		t.Error("a new one counts as given again")
	}
}

// A log that was written anew, and is longer than it was, is noticed.
func TestWrittenAnew(t *testing.T) {
	f := newFollowing(t)
	f.write("", line(1, "a"))
	f.start()
	f.expect("a")
	f.must(os.WriteFile(f.path(""), []byte(line(5, "b")+line(6, "c")), 0o600))
	f.until("it was told", func() bool { return len(f.problems) > 0 })
	if k := f.problems[0].Kind; len(f.problems) != 1 || k != Replaced && k != Truncated {
		t.Errorf("problems %v", f.problems)
	}
	f.expect("a", "b", "c")
}

// With copytruncate, the copy has what wasn't read, while the service was down
// and while it runs.
func TestCopyTruncate(t *testing.T) {
	f := newFollowing(t)
	copyTruncate := func(to string) {
		f.must(os.WriteFile(f.path(to), readFile(t, f.path("")), 0o600))
		f.must(os.Truncate(f.path(""), 0))
	}
	f.write("", line(1, "a"))
	f.start()
	f.expect("a")
	f.stop()
	f.write("", line(2, "b"))
	copyTruncate(".2")
	f.write("", line(3, "c"))
	f.start()
	f.expect("a", "b", "c")
	f.write("", line(4, "d"))
	copyTruncate(".1")
	f.write("", line(5, "e"))
	f.expect("a", "b", "c", "d", "e")
	f.calm()
}

// A line counts when it is whole, or when the writer has left its file.
func TestPartialLine(t *testing.T) {
	f := newFollowing(t)
	f.write("", line(1, "a"), strings.TrimSuffix(line(2, "b"), "\n"))
	f.start()
	f.expect("a")
	f.write("", "\n", strings.TrimSuffix(line(3, "c"), "\n"))
	f.expect("a", "b")
	f.rename("", ".1")
	f.write("", line(4, "d"))
	f.expect("a", "b", "c", "d")
	f.calm()
}

// What comes shortly after another comes with it; and what never stops comes all
// the same.
func TestHold(t *testing.T) {
	f := newFollowing(t)
	f.o.Hold, f.o.Poll = 100*time.Millisecond, 10*time.Second
	f.write("", other(0))
	f.start()
	for together := false; !together; { // a slow machine may not write them in time
		begun, n := time.Now(), len(f.records)
		f.write("", line(1, "a"))
		time.Sleep(10 * time.Millisecond)
		f.write("", line(1, "b"))
		together = time.Since(begun) < f.o.Hold
		f.until("they came", func() bool { return len(f.records) == n+2 })
		if n := len(f.last.Records); together && n != 2 {
			t.Errorf("a batch of %d", n)
		}
	}
	came, ended := make(chan bool), make(chan bool)
	go func() {
		defer close(ended)
		for n := 2; ; n++ {
			select {
			case <-came:
				return
			case <-t.Context().Done():
				return
			default:
				f.write("", line(n, "c"))
				time.Sleep(10 * time.Millisecond)
			}
		}
	}()
	f.until("some of what is written all the time came", func() bool { return len(f.last.Records) > 0 })
	close(came)
	<-ended
}

// A full batch isn't held, and has no more than is said.
func TestFullBatches(t *testing.T) {
	f := newFollowing(t)
	f.o.Hold = time.Hour
	f.write("", strings.Repeat(line(1, "a"), 10000))
	f.start()
	f.until("most came", func() bool {
		if n := len(f.last.Records); n > maxRecords {
			t.Fatalf("a batch of %d records", n)
		}
		return len(f.records) > 8000
	})
	if f.last.CaughtUp {
		t.Error("caught up, though there is more")
	}
}

// A position that can't be read isn't the end of it.
func TestForeignPosition(t *testing.T) {
	f := newFollowing(t)
	f.o.Position = []byte(`{"v":2}`)
	f.write("", line(1, "a"))
	f.start()
	f.expect("a")
	if !f.again || len(f.problems) != 1 || f.problems[0].Kind != Replaced {
		t.Errorf("again %t, problems %v", f.again, f.problems)
	}
}

// A clock that was set back is told.
func TestClockBack(t *testing.T) {
	f := newFollowing(t)
	back := strings.Replace(line(102, "b"), "audit(1700000102", "audit(1700000002", 1)
	f.write("", line(1, "a"), line(101, "a"), back, line(103, "c"))
	f.start()
	f.expect("a", "a", "b", "c")
	p := f.expectedOne(ClockBack)
	if !p.From.Equal(at(101)) || !p.To.Equal(at(2)) || p.Loses() {
		t.Errorf("the clock was set back: %+v", p)
	}
}

func (f *following) expectedOne(kind ProblemKind) Problem {
	f.t.Helper()
	i := slices.IndexFunc(f.problems, func(p Problem) bool { return p.Kind == kind })
	if i < 0 || len(f.problems) > 1 {
		f.t.Fatalf("problems %v, want one: %s", f.problems, kind)
	}
	return f.problems[i]
}
