//go:build linux

package proc

import (
	"encoding/binary"
	"net"
	"path/filepath"
	"testing"
)

// The lists have numbers in the order of the machine that they were taken from.
func skipUnlessLittle(t *testing.T) {
	if binary.NativeEndian.Uint16([]byte{1, 0}) != 1 {
		t.Skip("the texts are of a little-endian machine")
	}
}

func TestReadInet(t *testing.T) {
	skipUnlessLittle(t)
	f := newFake(t)
	const head = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
	f.write("proc/30/net/tcp", head+`   0: 0100007F:38DB 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 11 1 0 100 0 0 10 0
   1: 0100007F:B864 0A00020A:2AE1 01 00000000:00000000 00:00000000 00000000     0        0 12 1 0 20 4 30 10 -1
   2: 0100007F:B864 0100007F:2AE1 06 00000000:00000000 00:00000000 00000000     0        0 0 1 0 20 4 30 10 -1
   3: 0100007F 0100007F:2AE1 06
   4: 0100007G:B864 0100007F:2AE1 01 0:0 0:0 0 0 0 13
   5: 0100007F:B8640 0100007F:2AE1 01 0:0 0:0 0 0 0 14
   6: 01:B864 0100007F:2AE1 01 0:0 0:0 0 0 0 15
`)
	f.write("proc/30/net/udp6", head+
		"   0: 00000000000000000000000001000000:0035 00000000000000000000000000000000:0000 07 0:0 0:0 0 0 0 16\n"+
		"   1: 0000000000000000FFFF00000100007F:0035 00000000000000000000000000000000:0000 07 0:0 0:0 0 0 0 17\n")
	proc := must(openFolder(filepath.Join(f.root, "proc/30")))
	defer proc.close()
	sockets := map[uint64]inetSocket{}
	for _, name := range []string{"tcp", "udp6"} {
		if err := readInet(proc, name, sockets); err != nil {
			t.Fatal(err)
		}
	}
	want := map[uint64]inetSocket{
		11: {TCP, 11, "127.0.0.1:14555", "", true},
		12: {TCP, 12, "127.0.0.1:47204", "10.2.0.10:10977", false},
		16: {UDP, 16, "[::1]:53", "", false},
		17: {UDP, 17, "127.0.0.1:53", "", false},
	}
	for inode, s := range want {
		if sockets[inode] != s {
			t.Errorf("%+v, want %+v", sockets[inode], s)
		}
	}
	if len(sockets) != len(want) {
		t.Errorf("%+v, want %d sockets", sockets, len(want))
	}
}

// The sockets of this process have the addresses that they were given.
func TestLookAtInet(t *testing.T) {
	for _, address := range []string{"127.0.0.1:0", "[::1]:0"} {
		var plain net.ListenConfig
		plain.SetMultipathTCP(false) // its sockets are in no list
		listener, err := plain.Listen(t.Context(), "tcp", address)
		if err != nil {
			t.Logf("%s: %v", address, err) // a host may have no IPv6
			continue
		}
		defer listener.Close()
		client, err := net.Dial("tcp", listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer client.Close()
		s := lookAtSelf(t)
		if h := only(t, s, "client", func(h Held) bool { return h.Peer == listener.Addr().String() }); h.Kind != TCP || h.Listening || h.Local != client.LocalAddr().String() {
			t.Errorf("the client's socket: %+v", h)
		}
		if h := only(t, s, "listener", func(h Held) bool { return h.Listening && h.Local == listener.Addr().String() }); h.Kind != TCP || h.Peer != "" {
			t.Errorf("the listening socket: %+v", h)
		}
		if !s.Complete() {
			t.Errorf("missing %v", s.Missing)
		}
	}
}
