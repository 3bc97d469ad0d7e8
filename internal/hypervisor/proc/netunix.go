package proc

import (
	"bytes"
	"strconv"
)

// maxListing is how much of a list of sockets is read.
const maxListing = 256 << 20

// readUnix reads the list of unix sockets of a process's network namespace:
//
//	Num       RefCount Protocol Flags    Type St Inode Path
//	00000000deadbeef: 00000002 00000000 00010000 0001 01 24601 /run/x.sock
//
// Paths aren't escaped: whoever binds a socket can put lines into the list. A
// line can't be told from a true one, but its socket is then told twice.
func readUnix(proc folder) (map[uint64]unixSocket, error) {
	sockets := map[uint64]unixSocket{}
	last := uint64(0)
	full := false
	err := proc.lines("net/unix", maxListing, func(line []byte) bool {
		if len(sockets) == maxSockets {
			full = true
			return false
		}
		s, ok := parseUnix(line)
		switch {
		case !ok && last != 0: // a name that goes on
			told := sockets[last]
			told.name += "\n" + string(line)
			sockets[last] = told
			return true
		case !ok || s.inode == 0: // the head, or a socket that nobody has open
			last = 0
			return true
		}
		if told, twice := sockets[s.inode]; twice {
			s = unixSocket{inode: s.inode, listening: told.listening, ambiguous: true}
		}
		sockets[s.inode] = s
		last = s.inode
		return true
	})
	if full {
		err = errTooMany
	}
	return sockets, err
}

// accepting is the flag of a socket that listens (__SO_ACCEPTCON).
const accepting = 0x10000

func parseUnix(line []byte) (unixSocket, bool) {
	var fields [7][]byte
	rest := line
	for i := range fields {
		rest = bytes.TrimLeft(rest, " ")
		fields[i], rest, _ = bytes.Cut(rest, []byte(" "))
	}
	if !bytes.HasSuffix(fields[0], []byte(":")) {
		return unixSocket{}, false
	}
	flags, flagsErr := strconv.ParseUint(string(fields[3]), 16, 64)
	inode, inodeErr := strconv.ParseUint(string(fields[6]), 10, 64)
	if flagsErr != nil || inodeErr != nil {
		return unixSocket{}, false
	}
	return unixSocket{inode: inode, name: string(rest), listening: flags&accepting != 0}, true
}
