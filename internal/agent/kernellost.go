package agent

import (
	"context"
	"errors"
	"io"
	"sync/atomic"
	"time"

	"github.com/virtaudit/virtaudit/kaudit"
)

// kernelLost counts the records that the kernel lost while the service ran: its
// queue was full, and nobody ever got them. Where the kernel may not be asked, which
// takes root or CAP_AUDIT_CONTROL, it counts none.
type kernelLost struct {
	dial  func() (kaudit.Sender, error)
	count atomic.Uint64

	asked bool
	last  uint32
}

// lostPeriod is how often the kernel is asked, and lostTime how long it may take.
const (
	lostPeriod = 10 * time.Second
	lostTime   = time.Second
)

// run asks the kernel until the context ends, or may not be.
func (k *kernelLost) run(ctx context.Context) {
	tick := time.NewTicker(lostPeriod)
	defer tick.Stop()
	for k.ask(ctx) {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// ask asks the kernel once, and tells whether to ask again.
func (k *kernelLost) ask(ctx context.Context) bool {
	to, err := k.dial()
	if err != nil {
		return false
	}
	if c, ok := to.(io.Closer); ok {
		defer c.Close()
	}
	p, ok := to.(prober)
	if !ok {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, lostTime)
	defer cancel()
	s, err := p.Status(ctx)
	if err == nil {
		k.add(s.Lost)
	}
	return !errors.Is(err, kaudit.ErrNotPermitted) && !errors.Is(err, kaudit.ErrUserNamespace)
}

// add takes the kernel's counter, which can be set back to 0.
func (k *kernelLost) add(lost uint32) {
	switch {
	case k.asked && lost >= k.last:
		k.count.Add(uint64(lost - k.last))
	case k.asked:
		k.count.Add(uint64(lost))
	}
	k.asked, k.last = true, lost
}
