//go:build linux

package proc

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

func listenUnix(t *testing.T, name string) *net.UnixListener {
	t.Helper()
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: name, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

func dialUnix(t *testing.T, name string) {
	t.Helper()
	c, err := net.Dial("unix", name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
}

// Who connects to a socket holds it by its name, accepted or not yet.
func TestLookAtUnix(t *testing.T) {
	path := filepath.Join(t.TempDir(), "egd\n00000000: 1 2 3 4 5 6 x.sock")
	abstract := fmt.Sprintf("@virtaudit-test-%d", unix.Getpid())
	for _, name := range []string{path, abstract} {
		l := listenUnix(t, name)
		dialUnix(t, name)
		accepted, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		defer accepted.Close()
	}
	waited := filepath.Join(t.TempDir(), "slow.sock")
	listenUnix(t, waited)
	dialUnix(t, waited)
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { unix.Close(pair[0]); unix.Close(pair[1]) }()

	s := lookAtSelf(t)
	for _, name := range []string{path, abstract, waited} {
		for what, is := range map[string]func(Held) bool{
			"listening": func(h Held) bool { return h.Path == name && h.Listening && h.Peer == "" },
			"connected": func(h Held) bool { return h.Path == "" && h.Peer == name && !h.Listening },
		} {
			if h := only(t, s, what, is); h.Kind != Unix || h.Count != 1 {
				t.Errorf("the %s unix socket: %+v", what, h)
			}
		}
	}
	only(t, s, "accepted", func(h Held) bool { return h.Path == path && !h.Listening })
	if h := only(t, s, "nameless", func(h Held) bool { return h.Kind == Unix && h.Path == "" && h.Peer == "" }); h.Count < 2 {
		t.Errorf("%+v, want both ends of the pair", h)
	}
	if !s.Complete() {
		t.Errorf("missing %v", s.Missing)
	}
}

// A socket that is newer than the list of a sweep is found in a new one.
func TestNewSocket(t *testing.T) {
	sweep, p := Local().Sweep(), self(t)
	path := filepath.Join(t.TempDir(), "new.sock")
	for _, name := range []string{path, path + "2"} {
		listenUnix(t, name)
		s, err := sweep.Look(t.Context(), p)
		if err != nil {
			t.Fatal(err)
		}
		at(t, s, name)
	}
	for range maxReloads {
		dialUnix(t, path)
		if _, err := sweep.Look(t.Context(), p); err != nil {
			t.Fatal(err)
		}
	}
	dialUnix(t, path)
	s, err := sweep.Look(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	if text := fmt.Sprint(s.Missing); !strings.Contains(text, "names of new sockets") {
		t.Errorf("after %d lists: missing %s", maxReloads, text)
	}
}

// Sockets of other families have the name of their protocol.
func TestOtherSockets(t *testing.T) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_ROUTE)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	if h := at(t, lookAtSelf(t), "NETLINK"); h.Kind != Socket || h.Expected != "" {
		t.Errorf("a netlink socket: %+v", h)
	}
}

// In another network namespace there are only texts, and peers are missing. A
// socket may be of this one nevertheless.
func TestOtherNetwork(t *testing.T) {
	f := newFake(t)
	f.process(30, 1, "/usr/bin/qemu-kvm", "qemu")
	if err := os.Remove(filepath.Join(f.root, "proc/30/ns/net")); err != nil {
		t.Fatal(err)
	}
	f.link("proc/30/ns/net", "net:[2]")
	f.write("proc/self/net/unix", unixHead+"0: 00000002 00000000 00010000 0001 01 13 /run/inherited.sock\n")
	f.write("proc/30/net/unix", unixHead+"0: 00000002 00000000 00010000 0001 01 11 /run/fc.sock\n"+
		"0: 00000003 00000000 00000000 0001 03 12\n")
	f.open(30, 3, "socket:[11]", "")
	f.open(30, 4, "socket:[13]", "")
	s := f.look(30)
	const want = "unix \"/run/fc.sock\" listening x1\nunix \"/run/inherited.sock\" listening x1\n"
	if got := brief(s.Held); got != want || !s.Complete() {
		t.Errorf("holds\n%swant\n%smissing %v", got, want, s.Missing)
	}
	f.open(30, 5, "socket:[12]", "")
	if text := fmt.Sprint(f.look(30).Missing); text != "[peers of unix sockets: the kernel doesn't tell]" {
		t.Errorf("connected: missing %s", text)
	}
	f.process(31, 1, "/usr/bin/qemu-kvm", "qemu")
	f.open(31, 3, "socket:[14]", "")
	if s := f.look(31); !s.Complete() || brief(s.Held) != "socket \"\" x1\n" {
		t.Errorf("of a third: %s, missing %v", brief(s.Held), s.Missing)
	}
	if err := os.RemoveAll(filepath.Join(f.root, "proc/self/net")); err != nil {
		t.Fatal(err)
	}
	if text := fmt.Sprint(f.look(31).Missing); !strings.Contains(text, "names of unix sockets") {
		t.Errorf("without a list: missing %s", text)
	}
}
