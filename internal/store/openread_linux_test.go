package store

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// asNobody counts the facts of a store in a process of a user who may read its
// files and folder, and nothing else.
func asNobody(t *testing.T, path string) (string, error) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("needs root, to become another user")
	}
	dir, err := os.MkdirTemp("", "store")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	program := filepath.Join(dir, "test")
	text, err := os.ReadFile(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	for name, mode := range map[string]os.FileMode{dir: 0o755, program: 0o755} {
		if name == program {
			if err := os.WriteFile(program, text, mode); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.Chmod(name, mode); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), program)
	cmd.Env = append(os.Environ(), readerEnv+"="+path)
	cmd.Dir = dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err = cmd.Run()
	return out.String(), err
}

// openToRead gives a store in a folder that all may read.
func openToRead(t *testing.T) *Store {
	t.Helper()
	dir, err := os.MkdirTemp("", "store")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	s := reopen(t, filepath.Join(dir, "store.db"))
	commit(t, s, &Batch{Facts: watched(1, 12)})
	readable(t, s, dir)
	return s
}

func readable(t *testing.T, s *Store, dir string) {
	t.Helper()
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if err := os.Chmod(s.Path()+suffix, 0o644); err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
	}
}

// TestOpenReadOfAnotherUser reads what it must not change: beside a service,
// without one, and behind one that was killed.
func TestOpenReadOfAnotherUser(t *testing.T) {
	s := openToRead(t)
	want := func(when string) {
		t.Helper()
		if out, err := asNobody(t, s.Path()); err != nil || out != "12\n" {
			t.Errorf("%s: got %s, %v, want 12 facts", when, out, err)
		}
	}
	want("beside a service")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(s.Path() + "-wal"); err == nil {
		t.Error("a closed store has files beside it")
	}
	want("without a service")
}

// TestOpenReadBehindACrash has what a killed service leaves: rows that are in the
// file beside the store alone.
func TestOpenReadBehindACrash(t *testing.T) {
	s := openToRead(t)
	left := filepath.Join(filepath.Dir(s.Path()), "left.db")
	for _, suffix := range []string{"", "-wal"} {
		text, err := os.ReadFile(s.Path() + suffix)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(left+suffix, text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	out, err := asNobody(t, left)
	if err == nil || !strings.Contains(out, "was not closed") {
		t.Errorf("got %s, %v, want what to do", out, err)
	}
	r, err := OpenRead(left) // as root
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if n := countFacts(t, r); n != 12 {
		t.Errorf("root reads %d facts, want 12", n)
	}
}
