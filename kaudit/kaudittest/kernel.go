package kaudittest

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"syscall"
	"time"

	"github.com/virtaudit/virtaudit/kaudit"
	"github.com/virtaudit/virtaudit/kaudit/internal/testhook"
	"github.com/virtaudit/virtaudit/record"
)

// A Kernel is a fake kernel. It is safe for concurrent use.
type Kernel struct {
	mu        sync.Mutex
	status    kaudit.Status
	rules     []kaudit.Rule
	refusal   error
	busy      int
	hold      chan struct{} // closed by the release; nil if nobody is held
	serial    uint64
	records   []kept
	listeners []func(datagram []byte)
}

// kept is a record, as listeners get it.
type kept struct {
	kind record.Type
	text []byte
}

// NewKernel gives a kernel with audit enabled, for a process that may do all.
func NewKernel() *Kernel {
	return &Kernel{status: kaudit.Status{Enabled: kaudit.On, Failure: 1, PID: 1, BacklogLimit: 8192}}
}

// Dial connects to this kernel; see kaudit.Dial.
func (k *Kernel) Dial() (*kaudit.Conn, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if errors.Is(k.refusal, kaudit.ErrUnsupported) {
		return nil, fmt.Errorf("kaudittest: dial: %w", k.refusal)
	}
	return testhook.NewConn(k.answer).(*kaudit.Conn), nil
}

// Subscribe listens to this kernel; see kaudit.Subscribe. Its receive buffer
// holds everything, but for what Lose takes.
func (k *Kernel) Subscribe(kaudit.SubscribeOptions) (*kaudit.Subscription, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.refusal != nil {
		return nil, fmt.Errorf("kaudittest: subscribe: %w", k.refusal)
	}
	s, deliver := testhook.NewSubscription()
	k.listeners = append(k.listeners, deliver)
	return s.(*kaudit.Subscription), nil
}

// Messages gives what became records, in order.
func (k *Kernel) Messages() []kaudit.Message {
	k.mu.Lock()
	defer k.mu.Unlock()
	messages := make([]kaudit.Message, len(k.records))
	for i, kept := range k.records {
		var r record.Record
		if err := r.ParseKernel(kept.kind, kept.text); err != nil {
			panic("kaudittest: " + err.Error()) // of what keep wrote
		}
		messages[i] = kaudit.Message{Type: r.Type, Result: r.Result, Text: r.AppendMessage(nil)}
	}
	return messages
}

// Log gives the records as lines of auditd's log.
func (k *Kernel) Log() []byte {
	k.mu.Lock()
	defer k.mu.Unlock()
	var log []byte
	for _, r := range k.records {
		log = fmt.Appendf(log, "type=%v msg=%s\n", r.kind, r.text)
	}
	return log
}

// SetStatus changes what Status gives. A kernel whose Enabled is kaudit.Off
// drops what it is sent.
func (k *Kernel) SetStatus(s kaudit.Status) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.status = s
}

// SetRules changes what Rules gives. They have no effect.
func (k *Kernel) SetRules(rules []kaudit.Rule) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.rules = rules
}

// Refuse makes the kernel refuse everything with one of kaudit.ErrNotPermitted,
// kaudit.ErrUserNamespace, kaudit.ErrUnsupported (which fails in Dial) or a
// syscall.Errno, until it is called with nil.
func (k *Kernel) Refuse(err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.refusal = err
}

// Busy makes the next sends fail for want of memory (ENOBUFS), as many as said.
func (k *Kernel) Busy(sends int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.busy = sends
}

// Hold fills the backlog: whoever sends a record is held until release is
// called. As in the real kernel the record is there all the same.
func (k *Kernel) Hold() (release func()) {
	k.mu.Lock()
	defer k.mu.Unlock()
	hold := make(chan struct{})
	k.hold = hold
	return sync.OnceFunc(func() {
		close(hold)
		k.mu.Lock()
		defer k.mu.Unlock()
		if k.hold == hold {
			k.hold = nil
		}
	})
}

// Lose makes the subscriptions miss a record: each gets a delivery that says
// so.
func (k *Kernel) Lose() {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, deliver := range k.listeners {
		deliver(nil)
	}
}

// keep makes a record of a text.
func (k *Kernel) keep(kind record.Type, text []byte) {
	k.serial++
	stamp := record.Stamp{Millis: time.Now().UnixMilli(), Serial: k.serial}
	whole := fmt.Appendf(nil, "audit(%v): pid=%d uid=%d auid=4294967295 ses=4294967295 msg='%s'",
		stamp, os.Getpid(), uint32(os.Getuid()), text)
	k.records = append(k.records, kept{kind, whole})
	for _, deliver := range k.listeners {
		deliver(message{kind: uint16(kind), data: whole}.append(nil))
	}
}

// refused gives the number by which the kernel refuses, 0 if it doesn't.
func (k *Kernel) refused() syscall.Errno {
	var number syscall.Errno
	switch {
	case k.refusal == nil:
		return 0
	case errors.As(k.refusal, &number):
		return number
	case errors.Is(k.refusal, kaudit.ErrUserNamespace):
		return syscall.ECONNREFUSED
	case errors.Is(k.refusal, kaudit.ErrUnsupported):
		return syscall.EPROTONOSUPPORT
	}
	return syscall.EPERM
}
