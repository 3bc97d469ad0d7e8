package kaudit_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/virtaudit/virtaudit/kaudit"
	"github.com/virtaudit/virtaudit/record"
)

const fullFolder = "KAUDIT_TEST_FULL_FOLDER"

// Where the disk gets full within a line, nothing of the line stays, and the
// log goes on as soon as there is room. A limit of a file's size stands for the
// disk's, in a process of its own.
func TestFileFull(t *testing.T) {
	if dir := os.Getenv(fullFolder); dir != "" {
		fillFile(t, filepath.Join(dir, "audit.log"))
		return
	}
	cmd := exec.Command("/proc/self/exe", "-test.run=^TestFileFull$")
	cmd.Env = append(os.Environ(), fullFolder+"="+t.TempDir())
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

func fillFile(t *testing.T, path string) {
	t.Helper()
	f := openLog(t, path, kaudit.FileOptions{})
	sendTimes(t, f, 2)
	before := readFile(t, path)
	limitSize(t, uint64(len(before)+50))
	for range 2 {
		if err := f.Send(t.Context(), rng(record.Failed)); !errors.Is(err, syscall.EFBIG) {
			t.Errorf("error %v, want that of a full disk", err)
		}
		if after := readFile(t, path); !bytes.Equal(after, before) {
			t.Errorf("after a failure the file is %q", after)
		}
	}
	limitSize(t, 1<<20)
	sendTimes(t, f, 1)
	if n := len(readLog(t, readFile(t, path), true)); n != 3 {
		t.Errorf("%d records, want 3", n)
	}
}

func limitSize(t *testing.T, size uint64) {
	t.Helper()
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		t.Fatal(err)
	}
	limit.Cur = size
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		t.Fatal(err)
	}
}
