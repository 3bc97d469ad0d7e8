package follow

import (
	"os"

	"golang.org/x/sys/unix"
)

// A waker tells when something changed in a folder.
type waker struct {
	file *os.File
	dir  string
	// C has something when there was a change since it was read last.
	C chan struct{}
}

// newWaker gives one that never wakes where the system allows no more of them:
// then there is polling.
func newWaker(dir string) *waker {
	w := &waker{dir: dir, C: make(chan struct{}, 1)}
	fd, err := unix.InotifyInit1(unix.IN_CLOEXEC | unix.IN_NONBLOCK)
	if err != nil {
		return w
	}
	w.file = os.NewFile(uintptr(fd), "inotify")
	w.watch()
	go w.listen()
	return w
}

// watch begins to watch the folder, anew where it is another one by now.
func (w *waker) watch() {
	if w.file == nil {
		return
	}
	conn, err := w.file.SyscallConn()
	if err != nil {
		return
	}
	// An error is one of the folder, which whoever lists it sees too.
	_ = conn.Control(func(fd uintptr) {
		_, _ = unix.InotifyAddWatch(int(fd), w.dir,
			unix.IN_MODIFY|unix.IN_CREATE|unix.IN_MOVED_TO|unix.IN_ATTRIB|unix.IN_ONLYDIR)
	})
}

// listen ends when the waker is closed.
func (w *waker) listen() {
	events := make([]byte, 4096)
	for {
		if _, err := w.file.Read(events); err != nil {
			return
		}
		select {
		case w.C <- struct{}{}:
		default:
		}
	}
}

func (w *waker) close() {
	if w.file != nil {
		w.file.Close()
	}
}
