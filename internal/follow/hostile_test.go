package follow

import (
	"os"
	"runtime"
	"strings"
	"testing"
)

// A line that is too long is passed over, in bounded memory, wherever the
// service was stopped in it; what comes behind it is read.
func TestLongLine(t *testing.T) {
	f := newFollowing(t)
	f.write("", line(1, "a"))
	f.start()
	f.expect("a")
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	long := strings.Repeat("x", maxLine)
	for range 20 {
		f.write("", long)
	}
	f.expectProblem(LongLine)
	f.until("it was passed over", func() bool { return f.last.CaughtUp })
	runtime.GC() // what counts is what is kept
	runtime.ReadMemStats(&after)
	if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 8<<20 {
		t.Errorf("memory grew by %d bytes", grown)
	}
	f.stop()
	f.write("", long, "\n", line(2, "b"))
	f.start()
	f.expectProblem(LongLine)
	f.expect("a", "b")
	f.stop()
	f.write("", line(3, "c"))
	f.start()
	f.expect("a", "b", "c")
	f.calm()
}

// NULs that a file system leaves where the host lost power hide no record, however
// many they are.
func TestNULs(t *testing.T) {
	for _, n := range []int{1, 100, 3 * maxLine} {
		f := newFollowing(t)
		nuls := strings.Repeat("\x00", n)
		f.write("", line(1, "a"), line(2, "b")[:200], nuls, line(3, "c"), nuls, line(4, "d"))
		f.start()
		f.expect("a", "b", "c", "d")
		f.calm()
	}
}

// What takes the live log's place and is no file is told, once, and does no
// harm; the log is followed when it is back.
func TestNoFile(t *testing.T) {
	for name, put := range map[string]func(path string) error{
		"directory":     func(path string) error { return os.Mkdir(path, 0o700) },
		"link to it":    func(path string) error { return os.Symlink(path, path) },
		"link to a dir": func(path string) error { return os.Symlink("/", path) },
		"device":        func(path string) error { return os.Symlink("/dev/zero", path) },
	} {
		t.Run(name, func(t *testing.T) { followPast(t, put) })
	}
}

func followPast(t *testing.T, put func(path string) error) {
	f := newFollowing(t)
	f.write("", line(1, "a"))
	f.start()
	f.expect("a")
	f.rename("", ".1")
	f.must(put(f.path("")))
	f.expectProblem(Unreadable)
	for range 3 {
		f.until("a batch", func() bool { return true })
		if f.last.CaughtUp {
			t.Error("caught up, though the log can't be read")
		}
	}
	f.write(".1", line(2, "b"))
	f.until("the rest of the old file came", func() bool { return len(f.records) == 2 })
	f.stop()
	f.start()
	f.expectProblem(Unreadable)
	f.remove("")
	f.write("", line(3, "c"))
	f.expect("a", "b", "c")
	f.calm()
}

// A symbolic link to a log is one.
func TestLink(t *testing.T) {
	f := newFollowing(t)
	f.write(".real", line(1, "a"))
	f.must(os.Symlink("audit.log.real", f.path("")))
	f.start()
	f.expect("a")
	f.write(".real", line(2, "b"))
	f.expect("a", "b")
	f.calm()
}

// A folder that is gone for a while loses nothing.
func TestFolderGone(t *testing.T) {
	f := newFollowing(t)
	dir := f.o.Log
	f.o.Log += "/audit.log"
	f.must(os.Mkdir(dir, 0o700))
	f.write("", line(1, "a"))
	f.start()
	f.expect("a")
	f.must(os.Rename(dir, dir+".away"))
	f.until("a batch", func() bool { return true })
	f.stop()
	f.start()
	f.expectProblem(Unreadable)
	f.must(os.Rename(dir+".away", dir))
	f.write("", line(2, "b"))
	f.expect("a", "b")
	f.calm()
}

// A compressed rotation that is damaged is told; all others are read.
func TestDamaged(t *testing.T) {
	f := newFollowing(t)
	f.write(".x", strings.Repeat(line(1, "a"), 3), strings.Repeat(other(2), 100_000))
	pack(t, f.path(".x"), f.path(".3.gz"))
	info, err := os.Stat(f.path(".3.gz"))
	f.must(err)
	f.must(os.Truncate(f.path(".3.gz"), info.Size()-1000))
	f.write(".2.gz", "\x1f\x8bno gzip at all")
	f.write(".1.gz", "")
	f.write("", line(3, "b"))
	f.start()
	f.expect("a", "a", "a", "b")
	if len(f.problems) != 2 || f.problems[0].Kind != Missed || f.problems[1].Kind != Missed {
		t.Errorf("problems %v, want two files missed", f.problems)
	}
}
