//go:build linux

package proc

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestParseMapping(t *testing.T) {
	for line, want := range map[string]Held{
		"7f2a40000000-7f2a40021000 rw-s 00000000 fe:00 10093271                   /srv/a  b.img": {Path: "/srv/a  b.img", Access: ReadWrite},
		"7f2a40000000-7f2a40021000 rw-p 00000000 fe:00 10093271                   /srv/disk.img": {Path: "/srv/disk.img", Access: Read},
		"7f2a40000000-7f2a40021000 r--s 00000000 fe:00 10093271 /srv/disk.img (deleted)":         {Path: "/srv/disk.img", Access: Read, Deleted: true},
		`7f2a40000000-7f2a40021000 r--s 00000000 fe:00 10093271 /srv/a\012b`:                     {Path: "/srv/a\nb", Access: Read},
	} {
		want.Kind, want.Inode, want.FS = Mapped, 10093271, number(254, 0)
		if got, ok := parseMapping([]byte(line)); !ok || got != want {
			t.Errorf("%q: %+v, want %+v", line, got, want)
		}
	}
	for _, line := range []string{
		"", "x", "7f60-7f61 rw-p 00000000 00:00 0 ", "7f60-7f61 rw-p 00000000 00:00 0                          [heap]",
		"7f60-7f61 rw-p 00000000 fe:00 12", "7f60-7f61 rw-p 00000000 fe:00 x /srv",
	} {
		if h, ok := parseMapping([]byte(line)); ok {
			t.Errorf("%q is %+v", line, h)
		}
	}
}

// What is mapped is seen though its descriptor is closed.
func TestMaps(t *testing.T) {
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	for _, name := range []string{"shared\nimage", "gone", "private"} {
		file := create(t, path(name), os.O_RDWR)
		flags := syscall.MAP_SHARED
		if name == "private" {
			flags = syscall.MAP_PRIVATE
		}
		for _, protection := range []int{syscall.PROT_READ, syscall.PROT_READ | syscall.PROT_WRITE} {
			b, err := syscall.Mmap(int(file.Fd()), 0, 1, protection, flags)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = syscall.Munmap(b) }()
		}
		file.Close()
	}
	if err := os.Remove(path("gone")); err != nil {
		t.Fatal(err)
	}
	p := self(t)
	s, err := Local().Sweep().Maps(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]Held{
		"shared\nimage": {Access: ReadWrite}, "gone": {Access: ReadWrite, Deleted: true}, "private": {Access: Read},
	} {
		h := at(t, s, path(name))
		if h.Kind != Mapped || h.Access != want.Access || h.Deleted != want.Deleted || h.Count != 1 || h.Expected != "" {
			t.Errorf("%q: %+v, want %+v", name, h, want)
		}
	}
	if h := at(t, s, p.Exe); h.Expected != "program" {
		t.Errorf("the program's own file: %+v", h)
	}
	if !s.Complete() {
		t.Errorf("missing %v", s.Missing)
	}
}

func TestMapsFaults(t *testing.T) {
	f := newFake(t)
	f.process(30, 1, "/usr/bin/qemu-kvm", "qemu")
	p := f.find().Processes[0]
	maps := func(ctx context.Context) (*Sight, error) { return f.host().Sweep().Maps(ctx, p) }
	if s, err := maps(t.Context()); err != nil || s.Complete() {
		t.Errorf("no maps: %+v, %v", s, err)
	}
	const line = "7f60-7f61 r--s 00000000 fe:00 12 /srv/"
	f.write("proc/30/maps", line+"a\n"+line+strings.Repeat("x", 1<<20)+"\n")
	if s, err := maps(t.Context()); err != nil || fmt.Sprint(s.Missing) != "[mapped files: too long, cut]" || len(s.Held) != 1 {
		t.Errorf("a line too long: %+v, %v", s, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if s, err := maps(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %+v, %v", s, err)
	}
}
