package proc

import (
	"encoding/binary"
	"encoding/hex"
	"net/netip"
	"strconv"
	"strings"
)

// listens is the state of a TCP socket that waits for connections.
const listens = "0A"

// readInet adds a list of sockets: net/tcp, net/tcp6, net/udp or net/udp6.
//
//	sl  local_address rem_address st tx_queue:rx_queue tr:when retrnsmt uid timeout inode
//	0: 0100007F:38DB 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 24601
func readInet(proc folder, name string, sockets map[uint64]inetSocket) error {
	kind := Kind(strings.TrimSuffix(name, "6"))
	full := false
	err := proc.lines("net/"+name, maxListing, func(line []byte) bool {
		full = len(sockets) == maxSockets
		if s, ok := parseInet(string(line), kind); ok && !full {
			sockets[s.inode] = s
		}
		return !full
	})
	if full {
		return errTooMany
	}
	return err
}

func parseInet(line string, kind Kind) (inetSocket, bool) {
	f := strings.Fields(line)
	if len(f) < 10 {
		return inetSocket{}, false
	}
	inode, err := strconv.ParseUint(f[9], 10, 64)
	local, localOK := parseEndpoint(f[1])
	peer, peerOK := parseEndpoint(f[2])
	if err != nil || inode == 0 || !localOK || !peerOK {
		return inetSocket{}, false
	}
	s := inetSocket{kind: kind, inode: inode, local: local.String(), listening: kind == TCP && f[3] == listens}
	if peer.Port() != 0 {
		s.peer = peer.String()
	}
	return s, true
}

// parseEndpoint reads ADDRESS:PORT in hexadecimal. The address is in words of
// 32 bits, each in the machine's byte order.
func parseEndpoint(text string) (netip.AddrPort, bool) {
	address, port, ok := strings.Cut(text, ":")
	n, err := strconv.ParseUint(port, 16, 16)
	if !ok || err != nil {
		return netip.AddrPort{}, false
	}
	words, err := hex.DecodeString(address)
	if err != nil || len(words)%4 != 0 {
		return netip.AddrPort{}, false
	}
	for i := 0; i < len(words); i += 4 {
		binary.NativeEndian.PutUint32(words[i:], binary.BigEndian.Uint32(words[i:]))
	}
	ip, ok := netip.AddrFromSlice(words)
	return netip.AddrPortFrom(ip.Unmap(), uint16(n)), ok
}
