//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package kaudit_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/virtaudit/virtaudit/kaudit"
	"github.com/virtaudit/virtaudit/record"
)

func openLog(t *testing.T, path string, o kaudit.FileOptions) *kaudit.File {
	t.Helper()
	f, err := kaudit.OpenFile(t.Context(), path, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.Close(); err != nil && !errors.Is(err, os.ErrClosed) {
			t.Error(err)
		}
	})
	return f
}

func sendTimes(t *testing.T, s kaudit.Sender, n int) {
	t.Helper()
	for range n {
		if err := s.Send(t.Context(), rng(record.Success)); err != nil {
			t.Fatal(err)
		}
	}
}

func readFile(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// The numbers go on where the file ends, whoever opens it.
func TestFileReopened(t *testing.T) {
	path := filepath.Join(t.TempDir(), "audit.log")
	for range 3 {
		f := openLog(t, path, kaudit.FileOptions{SyncEvery: 2})
		sendTimes(t, f, 3)
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(readLog(t, readFile(t, path), true)); n != 9 {
		t.Errorf("%d records, want 9", n)
	}
	if info, err := os.Stat(path); err != nil || info.Mode() != 0o600 {
		t.Errorf("%v, %v; want mode 0600", info.Mode(), err)
	}
}

// A log with a kernel's numbers is gone on with, and one without any begins.
func TestFileFirstNumber(t *testing.T) {
	const (
		old    = "type=VIRT_CONTROL msg=audit(1363099126.643:31): pid=1 uid=0 auid=0 ses=0 msg='virt=kvm op=stop'\n"
		daemon = "type=DAEMON_END msg=audit(1363099126.643:17): op=terminate auid=0 pid=1 res=success\n"
		large  = "type=VIRT_CONTROL msg=audit(1363099126.643:1763873126643000): pid=1 uid=0 auid=0 ses=0 msg='virt=kvm op=stop'\n"
	)
	for name, tc := range map[string]struct {
		text string
		next uint64 // 0: the time
	}{
		"a log":            {old, 32},
		"a foreign end":    {old + "not a record\n\n", 32},
		"a cut line":       {old + "type=VIRT_CONTROL msg=audit(1363099126.643:99): pid=1", 32},
		"auditd's number":  {old + daemon, 32},
		"no kernel's":      {old + large, 32},
		"only auditd's":    {daemon, 0},
		"a long foreign":   {old + strings.Repeat("x", 100<<10) + "\n", 0},
		"nothing":          {"", 0},
		"no whole line":    {"type=VIRT_CONTROL msg=audit(1363099126.643:99): pid=1", 0},
		"nothing but text": {"hello\n", 0},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "audit.log")
			if err := os.WriteFile(path, []byte(tc.text), 0o600); err != nil {
				t.Fatal(err)
			}
			before := timeSerial()
			sendTimes(t, openLog(t, path, kaudit.FileOptions{}), 1)
			text := string(readFile(t, path))
			if !strings.HasPrefix(text, tc.text) || strings.Contains(strings.TrimPrefix(text, tc.text), "\n\n") {
				t.Errorf("the file was %q and is %q", tc.text, text)
			}
			line := text[strings.LastIndex(strings.TrimSuffix(text, "\n"), "\n")+1:]
			var r record.Record
			if err := r.Parse([]byte(strings.TrimSuffix(line, "\n"))); err != nil || string(r.AppendMessage(nil)) != rngText {
				t.Fatalf("%q: %v", line, err)
			}
			if n := r.Stamp.Serial; tc.next != 0 && n != tc.next || tc.next == 0 && (n < before || n > before+1000) {
				t.Errorf("serial number %d, want %d, or from %d on if that is 0", n, tc.next, before)
			}
		})
	}
}

// timeSerial is the number with which a log begins now.
func timeSerial() uint64 {
	origin := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	return uint64(8 * time.Since(origin).Seconds())
}

// A new file goes on behind the one that was rotated away, if that can be seen
// and had higher numbers than the time's.
func TestFileBehindRotated(t *testing.T) {
	const high = 4_000_000_000
	line := fmt.Sprintf("type=VIRT_CONTROL msg=audit(1363099126.643:%d): pid=1 uid=0 auid=0 ses=0 msg='virt=kvm op=stop'\n", high)
	for name, tc := range map[string]struct {
		rotated string
		now     string // what the file has; missing: it isn't there
		next    uint64 // 0: the time's
	}{
		"no file yet":          {line, "missing", high + 1},
		"an empty file":        {line, "", high + 1},
		"a file without lines": {line, "hello\n", high + 1},
		"a long one":           {strings.Repeat(line, 1000), "", high + 1},
		"lower numbers":        {strings.Replace(line, "4000000000", "31", 1), "", 0},
		"compressed":           {"\x1f\x8b\x08\x00" + strings.Repeat("\x00\n", 1000), "", 0},
		"numbers of its own":   {line, strings.Replace(line, "4000000000", "31", 1), 32},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "audit.log")
			err := os.WriteFile(path+".1", []byte(tc.rotated), 0o600)
			if tc.now != "missing" {
				err = errors.Join(err, os.WriteFile(path, []byte(tc.now), 0o600))
			}
			if err != nil {
				t.Fatal(err)
			}
			before := timeSerial()
			sendTimes(t, openLog(t, path, kaudit.FileOptions{}), 2)
			lines := strings.Split(strings.TrimSpace(string(readFile(t, path))), "\n")
			var first, second record.Record
			if err := errors.Join(first.Parse([]byte(lines[len(lines)-2])), second.Parse([]byte(lines[len(lines)-1]))); err != nil {
				t.Fatal(err)
			}
			n := first.Stamp.Serial
			if tc.next != 0 && n != tc.next || tc.next == 0 && (n < before || n > before+1000) {
				t.Errorf("serial number %d, want %d, or from %d on if that is 0", n, tc.next, before)
			}
			if second.Stamp.Serial != n+1 {
				t.Errorf("then serial number %d follows %d", second.Stamp.Serial, n)
			}
		})
	}
}

// What has the rotated file's name and is no file is left alone: to open a pipe
// would wait for who writes to it.
func TestFileBehindPipe(t *testing.T) {
	path := filepath.Join(t.TempDir(), "audit.log")
	if err := syscall.Mkfifo(path+".1", 0o600); err != nil {
		t.Fatal(err)
	}
	sendTimes(t, openLog(t, path, kaudit.FileOptions{}), 1)
	if n := len(readLog(t, readFile(t, path), true)); n != 1 {
		t.Errorf("%d records, want 1", n)
	}
}

// Where there is nothing to sync a message is sent all the same.
func TestFileUnsynced(t *testing.T) {
	for _, path := range []string{os.DevNull, filepath.Join(t.TempDir(), "pipe")} {
		if path != os.DevNull {
			if err := syscall.Mkfifo(path, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		for _, every := range []int{0, 1} {
			f := openLog(t, path, kaudit.FileOptions{SyncEvery: every})
			sendTimes(t, f, 2)
			if err := f.Close(); err != nil {
				t.Error(err)
			}
		}
	}
}

// What is sent after a rotation goes to the new file, with higher numbers.
func TestFileRotated(t *testing.T) {
	for name, rotate := range map[string]func(path string) error{
		"renamed":   func(path string) error { return os.Rename(path, path+".1") },
		"removed":   os.Remove,
		"truncated": func(path string) error { return os.Truncate(path, 0) },
		"replaced": func(path string) error {
			return errors.Join(os.Rename(path, path+".1"), os.WriteFile(path, nil, 0o640))
		},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "audit.log")
			f, other := openLog(t, path, kaudit.FileOptions{SyncEvery: 1}), openLog(t, path, kaudit.FileOptions{})
			sendTimes(t, f, 2)
			sendTimes(t, other, 1)
			last := readLog(t, readFile(t, path), true)[2].Stamp.Serial
			if err := rotate(path); err != nil {
				t.Fatal(err)
			}
			sendTimes(t, other, 1)
			sendTimes(t, f, 1)
			sendTimes(t, openLog(t, path, kaudit.FileOptions{}), 1)
			after := readLog(t, readFile(t, path), true)
			if len(after) != 3 || after[0].Stamp.Serial <= last {
				t.Errorf("%d records, the first with number %v, after number %d", len(after), after[0].Stamp, last)
			}
		})
	}
}

// Several writers of a file, as several processes are, don't mix up lines or
// numbers, while the file is rotated.
func TestFileShared(t *testing.T) {
	path := filepath.Join(t.TempDir(), "audit.log")
	const writers, each = 4, 60
	var all sync.WaitGroup
	for range writers {
		f := openLog(t, path, kaudit.FileOptions{})
		all.Go(func() { sendTimes(t, f, each) })
	}
	other := openLog(t, path, kaudit.FileOptions{})
	sendTimes(t, other, 1)
	for i := range 3 {
		time.Sleep(3 * time.Millisecond)
		rotated := func(n int) string { return fmt.Sprintf("%s.%d", path, n) }
		for n := i; n > 0; n-- {
			if err := os.Rename(rotated(n), rotated(n+1)); err != nil {
				t.Error(err)
			}
		}
		if err := os.Rename(path, rotated(1)); err != nil {
			t.Error(err)
		}
		sendTimes(t, other, 1) // who also makes the new file, should the writers be done
	}
	all.Wait()
	var log []byte
	for _, name := range []string{".3", ".2", ".1", ""} {
		if b, err := os.ReadFile(path + name); err == nil {
			log = append(log, b...)
		}
	}
	if n := len(readLog(t, log, false)); n != writers*each+4 {
		t.Errorf("%d records, want %d", n, writers*each+4)
	}
}

// openHeld opens a file and locks it, as another process would.
func openHeld(t *testing.T, path string) *os.File {
	t.Helper()
	holder, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { holder.Close() })
	if err := syscall.Flock(int(holder.Fd()), syscall.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	return holder
}

// A file that another process has locked is waited for as long as the context
// says.
func TestFileLocked(t *testing.T) {
	path := filepath.Join(t.TempDir(), "audit.log")
	f := openLog(t, path, kaudit.FileOptions{})
	fd := int(openHeld(t, path).Fd())
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if _, err := kaudit.OpenFile(ctx, path, kaudit.FileOptions{}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("opened: error %v, want the context's", err)
	}
	ctx, cancel = context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if err := f.Send(ctx, rng(record.Success)); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v, want the context's", err)
	}
	time.AfterFunc(10*time.Millisecond, func() { _ = syscall.Flock(fd, syscall.LOCK_UN) })
	sendTimes(t, f, 1)
	if n := len(readLog(t, readFile(t, path), true)); n != 1 {
		t.Errorf("%d records, want 1", n)
	}
}

// A context that has ended lets nothing be written, nor a file be made.
func TestFileContext(t *testing.T) {
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	path := filepath.Join(t.TempDir(), "audit.log")
	if _, err := kaudit.OpenFile(ended, path, kaudit.FileOptions{}); !errors.Is(err, context.Canceled) {
		t.Errorf("opened: error %v, want the context's", err)
	}
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the file was made: %v", err)
	}
	f := openLog(t, path, kaudit.FileOptions{})
	for range 100 {
		if err := f.Send(ended, rng(record.Success)); !errors.Is(err, context.Canceled) {
			t.Fatalf("error %v, want the context's", err)
		}
	}
	if b := readFile(t, path); len(b) != 0 {
		t.Errorf("%q was written", b)
	}
}

func TestFileRefuses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "audit.log")
	if _, err := kaudit.OpenFile(t.Context(), filepath.Join(path, "none"), kaudit.FileOptions{}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("error %v, want that of a folder which isn't there", err)
	}
	f := openLog(t, path, kaudit.FileOptions{Mode: 0o640})
	if err := f.Send(t.Context(), rng(record.Unknown)); !errors.Is(err, kaudit.ErrInvalid) {
		t.Errorf("error %v, want that of a message without result", err)
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
	if err := f.Send(t.Context(), rng(record.Success)); !errors.Is(err, os.ErrClosed) {
		t.Errorf("error %v, want that of a closed file", err)
	}
	if len(readFile(t, path)) != 0 {
		t.Error("something was written")
	}
}
