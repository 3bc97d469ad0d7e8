package web

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
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
	if err := clearSocket(path); err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp(filepath.Dir(path), ".virtaudit-")
	if err != nil {
		return nil, fmt.Errorf("socket %s: %w", path, err)
	}
	defer os.RemoveAll(dir)
	// A socket lets in whom the process's mask does, so it is made where nobody
	// else can come, and moved when it has its mode and group.
	inside := filepath.Join(dir, "s")
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: inside, Net: "unix"})
	if err != nil {
		return nil, fmt.Errorf("socket %s: %w", path, err)
	}
	l.SetUnlinkOnClose(false)
	if err := place(inside, path, group); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return &unixListener{UnixListener: l, path: path}, nil
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
