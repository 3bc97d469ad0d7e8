package proc

import (
	"bytes"
	"errors"
	"strconv"
	"strings"
	"syscall"
)

// patience is how often a descriptor that changes under the look is looked at.
const patience = 3

// descriptor looks at one descriptor. One that is closed meanwhile is none.
func (l *look) descriptor(fd string) {
	for range patience {
		if l.once(fd) {
			return
		}
	}
	l.missing.add("descriptors", errRestless)
}

// once tells whether the descriptor was the same all the time.
func (l *look) once(fd string) bool {
	text, err := l.fds.link(fd, l.sweep.link[0][:])
	switch {
	case vanished(err):
	case errors.Is(err, syscall.ENAMETOOLONG), bytes.HasPrefix(text, []byte("/")):
		return l.file(fd)
	case err != nil:
		l.missing.add("descriptors", err)
	default:
		l.object(fd, string(text))
	}
	return true
}

// object is a descriptor of what has no path: KIND:[INODE], anon_inode:NAME.
func (l *look) object(fd, text string) {
	kind, rest, _ := strings.Cut(text, ":")
	switch kind {
	case "socket":
		inode, err := strconv.ParseUint(strings.Trim(rest, "[]"), 10, 64)
		if err != nil {
			l.missing.add("sockets", errUnknown)
			return
		}
		l.socket(fd, inode)
	case "pipe":
		l.add(fd, Held{Kind: Pipe})
	case "anon_inode":
		l.anon(fd, rest)
	default: // a namespace, a pidfd: what it is, and which
		l.add(fd, Held{Kind: Other, Path: text})
	}
}

// anon is an object of the kernel's. Of a VFIO device newer kernels tell which.
func (l *look) anon(fd, name string) {
	h := Held{Kind: Anon, Path: name}
	if name == vfioDevice {
		info, _ := l.info(fd)
		h.PCI = info.pci
	}
	l.add(fd, h)
}

// file is a descriptor of what has a path. Path and type are those of one file,
// for it is held by a descriptor of this process's own, which opens nothing. A
// descriptor that was another when its access was asked for isn't the same.
func (l *look) file(fd string) bool {
	pin, err := l.fds.pin(fd)
	switch {
	case vanished(err):
		return true
	case err != nil:
		l.missing.add("types of files", err)
		l.addUntyped(fd)
		return true
	}
	defer pin.close()
	path, pathErr := pin.path(l.sweep.link[0][:])
	s, err := pin.statusHere()
	if err != nil {
		l.missing.add("types of files", err)
		s = status{kind: Other}
	}
	info, err := l.info(fd)
	if err != nil && !vanished(err) {
		l.missing.add("access of files", err)
	}
	again, againErr := l.fds.link(fd, l.sweep.link[1][:])
	switch {
	case vanished(againErr):
		return true
	case !bytes.Equal(path, again):
		return false
	case pathErr != nil:
		l.missing.add("paths", errCut)
	}
	l.add(fd, l.named(string(path), s, info))
	return true
}

// addUntyped takes a file of which there is only its path.
func (l *look) addUntyped(fd string) {
	if path, err := l.fds.link(fd, l.sweep.link[0][:]); err == nil {
		l.add(fd, Held{Kind: Other, Path: string(path)})
	}
}

// named makes a Held of what is known of a file.
func (l *look) named(path string, s status, info info) Held {
	h := Held{Kind: s.kind, Access: info.access}
	h.Path, h.Deleted = l.unlinked(path, s)
	switch s.kind {
	case Block, Char:
		h.Device = s.device
		h.Node = l.sweep.node(s.kind, s.device)
		h.Tap, h.PTY = info.tap, info.pty
		h.PCI = l.pci(&h)
	case File:
		h.FS, h.Inode = s.fs, s.inode
		if name, ok := strings.CutPrefix(h.Path, memfdPrefix); ok && h.Deleted && l.isMemory(s) {
			h = Held{Kind: Memory, Path: name, Access: info.access, FS: s.fs, Inode: s.inode}
		}
	default:
		h.FS, h.Inode = s.fs, s.inode
	}
	return h
}

// info reads what /proc/PID/fdinfo says.
func (l *look) info(fd string) (info, error) {
	text, cut, err := l.infos.read(fd, l.sweep.buffer[:])
	if err != nil {
		return info{}, err
	}
	if cut {
		err = errCut
	}
	return parseInfo(text), err
}
