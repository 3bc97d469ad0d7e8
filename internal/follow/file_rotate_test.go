package follow

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"
)

// A log that is compressed, or copied and removed, while it is open is read once,
// wherever its writer is by then.
func TestOpenFileMoves(t *testing.T) {
	for name, test := range map[string]struct {
		older bool
		move  func(f *following)
	}{
		"compressed":                      {false, func(f *following) { packAs(f, ".1") }},
		"compressed, beside an older one": {true, func(f *following) { packAs(f, ".1") }},
		"compressed, with its partial line": {false, func(f *following) {
			f.write("", strings.TrimSuffix(line(3, "c"), "\n"))
			packAs(f, ".1")
		}},
		"copied and removed": {true, func(f *following) {
			f.write("~", string(readFile(f.t, f.o.Log)), line(3, "c"))
			f.rename("~", ".1")
			f.remove("")
		}},
		"copied over": {true, func(f *following) {
			f.write("~", string(readFile(f.t, f.o.Log)), line(3, "c"))
			f.rename("~", "")
		}},
	} {
		t.Run(name, func(t *testing.T) {
			f, want := newFollowing(t), []string{"a", "b"}
			if test.older {
				f.write(".2", line(1, "a"))
				f.write("", line(2, "b"))
			} else {
				f.write("", line(1, "a"), line(2, "b"))
			}
			f.start()
			f.expect(want...)
			test.move(f)
			if strings.Contains(name, "comp") && !strings.Contains(name, "partial") {
				f.until("there is nothing new", func() bool { return f.last.CaughtUp })
			} else {
				want = append(want, "c")
			}
			f.write("", line(4, "d"))
			f.expect(append(want, "d")...)
			f.calm()
			if f.again {
				t.Error("something counts as given again")
			}
		})
	}
}

// packAs does what logrotate does with the live log: it is renamed, and
// compressed under that name.
func packAs(f *following, to string) {
	f.write("~new", "")
	pack(f.t, f.path(""), f.path("~"))
	f.rename("~", to+".gz")
	f.rename("~new", "")
}

// Of a log that is gone, and wasn't copied as far as it was read, what comes may
// have come before.
func TestCopyThatLacks(t *testing.T) {
	f := newFollowing(t)
	f.write("", line(1, "a"), line(2, "b"))
	f.start()
	f.expect("a", "b")
	f.must(os.WriteFile(f.path("~"), []byte(line(1, "a")), 0o600))
	f.remove("")
	f.rename("~", ".1")
	f.write("", line(3, "c"))
	f.expectProblem(Missed)
	f.until("the last came", func() bool { return f.said()[len(f.said())-1] == "c" })
	if !f.again {
		t.Error("nothing counts as given again")
	}
}

// A first start between the two steps of copytruncate reads the log once.
func TestStartWithinCopyTruncate(t *testing.T) {
	f := newFollowing(t)
	f.write(".1", line(1, "a"), line(2, "b"))
	f.write("", line(1, "a"), line(2, "b"))
	f.start()
	f.expect("a", "b")
	f.must(os.Truncate(f.o.Log, 0))
	f.write("", line(3, "c"))
	f.expect("a", "b", "c")
	f.calm()
}

// A compressed file that was renamed after it was listed, to whose name the next one
// is just being compressed.
func TestPackedMoves(t *testing.T) {
	for _, begun := range []string{"", "\x1f\x8b\x08\x00\x00"} {
		f := newFollowing(t)
		f.write("", line(1, "a"))
		pack(t, f.path(""), f.path(".1.gz"))
		listed, err := listLog(f.o.Log)
		f.must(err)
		f.rename(".1.gz", ".2.gz")
		f.write(".1.gz", begun)
		if s, err := openSegment(listed[0]); !errors.Is(err, errMoved) {
			t.Errorf("%d bytes of the next: %+v, %v; want %v", len(begun), s, err, errMoved)
		}
	}
}

// A file that was compressed and removed after it was chosen, and whose inode a copy
// has by now that has nothing yet.
func TestInodeOfAnother(t *testing.T) {
	f := newFollowing(t)
	f.write(".1", line(1, "a"))
	f.write("", line(2, "b"))
	chosen := newFile(f.o, &monitor{})
	if got := chosen.step(time.Now()); got != more || chosen.cur.path != f.path(".1") {
		t.Fatalf("state %d, chose %+v", got, chosen.cur)
	}
	f.write(".2", line(1, "a"))
	f.must(os.Truncate(f.path(".1"), 0))
	f.run(chosen)
	f.expect("a", "b")
	f.calm()
}

// A copy that had nothing yet when the log was chosen before it, and the log cut
// before its first text was read.
func TestCopyBegunWhenChosen(t *testing.T) {
	f := newFollowing(t)
	f.write("", line(1, "a"))
	f.write(".1")
	chosen := newFile(f.o, &monitor{})
	if got := chosen.step(time.Now()); got != more || chosen.cur.path != f.o.Log {
		t.Fatalf("state %d, chose %+v", got, chosen.cur)
	}
	f.write(".1", line(1, "a"))
	f.must(os.Truncate(f.o.Log, 0))
	f.write("", line(2, "b"))
	f.run(chosen)
	f.expect("a", "b")
	f.calm()
}

// A copy that is whole, and a log that is cut, only after both were listed.
func TestCopyEndsAfterListing(t *testing.T) {
	f := newFollowing(t)
	a, b := line(1, "a"), line(2, "b")
	f.write("", a, b)
	f.write(".1", a)
	listed, err := listLog(f.o.Log)
	f.must(err)
	var read segment
	read.rotated = listed[1]
	read.add([]byte(a + b))
	f.write(".1", b)
	f.must(os.Truncate(f.o.Log, 0))
	s, err := search(listed, read.position())
	if err != nil || s == nil || s.path != f.path(".1") {
		t.Fatalf("%+v, %v; want the copy", s, err)
	}
	s.close()
}

// The first record behind a line too long that ends its file is taken.
func TestLongLineAtEnd(t *testing.T) {
	f := newFollowing(t)
	f.write("", line(1, "a"))
	f.start()
	f.expect("a")
	f.write("", strings.Repeat("x", maxLine+100))
	f.expectProblem(LongLine)
	f.until("it was passed over", func() bool { return f.last.CaughtUp })
	f.rename("", ".1")
	f.write("", line(2, "b"), line(3, "c"))
	f.expect("a", "b", "c")
	f.calm()
}

// A log that was cut is read from its beginning, whatever files came beside it
// since it was begun.
func TestTruncatedBesideOthers(t *testing.T) {
	f := newFollowing(t)
	f.write("", line(1, "a"), line(2, "b"))
	f.start()
	f.expect("a", "b")
	f.write(".9", line(0, "old"))
	f.must(os.Truncate(f.o.Log, 0))
	f.write("", line(3, "c"))
	f.expectProblem(Truncated)
	f.expect("a", "b", "c")
	f.calm()
}

// A file that is just being compressed is waited for; one that lies beside what was
// made of it is read once.
func TestCompressing(t *testing.T) {
	begun := func(t *testing.T) (f *following, packed []byte) {
		t.Helper()
		f = newFollowing(t)
		f.write("~", line(2, "b"), strings.Repeat(other(2), 1000))
		f.write(".1", string(readFile(t, f.path("~"))))
		pack(t, f.path("~"), f.path(".1.gz"))
		f.write(".2", line(1, "a"))
		f.write("", line(3, "c"))
		return f, readFile(t, f.path(".1.gz"))
	}
	t.Run("ends", func(t *testing.T) {
		f, packed := begun(t)
		f.must(os.Truncate(f.path(".1.gz"), 40))
		f.start()
		f.until("what is before it came", func() bool { return len(f.records) == 1 })
		f.write(".1.gz", string(packed[40:]))
		f.remove(".1")
		f.expect("a", "b", "c")
		f.calm()
	})
	t.Run("is kept", func(t *testing.T) {
		f, _ := begun(t)
		f.o.Retry = 5 * time.Millisecond
		f.start()
		f.expect("a", "b", "c")
		f.calm()
	})
}

// Files that are renamed all the time are looked at when something changes, not as
// fast as can be, and are no problem to tell.
func TestMovedWaits(t *testing.T) {
	for _, err := range []error{errMoved, errRotating, errPacking} {
		f := newFile(quick(""), &monitor{})
		if got := f.unreadable(err); got != stuck || len(f.batch.Problems) > 0 {
			t.Errorf("%v: state %d, problems %v", err, got, f.batch.Problems)
		}
	}
}

// TestPutAside: where somebody puts the log that is read aside under a date, the
// numbered ones, which then count as newer, come again, and are said to.
func TestPutAside(t *testing.T) {
	for _, stopped := range []bool{false, true} {
		f := newFollowing(t)
		f.write(".2", line(1, "a"))
		f.write(".1", line(2, "b"))
		f.write("", line(3, "c"))
		f.start()
		f.expect("a", "b", "c")
		if f.again {
			t.Fatal("the first reading counts as given again")
		}
		if stopped {
			f.stop()
		}
		f.rename("", "-20261123")
		f.write("", line(4, "d"))
		if stopped {
			f.start()
		}
		f.expect("a", "b", "c", "a", "b", "d")
		if !f.again {
			t.Errorf("stopped %t: what comes again isn't said to", stopped)
		}
	}
}
