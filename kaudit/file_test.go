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
	f, err := kaudit.OpenFile(path, o)
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
	const old = "type=VIRT_CONTROL msg=audit(1363099126.643:31): pid=1 uid=0 auid=0 ses=0 msg='virt=kvm op=stop'\n"
	for name, tc := range map[string]struct {
		text string
		next uint64 // 0: the time
	}{
		"a log":            {old, 32},
		"a foreign end":    {old + "not a record\n\n", 32},
		"a cut line":       {old + "type=VIRT_CONTROL msg=audit(1363099126.643:99): pid=1", 32},
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
			before := time.Now()
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
			if n := r.Stamp.Serial; tc.next != 0 && n != tc.next || tc.next == 0 && n < uint64(before.UnixMicro()) {
				t.Errorf("serial number %d, want %d", n, tc.next)
			}
		})
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
	for i := range 3 {
		time.Sleep(3 * time.Millisecond)
		if err := os.Rename(path, fmt.Sprintf("%s.%d", path, 3-i)); err != nil && !os.IsNotExist(err) {
			t.Error(err)
		}
	}
	all.Wait()
	var log []byte
	for _, name := range []string{".3", ".2", ".1", ""} {
		if b, err := os.ReadFile(path + name); err == nil {
			log = append(log, b...)
		}
	}
	if n := len(readLog(t, log, false)); n != writers*each {
		t.Errorf("%d records, want %d", n, writers*each)
	}
}

// A file that another process has locked is waited for as long as the context
// says.
func TestFileLocked(t *testing.T) {
	path := filepath.Join(t.TempDir(), "audit.log")
	f := openLog(t, path, kaudit.FileOptions{})
	holder, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer holder.Close()
	fd := int(holder.Fd())
	if err := syscall.Flock(fd, syscall.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
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

func TestFileRefuses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "audit.log")
	if _, err := kaudit.OpenFile(filepath.Join(path, "none"), kaudit.FileOptions{}); !errors.Is(err, os.ErrNotExist) {
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
