package kaudit

import (
	"os"
	"sync"
	"syscall"

	"github.com/virtaudit/virtaudit/kaudit/internal/testhook"
)

func init() {
	testhook.NewConn = func(kernel func([]byte) ([][]byte, error)) any {
		return newConn(newMemory(kernel), true)
	}
	testhook.NewSubscription = func() (any, func([]byte)) {
		m := newMemory(nil)
		return newSubscription(m), func(datagram []byte) { m.give(datagram) }
	}
}

// memory is the transport of a kernel that is a function. A datagram of the
// queue that is nil is one that did not fit into it.
type memory struct {
	kernel func(request []byte) ([][]byte, error)

	mu          sync.Mutex
	changed     *sync.Cond
	queue       [][]byte
	interrupted bool
	closed      bool
}

func newMemory(kernel func([]byte) ([][]byte, error)) *memory {
	m := &memory{kernel: kernel}
	m.changed = sync.NewCond(&m.mu)
	return m
}

func (m *memory) send(datagram []byte) error {
	m.mu.Lock()
	closed := m.closed
	m.mu.Unlock()
	if closed {
		return os.ErrClosed
	}
	answers, err := m.kernel(datagram)
	if err != nil {
		return meaning(err)
	}
	m.give(answers...)
	return nil
}

func (m *memory) give(datagrams ...[]byte) {
	m.set(func() { m.queue = append(m.queue, datagrams...) })
}

func (m *memory) receive(buf []byte) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for len(m.queue) == 0 && !m.closed && !m.interrupted {
		m.changed.Wait()
	}
	switch {
	case m.closed:
		return 0, os.ErrClosed
	case m.interrupted:
		return 0, os.ErrDeadlineExceeded
	}
	datagram := m.queue[0]
	m.queue = m.queue[1:]
	if datagram == nil {
		return 0, syscall.ENOBUFS
	}
	copy(buf, datagram)
	return len(datagram), nil
}

// set changes the state and wakes whoever waits for that.
func (m *memory) set(change func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	change()
	m.changed.Broadcast()
}

func (m *memory) interrupt() error {
	m.set(func() { m.interrupted = true })
	return nil
}

func (m *memory) resume() error {
	m.set(func() { m.interrupted = false })
	return nil
}

// port is 0 in what the function answers, too.
func (m *memory) port() uint32 { return 0 }

func (m *memory) close() error {
	m.set(func() { m.closed = true })
	return nil
}
