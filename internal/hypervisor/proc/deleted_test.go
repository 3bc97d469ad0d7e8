//go:build linux

package proc

import (
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

// A file that has lost its name is told from one that is called so.
func TestDeleted(t *testing.T) {
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	remove := func(name string) {
		t.Helper()
		if err := os.Remove(path(name)); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"gone", "gone\nand \\012 broken", "gone (deleted)"} {
		create(t, path(name), os.O_RDWR)
		remove(name)
	}
	create(t, path("there (deleted)"), os.O_RDWR)
	create(t, path("there\n(deleted) (deleted)"), os.O_RDWR)
	// Deleted, with another file at the name, and a link that keeps it.
	create(t, path("again"), os.O_RDWR)
	if err := os.Link(path("again"), path("kept")); err != nil {
		t.Fatal(err)
	}
	remove("again")
	if err := os.WriteFile(path("again (deleted)"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	// Moved: it has its name still.
	create(t, path("before"), os.O_RDWR)
	if err := os.Rename(path("before"), path("after")); err != nil {
		t.Fatal(err)
	}

	s := lookAtSelf(t)
	for name, deleted := range map[string]bool{
		"gone": true, "gone\nand \\012 broken": true, "gone (deleted)": true,
		"there (deleted)": false, "there\n(deleted) (deleted)": false, "again": true, "after": false,
	} {
		if h := at(t, s, path(name)); h.Deleted != deleted || h.Kind != File {
			t.Errorf("%q: %+v, want deleted %v", name, h, deleted)
		}
	}
	if !s.Complete() {
		t.Errorf("missing %v", s.Missing)
	}
}

func TestMemfd(t *testing.T) {
	fd, err := unix.MemfdCreate("it's (deleted)", unix.MFD_CLOEXEC)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	if h := at(t, lookAtSelf(t), "it's (deleted)"); h.Kind != Memory || h.Access != ReadWrite || h.Deleted || h.Expected != "" {
		t.Errorf("a file in memory: %+v", h)
	}
}

// A file that is called like a memfd is none.
func TestFalseMemfd(t *testing.T) {
	f := newFake(t)
	f.process(30, 1, "/usr/bin/qemu-kvm", "qemu")
	f.link("proc/30/root", f.root)
	f.write("memfd:memory-backend-memfd", "x")
	l := look{proc: must(openFolder(filepath.Join(f.root, "proc/30")))}
	defer l.proc.close()
	file := must(l.proc.pin("root/memfd:memory-backend-memfd"))
	defer file.close()
	own := must(file.statusHere())
	if l.isMemory(own) {
		t.Error("a file of the root's file system is taken for a memfd")
	}
	own.fs.Minor++
	if !l.isMemory(own) {
		t.Error("a file of no file system that is known is not taken for a memfd")
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
