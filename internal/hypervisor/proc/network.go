package proc

import (
	"fmt"
	"strings"
)

const (
	// maxSockets is how many sockets of a namespace are taken, of a kind.
	maxSockets = 1 << 20
	// maxReloads is how often in a sweep the sockets of a namespace are listed
	// again, for one that is newer than the list.
	maxReloads = 8
)

// A unixSocket is one as the kernel lists it.
type unixSocket struct {
	inode, peer uint64 // 0: none, or not told
	name        string // "" for none
	waitsFor    string // the name of the socket that has yet to accept it
	listening   bool
	// ambiguous: a text has two of this inode.
	ambiguous bool
}

// An inetSocket is a TCP or UDP socket.
type inetSocket struct {
	kind        Kind
	inode       uint64
	local, peer string
	listening   bool
}

// network has the sockets of a network namespace, once someone asks.
type network struct {
	own     bool // this process's
	unix    map[uint64]unixSocket
	inet    map[uint64]inetSocket
	peers   error // why peers of unix sockets aren't known, nil if they are
	reloads int
	missing losses // what was wrong with the lists
}

// networks are those in which a process's sockets are looked for: this one's,
// as sockets stay in the namespace in which they were made, whoever has them
// since, and the process's own.
func (l *look) networks() []*network {
	if l.nets != nil {
		return l.nets
	}
	s := l.sweep
	l.nets = []*network{s.network(s.own.net)}
	s.networks[s.own.net].own = true
	switch name := s.namespace(l.proc, "net"); name {
	case s.own.net:
	case "": // whose nobody knows: not for others
		l.nets = append(l.nets, new(network))
	default:
		l.nets = append(l.nets, s.network(name))
	}
	return l.nets
}

func (s *Sweep) network(name string) *network {
	n := s.networks[name]
	if n == nil {
		n = new(network)
		s.networks[name] = n
	}
	return n
}

// socket is the descriptor of a socket. The kernel names its protocol, so that
// only lists which may have it are read.
func (l *look) socket(fd string, inode uint64) {
	protocol := l.fds.protocol(fd, l.sweep.buffer[:256])
	if protocol == "" || strings.HasPrefix(protocol, "UNIX") {
		if s, n := find(l, inode, (*look).listUnix); n != nil {
			l.addUnix(fd, s, n)
			return
		}
	}
	if protocol == "" || strings.HasPrefix(protocol, "TCP") || strings.HasPrefix(protocol, "UDP") {
		if s, n := find(l, inode, (*look).listInet); n != nil {
			l.add(fd, Held{Kind: s.kind, Local: s.local, Peer: s.peer, Listening: s.listening})
			return
		}
	}
	l.add(fd, socketOf(protocol))
}

// find finds a socket in the lists that have its kind. One that isn't there may
// be newer than the lists: then they are read again, but not for every process.
// What isn't in new lists either is neither bound nor connected, or of a third
// namespace.
func find[S any](l *look, inode uint64, list func(*look, *network, bool) map[uint64]S) (S, *network) {
	for _, anew := range [...]bool{false, true} {
		if anew && l.reloaded {
			break
		}
		for _, n := range l.networks() {
			if anew && !l.reload(n) {
				continue
			}
			if s, ok := list(l, n, anew)[inode]; ok {
				return s, n
			}
		}
	}
	for _, n := range l.networks() {
		for _, m := range n.missing {
			l.missing.add(m.What, m.Err)
		}
	}
	var none S
	return none, nil
}

// reload tells whether a network may be listed again.
func (l *look) reload(n *network) bool {
	l.reloaded = true
	if n.reloads == maxReloads {
		l.missing.add("names of new sockets", errTooMany)
		return false
	}
	n.reloads++
	n.missing = nil
	return true
}

// socketOf is a socket of which no more is known than its protocol.
func socketOf(protocol string) Held {
	switch {
	case strings.HasPrefix(protocol, "UNIX"):
		return Held{Kind: Unix}
	case strings.HasPrefix(protocol, "TCP"):
		return Held{Kind: TCP}
	case strings.HasPrefix(protocol, "UDP"):
		return Held{Kind: UDP}
	}
	return Held{Kind: Socket, Path: protocol}
}

func (l *look) addUnix(fd string, s unixSocket, n *network) {
	h := Held{Kind: Unix, Path: s.name, Peer: s.waitsFor, Listening: s.listening}
	if s.ambiguous {
		l.missing.add("names of unix sockets", errAmbiguous)
	}
	if n.peers != nil && !s.listening {
		l.missing.add("peers of unix sockets", n.peers)
	}
	if s.peer != 0 {
		h.Peer = n.unix[s.peer].name
		l.sight.peers = append(l.sight.peers, s.peer)
	}
	if s.name != "" {
		l.sight.names = append(l.sight.names, s.name)
	}
	l.sight.sockets = append(l.sight.sockets, s.inode)
	l.add(fd, h)
}

// listUnix gives the unix sockets of a network.
func (l *look) listUnix(n *network, anew bool) map[uint64]unixSocket {
	if n.unix != nil && !anew {
		return n.unix
	}
	n.peers = errUnknown
	if diagnose := l.sweep.host.diagnose; n.own && diagnose != nil {
		if n.unix, n.peers = diagnose(); n.peers == nil {
			return n.unix
		}
	}
	l.source(n, func(proc folder) {
		var err error
		if n.unix, err = readUnix(proc); err != nil {
			n.missing.add("names of unix sockets", err)
		}
	})
	return n.unix
}

// listInet gives the TCP and UDP sockets of a network.
func (l *look) listInet(n *network, anew bool) map[uint64]inetSocket {
	if n.inet != nil && !anew {
		return n.inet
	}
	n.inet = map[uint64]inetSocket{}
	l.source(n, func(proc folder) {
		for _, name := range [...]string{"tcp", "tcp6", "udp", "udp6"} {
			if err := readInet(proc, name, n.inet); err != nil && !vanished(err) {
				n.missing.add("addresses of sockets", err)
			}
		}
	})
	return n.inet
}

// source calls f with the folder of a process in the network.
func (l *look) source(n *network, f func(proc folder)) {
	if !n.own {
		f(l.proc)
		return
	}
	self, err := openFolder(l.sweep.host.path("proc", "self"))
	if err != nil {
		n.missing.add("sockets", fmt.Errorf("open /proc/self: %w", err))
		return
	}
	defer self.close()
	f(self)
}
