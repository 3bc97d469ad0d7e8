//go:build linux

package proc

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/virtaudit/virtaudit/guest"
)

// A fake is a host's /proc and /sys in a folder.
type fake struct {
	t    testing.TB
	root string
}

func newFake(t testing.TB) *fake {
	f := &fake{t, t.TempDir()}
	f.write("proc/self/ns/x", "")
	f.link("proc/self/ns/net", "net:[1]")
	f.link("proc/self/ns/mnt", "mnt:[1]")
	return f
}

func (f *fake) write(name, text string) {
	f.t.Helper()
	name = filepath.Join(f.root, name)
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		f.t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		f.t.Fatal(err)
	}
}

func (f *fake) link(name, to string) {
	f.t.Helper()
	name = filepath.Join(f.root, name)
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		f.t.Fatal(err)
	}
	if err := os.Symlink(to, name); err != nil {
		f.t.Fatal(err)
	}
}

// process makes a process, started at ten times its pid.
func (f *fake) process(pid, parent int, exe string, args ...string) {
	f.t.Helper()
	dir := fmt.Sprintf("proc/%d/", pid)
	f.write(dir+"stat", statText(pid, "x) S 1 (", "S", parent, uint64(pid)*10))
	f.write(dir+"status", "Name:\tx\nUid:\t0\t107\t107\t107\n")
	f.write(dir+"cmdline", strings.Join(args, "\x00")+"\x00")
	f.link(dir+"exe", exe)
	f.link(dir+"ns/net", "net:[1]")
	f.link(dir+"ns/mnt", "mnt:[1]")
	for _, empty := range []string{"fd", "fdinfo", "net"} {
		if err := os.MkdirAll(filepath.Join(f.root, dir, empty), 0o755); err != nil {
			f.t.Fatal(err)
		}
	}
}

func statText(pid int, name, state string, parent int, start uint64) string {
	threads := 5
	if state == "Z" {
		threads = 1
	}
	return fmt.Sprintf("%d (%s) %s %d 1 1 0 -1 0 0 0 0 0 2 1 0 0 20 0 %d 0 %d 4 5\n", pid, name, state, parent, threads, start)
}

// open gives a process a descriptor.
func (f *fake) open(pid, fd int, text, info string) {
	f.t.Helper()
	f.link(fmt.Sprintf("proc/%d/fd/%d", pid, fd), text)
	f.write(fmt.Sprintf("proc/%d/fdinfo/%d", pid, fd), info)
}

func (f *fake) host() *Host { return At(f.root) }

// look looks at a process of the fake.
func (f *fake) look(pid int) *Sight {
	f.t.Helper()
	p, err := f.host().Process(pid)
	if err != nil {
		f.t.Fatal(err)
	}
	s, err := f.host().Sweep().Look(f.t.Context(), p)
	if err != nil {
		f.t.Fatal(err)
	}
	return s
}

// self is the test's own process, of which everything may be seen.
func self(t testing.TB) Process {
	t.Helper()
	p, err := Local().Process(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func lookAtSelf(t testing.TB) *Sight {
	t.Helper()
	s, err := Local().Sweep().Look(t.Context(), self(t))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// only gives the Held for which is holds, of which there is to be one.
func only(t testing.TB, s *Sight, what string, is func(Held) bool) Held {
	t.Helper()
	var found []Held
	for _, h := range s.Held {
		if is(h) {
			found = append(found, h)
		}
	}
	if len(found) != 1 {
		t.Fatalf("%s: found %+v of %+v, missing %v", what, found, s.Held, s.Missing)
	}
	return found[0]
}

// at is only by path.
func at(t testing.TB, s *Sight, path string) Held {
	t.Helper()
	return only(t, s, path, func(h Held) bool { return h.Path == path })
}

func number(major, minor uint32) guest.DeviceNumber {
	return guest.DeviceNumber{Major: major, Minor: minor}
}

// brief tells what a Sight has of interest, one line each.
func brief(held []Held) string {
	var b strings.Builder
	for _, h := range held {
		if h.Expected != "" {
			continue
		}
		fmt.Fprintf(&b, "%s %s", h.Kind, strconv.Quote(h.Path))
		for _, part := range []struct {
			name, value string
		}{
			{"access", string(h.Access)},
			{"node", h.Node},
			{"tap", h.Tap},
			{"pty", h.PTY},
			{"pci", h.PCI},
			{"local", h.Local},
			{"peer", h.Peer},
		} {
			if part.value != "" {
				fmt.Fprintf(&b, " %s=%s", part.name, part.value)
			}
		}
		if h.Deleted {
			b.WriteString(" deleted")
		}
		if h.Listening {
			b.WriteString(" listening")
		}
		fmt.Fprintf(&b, " x%d\n", h.Count)
	}
	return b.String()
}
