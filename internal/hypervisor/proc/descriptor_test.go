//go:build linux

package proc

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// create makes a file and opens it.
func create(t *testing.T, name string, flags int) *os.File {
	t.Helper()
	if err := os.WriteFile(name, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	return open(t, name, flags)
}

func open(t *testing.T, name string, flags int) *os.File {
	t.Helper()
	file, err := os.OpenFile(name, flags, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { file.Close() })
	return file
}

// What this process has open is seen as it is.
func TestLookAtFiles(t *testing.T) {
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	create(t, path("read"), os.O_RDONLY)
	create(t, path("write"), os.O_WRONLY|os.O_APPEND)
	twice := create(t, path("both"), os.O_RDWR)
	open(t, path("both"), os.O_RDWR)
	create(t, path("path only"), unix.O_PATH)
	open(t, dir, os.O_RDONLY)
	if err := syscall.Mkfifo(path("fifo"), 0o600); err != nil {
		t.Fatal(err)
	}
	open(t, path("fifo"), os.O_RDWR)
	open(t, "/dev/urandom", os.O_RDONLY)
	s := lookAtSelf(t)
	for _, want := range []struct {
		path   string
		kind   Kind
		access Access
		count  int
	}{
		{path("read"), File, Read, 1},
		{path("write"), File, Write, 1},
		{path("both"), File, ReadWrite, 2},
		{path("path only"), File, PathOnly, 1},
		{dir, Directory, Read, 1},
		{path("fifo"), FIFO, ReadWrite, 1},
		{"/dev/urandom", Char, Read, 1},
	} {
		h := at(t, s, want.path)
		if h.Kind != want.kind || h.Access != want.access || h.Count != want.count || h.Deleted || h.Expected != "" {
			t.Errorf("%+v, want %+v", h, want)
		}
	}
	info, err := twice.Stat()
	if err != nil {
		t.Fatal(err)
	}
	stat := info.Sys().(*syscall.Stat_t)
	if h := at(t, s, path("both")); h.Inode != stat.Ino || h.FS != number(unix.Major(stat.Dev), unix.Minor(stat.Dev)) {
		t.Errorf("%+v, want inode %d of %x", h, stat.Ino, stat.Dev)
	}
	if h := at(t, s, "/dev/urandom"); h.Device != number(1, 9) || h.Node != "urandom" || h.Inode != 0 {
		t.Errorf("%+v, want 1:9, urandom", h)
	}
	if !s.Complete() || s.OwnMounts {
		t.Errorf("missing %v, own mounts %v", s.Missing, s.OwnMounts)
	}
}

// Objects of the kernel are of one kind each, whatever their number.
func TestLookAtObjects(t *testing.T) {
	f := newFake(t)
	f.process(30, 1, "/usr/bin/qemu-kvm", "qemu")
	const vfio = "0000:e1:00.0"
	f.open(30, 3, "pipe:[1]", "")
	f.open(30, 4, "pipe:[2]", "")
	f.open(30, 5, "anon_inode:[eventfd]", "")
	f.open(30, 6, "anon_inode:[vfio-device]", "pos:\t0\nvfio-device-syspath:\t/sys/devices/pci0000:e0/"+vfio+"\n")
	f.open(30, 7, "anon_inode:[perf_event]", "")
	f.open(30, 8, "net:[4026531840]", "")
	f.open(30, 9, "socket:[x]", "")
	f.open(30, 10, "odd", "")
	s := f.look(30)
	if h := only(t, s, "pipes", func(h Held) bool { return h.Kind == Pipe }); h.Count != 2 || h.Expected == "" {
		t.Errorf("%+v, want 2 that are expected", h)
	}
	const want = `anon "[perf_event]" x1
anon "[vfio-device]" pci=0000:e1:00.0 x1
other "net:[4026531840]" x1
other "odd" x1
`
	if got := brief(s.Held); got != want {
		t.Errorf("holds\n%swant\n%s", got, want)
	}
	if text := fmt.Sprint(s.Missing); text != "[sockets: the kernel doesn't tell]" {
		t.Errorf("missing %s", text)
	}
}

// A path that the kernel can't give is said to be missing, and the file isn't.
func TestLongPath(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	for range 20 { // deeper than a path can name
		step := strings.Repeat("d", 250)
		if err := os.Mkdir(step, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := syscall.Chdir(step); err != nil {
			t.Fatal(err)
		}
	}
	create(t, "disk.img", os.O_WRONLY)
	s := lookAtSelf(t)
	if h := only(t, s, "nameless", func(h Held) bool { return h.Path == "" && h.Kind == File }); h.Access != Write || h.Inode == 0 {
		t.Errorf("a file without a name: %+v", h)
	}
	if text := fmt.Sprint(s.Missing); text != "[paths: too long, cut]" {
		t.Errorf("missing %s", text)
	}
}

// A descriptor that becomes another under the look is seen as one of the two,
// never as a mixture, or said to be missing.
func TestRestless(t *testing.T) {
	file := create(t, filepath.Join(t.TempDir(), "disk.img"), os.O_RDWR)
	null := open(t, "/dev/null", os.O_RDONLY)
	const fd = 199
	sources := [...]int{int(file.Fd()), int(null.Fd())}
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for i := 0; ; i++ {
			select {
			case <-stop:
				unix.Close(fd)
				return
			default:
				_ = unix.Dup3(sources[i%2], fd, unix.O_CLOEXEC)
			}
		}
	}()
	defer func() { close(stop); <-stopped }()

	sweep, p := Local().Sweep(), self(t)
	for range 300 {
		s, err := sweep.Look(t.Context(), p)
		if err != nil {
			t.Fatal(err)
		}
		for _, h := range s.Held {
			isFile, isNull := h.Path == file.Name(), h.Path == null.Name()
			if isFile && h.Kind != File || isNull && h.Device != number(1, 3) {
				t.Fatalf("a mixture: %+v", h)
			}
		}
		for _, m := range s.Missing {
			if m.What != "descriptors" {
				t.Fatalf("missing %v", m)
			}
		}
	}
}

// However many descriptors there are, the look ends, and says so.
func TestTooMany(t *testing.T) {
	f := newFake(t)
	f.process(30, 1, "/usr/bin/virtiofsd", "virtiofsd")
	dir := filepath.Join(f.root, "proc/30/fd")
	for fd := range maxSharedDescriptors + 10 {
		if err := os.Symlink("anon_inode:[eventfd]", filepath.Join(dir, strconv.Itoa(fd))); err != nil {
			t.Fatal(err)
		}
	}
	s := f.look(30)
	if len(s.Held) != 1 || s.Held[0].Count != maxSharedDescriptors || s.Complete() || !strings.Contains(s.Missing[0].String(), "too many") {
		t.Errorf("%+v, missing %v", s.Held, s.Missing)
	}
}
