//go:build linux

package proc

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// A look leaves no descriptor open.
func TestNoLeak(t *testing.T) {
	count := func() int {
		t.Helper()
		names, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			t.Fatal(err)
		}
		return len(names)
	}
	create(t, filepath.Join(t.TempDir(), "x (deleted)"), os.O_RDWR)
	dialUnix(t, listenUnix(t, filepath.Join(t.TempDir(), "x.sock")).Addr().(*net.UnixAddr).Name)
	h := Local()
	before := count()
	found, err := h.Find(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.Find(t.Context(), found.Processes); err != nil {
		t.Fatal(err)
	}
	p := self(t)
	if _, err := h.Sweep().Look(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Sweep().Maps(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	p.Start++
	if _, err := h.Sweep().Look(t.Context(), p); !errors.Is(err, ErrGone) {
		t.Errorf("%v, want ErrGone", err)
	}
	if after := count(); after != before {
		t.Errorf("%d descriptors, %d before", after, before)
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if s, err := Local().Sweep().Look(ctx, self(t)); !errors.Is(err, context.Canceled) {
		t.Errorf("%+v, %v; want it cancelled", s, err)
	}
}

// A process that may not be looked at isn't one that holds nothing.
func TestUnreadable(t *testing.T) {
	f := newFake(t)
	f.process(30, 1, "/usr/bin/qemu-kvm", "qemu")
	for _, name := range []string{"fd", "fdinfo"} {
		if err := os.Remove(filepath.Join(f.root, "proc/30", name)); err != nil {
			t.Fatal(err)
		}
		if s := f.look(30); s.Complete() {
			t.Errorf("without %s all is seen", name)
		}
		f.process30Folder(name)
	}
	if s := f.look(30); !s.Complete() {
		t.Errorf("missing %v", s.Missing)
	}
	f.link("proc/30/fd/3", "/no/such/file")
	if s := f.look(30); len(s.Held) != 0 || !s.Complete() {
		t.Errorf("closed meanwhile: %+v, missing %v", s.Held, s.Missing)
	}
	f.link("proc/30/fd/4", filepath.Join(f.root, "proc/30/stat"))
	s := f.look(30)
	if h := only(t, s, "files", func(h Held) bool { return h.Kind == File }); h.Access != "" {
		t.Errorf("the access of a file that can't be told: %+v", h)
	}
}

func (f *fake) process30Folder(name string) {
	f.t.Helper()
	if err := os.Mkdir(filepath.Join(f.root, "proc/30", name), 0o755); err != nil {
		f.t.Fatal(err)
	}
}

// Another mount namespace is told.
func TestOwnMounts(t *testing.T) {
	f := newFake(t)
	f.process(30, 1, "/usr/bin/qemu-kvm", "qemu")
	if f.look(30).OwnMounts {
		t.Error("the mounts are said to be others")
	}
	if err := os.Remove(filepath.Join(f.root, "proc/30/ns/mnt")); err != nil {
		t.Fatal(err)
	}
	f.link("proc/30/ns/mnt", "mnt:[2]")
	if !f.look(30).OwnMounts {
		t.Error("the mounts are said to be this process's")
	}
}

// Processes that end while they are looked at are gone, or seen whole.
func TestVanishing(t *testing.T) {
	const lines = "exec 5</dev/urandom 6</dev/zero 7</dev/null; exec sleep 60"
	sweep := Local().Sweep()
	gone := 0
	for i := range 60 {
		child := exec.Command("sh", "-c", lines)
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		p := sleeping(t, child.Process.Pid)
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			time.Sleep(time.Duration(i*5) * time.Microsecond)
			_ = child.Process.Kill()
			_ = child.Wait()
		}()
		s, err := sweep.Look(t.Context(), p)
		<-ended
		switch {
		case errors.Is(err, ErrGone):
			gone++
		case err != nil:
			t.Fatal(err)
		default:
			at(t, s, "/dev/urandom")
			at(t, s, "/dev/zero")
		}
	}
	t.Logf("%d of 60 were gone", gone)
}

// sleeping waits until a shell has become sleep, with its descriptors.
func sleeping(t *testing.T, pid int) Process {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); {
		name, err := os.ReadFile(fmt.Sprintf("/proc/%d/comm", pid))
		if err == nil && string(name) == "sleep\n" {
			p, err := Local().Process(pid)
			if err != nil {
				t.Fatal(err)
			}
			return p
		}
	}
	t.Fatalf("process %d doesn't sleep", pid)
	return Process{}
}
