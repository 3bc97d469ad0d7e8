package proc

import (
	"bufio"
	"errors"
	"io"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/virtaudit/virtaudit/guest"
)

// A folder, or whatever else has a path, held by a descriptor (O_PATH). That of
// a process stays the same process's: when it is gone, all in it is.
type folder int

// openFolder opens a folder by its path.
func openFolder(path string) (folder, error) { return folder(unix.AT_FDCWD).folder(path) }

// folder opens one below another.
func (d folder) folder(name string) (folder, error) {
	fd, err := unix.Openat(int(d), name, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	return folder(fd), err
}

func (d folder) close() { unix.Close(int(d)) }

// link gives the text of a link, in the buffer's memory. A text that fills the
// buffer may be cut and is an error.
func (d folder) link(name string, buffer []byte) ([]byte, error) {
	n, err := unix.Readlinkat(int(d), name, buffer)
	switch {
	case err != nil:
		return nil, err
	case n == len(buffer):
		return nil, unix.ENAMETOOLONG
	}
	return buffer[:n], nil
}

// pin holds what a link leads to, without opening it.
func (d folder) pin(name string) (folder, error) {
	fd, err := unix.Openat(int(d), name, unix.O_PATH|unix.O_CLOEXEC, 0)
	return folder(fd), err
}

// path gives where it is.
func (d folder) path(buffer []byte) ([]byte, error) {
	return folder(unix.AT_FDCWD).link(d.proc(), buffer)
}

// proc is its own name in /proc.
func (d folder) proc() string { return "/proc/self/fd/" + strconv.Itoa(int(d)) }

// statusHere says what it is, from what the kernel knows without asking a
// server.
func (d folder) statusHere() (status, error) {
	const wanted = unix.STATX_TYPE | unix.STATX_INO | unix.STATX_NLINK
	const how = unix.AT_EMPTY_PATH | unix.AT_STATX_DONT_SYNC | unix.AT_NO_AUTOMOUNT
	var s unix.Statx_t
	if err := unix.Statx(int(d), "", how, wanted, &s); err != nil {
		return status{}, err
	}
	return status{
		kind:   kindOf(uint32(s.Mode)),
		links:  s.Nlink,
		inode:  s.Ino,
		fs:     guest.DeviceNumber{Major: s.Dev_major, Minor: s.Dev_minor},
		device: guest.DeviceNumber{Major: s.Rdev_major, Minor: s.Rdev_minor},
	}, nil
}

func kindOf(mode uint32) Kind {
	switch mode & unix.S_IFMT {
	case unix.S_IFREG:
		return File
	case unix.S_IFDIR:
		return Directory
	case unix.S_IFBLK:
		return Block
	case unix.S_IFCHR:
		return Char
	case unix.S_IFIFO:
		return FIFO
	}
	return Other
}

// resolveCached is RESOLVE_CACHED of linux/openat2.h, since Linux 5.12.
const resolveCached = 0x20

// cached says what is at a path, if the kernel can tell without asking
// anyone. The path is taken from this folder as root, links aren't followed.
func (d folder) cached(path string) (status, error) {
	fd, err := unix.Openat2(int(d), path, &unix.OpenHow{
		Flags:   unix.O_PATH | unix.O_NOFOLLOW | unix.O_CLOEXEC,
		Resolve: resolveCached | unix.RESOLVE_IN_ROOT | unix.RESOLVE_NO_MAGICLINKS,
	})
	if err != nil {
		return status{}, err
	}
	defer unix.Close(fd)
	return folder(fd).statusHere()
}

// pinPath holds what a path leads to, without opening it.
func pinPath(path string) (folder, error) { return folder(unix.AT_FDCWD).pin(path) }

// pinCached holds what a path leads to, if the kernel can tell without asking
// anyone.
func pinCached(path string) (folder, error) {
	fd, err := unix.Openat2(unix.AT_FDCWD, path, &unix.OpenHow{Flags: unix.O_PATH | unix.O_CLOEXEC, Resolve: resolveCached})
	return folder(fd), err
}

func (d folder) open(name string, flags int) (*os.File, error) {
	fd, err := unix.Openat(int(d), name, unix.O_RDONLY|unix.O_NOCTTY|unix.O_CLOEXEC|flags, 0)
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(fd), name), nil
}

// read reads a file's beginning into the buffer. One that fills the buffer is
// cut.
func (d folder) read(name string, buffer []byte) (text []byte, cut bool, err error) {
	fd, err := unix.Openat(int(d), name, unix.O_RDONLY|unix.O_NOCTTY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, false, err
	}
	defer unix.Close(fd)
	n := 0
	for n < len(buffer) {
		more, err := unix.Read(fd, buffer[n:])
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err != nil || more <= 0 {
			return buffer[:n], false, err
		}
		n += more
	}
	return buffer, true, nil
}

// each calls f with the names in a folder until it says that it is enough.
func (d folder) each(name string, f func(name string) bool) error {
	file, err := d.open(name, unix.O_DIRECTORY)
	if err != nil {
		return err
	}
	defer file.Close()
	for {
		names, err := file.Readdirnames(256)
		for _, n := range names {
			if !f(n) {
				return nil
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return errors.Unwrap(err)
		}
	}
}

// lines calls f with the lines of a file, without their ends, until it says that
// it is enough. Lines longer than a page and whatever is after the limit are
// left out, and an error.
func (d folder) lines(name string, limit int64, f func(line []byte) bool) error {
	file, err := d.open(name, 0)
	if err != nil {
		return err
	}
	defer file.Close()
	text := &io.LimitedReader{R: file, N: limit}
	scanner := bufio.NewScanner(text)
	scanner.Buffer(make([]byte, 64<<10), 64<<10)
	for scanner.Scan() {
		if !f(scanner.Bytes()) {
			return nil
		}
	}
	if errors.Is(scanner.Err(), bufio.ErrTooLong) || text.N == 0 {
		return errCut
	}
	return scanner.Err()
}

// protocol names the protocol of a socket as the kernel does: TCP, UNIX-STREAM,
// NETLINK; "" if it doesn't.
func (d folder) protocol(name string, buffer []byte) string {
	n, err := unix.Getxattr(d.proc()+"/"+name, "system.sockprotoname", buffer)
	if err != nil || n > len(buffer) {
		return ""
	}
	return strings.TrimRight(string(buffer[:n]), "\x00")
}
