package web

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// socketMode lets the group of the socket in, and nobody else.
const socketMode = 0o660

// ListenUnix listens on a unix socket of mode 0660, of that group where one is
// named. A socket that nobody answers on is left from before and replaced; one
// that somebody answers on, and what is no socket, is an error.
func ListenUnix(path, group string) (net.Listener, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	if len(path) > maxSocketPath {
		return nil, fmt.Errorf("socket %s: its path has %d bytes, and %d is the most", path, len(path), maxSocketPath)
	}
	if err := clearSocket(path); err != nil {
		return nil, err
	}
	clearLeft(filepath.Dir(path), time.Now())
	dir, err := os.MkdirTemp(filepath.Dir(path), making)
	if err != nil {
		return nil, fmt.Errorf("socket %s: %w", path, err)
	}
	defer os.RemoveAll(dir)
	// A socket lets in whom the process's mask does, so it is made where nobody
	// else can come, and moved when it has its mode and group.
	l, err := listenIn(dir)
	if err != nil {
		return nil, fmt.Errorf("socket %s: %w", path, err)
	}
	l.SetUnlinkOnClose(false)
	if err := place(filepath.Join(dir, made), path, group); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return &unixListener{UnixListener: l, path: path}, nil
}

const (
	// making is how the names of folders begin in which sockets are made, and
	// made is a socket's name there.
	making, made = ".virtaudit-", "s"

	// maxSocketPath is how long a path may be to which programs can connect.
	maxSocketPath = len(syscall.RawSockaddrUnix{}.Path) - 1
)

// listenIn listens on a new socket in a folder, whose path may be longer than that
// of the socket will be, and too long for one.
func listenIn(dir string) (*net.UnixListener, error) {
	name := filepath.Join(dir, made)
	if len(name) > maxSocketPath {
		d, err := os.Open(dir)
		if err != nil {
			return nil, err
		}
		defer d.Close()
		name = fmt.Sprintf("/proc/self/fd/%d/%s", d.Fd(), made)
	}
	return net.ListenUnix("unix", &net.UnixAddr{Name: name, Net: "unix"})
}

// clearLeft removes the folders that services left that were killed while they
// made their socket. It takes less than a minute to make one.
func clearLeft(dir string, now time.Time) {
	entries, _ := os.ReadDir(dir) // where it can't be read, making one will say so
	for _, e := range entries {
		if !e.IsDir() || !strings.HasPrefix(e.Name(), making) {
			continue
		}
		info, err := e.Info()
		if err != nil || now.Sub(info.ModTime()) < time.Minute {
			continue // it is gone, or is being used
		}
		left := filepath.Join(dir, e.Name())
		os.Remove(filepath.Join(left, made))
		os.Remove(left) // another's isn't ours to remove, and harms nobody
	}
}

// clearSocket removes a socket that nobody answers on.
func clearSocket(path string) error {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("socket: %w", err)
	case info.Mode().Type() != os.ModeSocket:
		return fmt.Errorf("socket %s: there is something else of that name", path)
	}
	c, err := net.DialTimeout("unix", path, time.Second)
	if err == nil {
		return errors.Join(fmt.Errorf("socket %s: another process answers on it", path), c.Close())
	}
	if !errors.Is(err, syscall.ECONNREFUSED) {
		return fmt.Errorf("socket %s: whether another process answers on it is not known: %w", path, err)
	}
	if err := os.Remove(path); err != nil {
		return fmt.Errorf("socket: %w", err)
	}
	return nil
}

// place gives a socket its group, its mode and its name.
func place(socket, path, group string) error {
	if group != "" {
		id, err := groupID(group)
		if err != nil {
			return fmt.Errorf("socket %s: %w", path, err)
		}
		if err := os.Lchown(socket, -1, id); err != nil {
			return fmt.Errorf("socket %s: group %s: %w", path, group, err)
		}
	}
	if err := os.Chmod(socket, socketMode); err != nil {
		return fmt.Errorf("socket %s: %w", path, err)
	}
	if err := os.Rename(socket, path); err != nil {
		return fmt.Errorf("socket %s: %w", path, err)
	}
	return nil
}

func groupID(name string) (int, error) {
	g, err := user.LookupGroup(name)
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(g.Gid)
}

// unixListener knows the socket by the name that it was moved to.
type unixListener struct {
	*net.UnixListener
	path string
}

func (l *unixListener) Addr() net.Addr { return &net.UnixAddr{Name: l.path, Net: "unix"} }

// Close removes the socket first, so that nobody finds one that is not served.
func (l *unixListener) Close() error {
	err := os.Remove(l.path)
	if errors.Is(err, os.ErrNotExist) {
		err = nil
	}
	return errors.Join(err, l.UnixListener.Close())
}
