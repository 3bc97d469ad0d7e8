package kaudit

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
)

// Enabled tells whether the kernel audits.
type Enabled uint32

// Off, the kernel takes the records that programs send, says that all is well,
// and drops them.
const (
	Off    Enabled = 0
	On     Enabled = 1
	Locked Enabled = 2 // on, and neither that nor a rule can be changed before the next boot
)

func (e Enabled) String() string {
	switch e {
	case Off:
		return "off"
	case On:
		return "on"
	case Locked:
		return "locked"
	}
	return fmt.Sprintf("%d", uint32(e))
}

// Status is the state of the kernel's audit (struct audit_status).
type Status struct {
	Enabled Enabled

	// Failure is what the kernel does when it loses a record: nothing (0),
	// write it to its log (1), panic (2).
	Failure uint32

	// PID is the process that takes the records, usually auditd. Where there
	// is none, 0, they end in the kernel's log.
	PID int

	RateLimit    uint32 // records a second, of which more are lost; 0 is no limit
	BacklogLimit uint32 // how many records may wait for auditd; 0 is no limit
	Lost         uint32 // records lost since boot, or since it was set back
	Backlog      uint32 // records that wait

	// Features are the AUDIT_FEATURE_BITMAP bits of what the kernel can do.
	// 0 on kernels before 3.15.
	Features uint32

	// BacklogWaitTime is how long a sender waits when the backlog is full, in
	// the kernel's ticks. 0 on kernels before 3.15.
	BacklogWaitTime uint32

	// BacklogWaitTimeActual is how long senders have waited so far, in the
	// kernel's ticks. 0 on kernels before 5.9.
	BacklogWaitTimeActual uint32
}

// leastStatus is the size of struct audit_status on the first kernels.
const leastStatus = 8 * 4

// Status asks for the state of the kernel's audit. The errors that a caller may
// tell apart are ErrNotPermitted and ErrUserNamespace.
func (c *Conn) Status(ctx context.Context) (Status, error) {
	var s Status
	err := c.exchange(ctx, typeGet, func(m message) (bool, error) {
		if m.kind == typeDone {
			return false, errors.New("the kernel ended its answer without giving it")
		}
		var err error
		s, err = parseStatus(m.data)
		return true, err
	})
	if err != nil {
		return Status{}, fmt.Errorf("kaudit: status: %w", err)
	}
	return s, nil
}

func parseStatus(b []byte) (Status, error) {
	if len(b) < leastStatus {
		return Status{}, fmt.Errorf("audit status of %d bytes, want at least %d", len(b), leastStatus)
	}
	n := numbers(b)
	return Status{
		// The first number says which of the others to set, and nothing here.
		Enabled:               Enabled(n.at(1)),
		Failure:               n.at(2),
		PID:                   int(int32(n.at(3))),
		RateLimit:             n.at(4),
		BacklogLimit:          n.at(5),
		Lost:                  n.at(6),
		Backlog:               n.at(7),
		Features:              n.at(8),
		BacklogWaitTime:       n.at(9),
		BacklogWaitTimeActual: n.at(10),
	}, nil
}

// numbers is a structure of 32-bit numbers.
type numbers []byte

// at gives the number at an index; 0 behind the end.
func (n numbers) at(i int) uint32 {
	if len(n) < i*4+4 {
		return 0
	}
	return binary.NativeEndian.Uint32(n[i*4:])
}
