//go:build linux

package proc

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/virtaudit/virtaudit/guest"
)

func TestResolve(t *testing.T) {
	f := newFake(t)
	f.write("data/a.img", "")
	f.link("images", filepath.Join(f.root, "data"))
	f.link("dev/null", "/dev/null")
	r := NewResolver(At(f.root))
	if got, err := r.Resolve("/images/a.img"); err != nil || got != (Target{Path: "/data/a.img", Kind: File}) {
		t.Errorf("a path with a link: %+v, %v", got, err)
	}
	null := Target{Path: "/dev/null", Kind: Char, Device: guest.DeviceNumber{Major: 1, Minor: 3}}
	if got, err := r.Resolve("/dev/null"); err != nil || got != null {
		t.Errorf("a device: %+v, %v", got, err)
	}
	if got, err := NewResolver(Local()).Resolve("/dev/./null"); err != nil || got != null {
		t.Errorf("a device of this host: %+v, %v", got, err)
	}
	if _, err := r.Resolve("/images/none"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("of no file: %v", err)
	}
}

// Whoever asks for several paths, or while another does, is told of each: none is
// taken for one on a server that doesn't answer.
func TestResolveUnknown(t *testing.T) {
	f := newFake(t)
	r := NewResolver(At(f.root))
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for i := range 200 {
				if _, err := r.Resolve("/none" + strconv.Itoa(i)); !errors.Is(err, os.ErrNotExist) {
					t.Errorf("%d: %v, want that there is none", i, err)
					return
				}
			}
		})
	}
	all.Wait()
}

// A file system that doesn't answer delays nothing else.
func TestResolveHung(t *testing.T) {
	f := newFake(t)
	f.write("a.img", "")
	r := NewResolver(At(f.root))
	answered := make(chan struct{})
	r.late = answered
	if _, err := r.Resolve("/none"); !errors.Is(err, ErrBusy) {
		t.Errorf("%v, want that it is busy", err)
	}
	defer func() {
		close(answered)
		if _, err := r.Resolve("/none"); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("once it answers: %v", err)
		}
	}()
	at, err := pinCached(f.root + "/a.img")
	if errors.Is(err, unix.ENOSYS) {
		t.Skip("the kernel can't tell what it knows without asking")
	}
	at.close()
	if got, err := r.Resolve("/a.img"); err != nil || got.Path != "/a.img" {
		t.Errorf("a path of a file system that doesn't answer: %+v, %v", got, err)
	}
}

func TestDevicesOfNames(t *testing.T) {
	f := newFake(t)
	f.write("sys/bus/scsi/devices/2:0:1:0/scsi_generic/sg3/dev", "21:3\n")
	f.write("sys/class/net/macvtap0/ifindex", "7\n")
	r := NewResolver(At(f.root))
	for address, want := range map[string]string{"2:0:1:0": "/dev/sg3", "2:0:1:1": "", "": "", "../devices/2:0:1:0": ""} {
		if got := r.SCSIGeneric(address); got != want {
			t.Errorf("SCSI %q: %q, want %q", address, got, want)
		}
	}
	for name, want := range map[string]string{"macvtap0": "/dev/tap7", "none": "", "": "", "..": "", "../net/macvtap0": ""} {
		if got := r.Macvtap(name); got != want {
			t.Errorf("interface %q: %q, want %q", name, got, want)
		}
	}
}
