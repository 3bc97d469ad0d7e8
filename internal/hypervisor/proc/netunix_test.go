//go:build linux

package proc

import (
	"path/filepath"
	"strings"
	"testing"
)

const unixHead = "Num       RefCount Protocol Flags    Type St Inode Path\n"

func TestReadUnix(t *testing.T) {
	f := newFake(t)
	read := func(text string) map[uint64]unixSocket {
		t.Helper()
		f.write("proc/30/net/unix", unixHead+text)
		proc := must(openFolder(filepath.Join(f.root, "proc/30")))
		defer proc.close()
		sockets, err := readUnix(proc)
		if err != nil {
			t.Fatal(err)
		}
		return sockets
	}
	sockets := read(`00000000deadbeef: 00000002 00000000 00010000 0001 01 11 /run/a b.sock
0000000000000000: 00000003 00000000 00000000 0001 03 2222222222
0000000000000000: 00000003 00000000 00000000 0001 03    13 @abstract
0000000000000000: 00000003 00000000 00000000 0001 02     0 /run/a b.sock
0000000000000000: 00000002 00000000 00010000 0001 01 14 /run/x
y
 z
`)
	want := map[uint64]unixSocket{
		11:         {inode: 11, name: "/run/a b.sock", listening: true},
		2222222222: {inode: 2222222222},
		13:         {inode: 13, name: "@abstract"},
		14:         {inode: 14, name: "/run/x\ny\n z", listening: true},
	}
	for inode, s := range want {
		if sockets[inode] != s {
			t.Errorf("%+v, want %+v", sockets[inode], s)
		}
	}
	if len(sockets) != len(want) {
		t.Errorf("%d sockets, want %d", len(sockets), len(want))
	}

	// A name with a line in it can't speak for another's socket.
	const victim = "0: 00000002 00000000 00010000 0001 01 11 /run/victim.sock\n"
	const liar = "0: 00000002 00000000 00010000 0001 01 12 /run/x\n0: 00000002 00000000 00000000 0001 03 11 /run/lie\n"
	for _, text := range []string{victim + liar, liar + victim} {
		if s := read(text)[11]; s.name != "" || !s.ambiguous {
			t.Errorf("%+v, want no name", s)
		}
	}
}

func TestParseUnixFaults(t *testing.T) {
	for _, line := range []string{
		"", " ", strings.TrimSpace(unixHead), "x", "0: 1 2 x 4 5 6 /x", "0: 1 2 3 4 5 -6 /x", "0 1 2 3 4 5 6 /x", ": : : : : : :",
	} {
		if s, ok := parseUnix([]byte(line)); ok {
			t.Errorf("%q is %+v", line, s)
		}
	}
}
