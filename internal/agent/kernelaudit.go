package agent

import (
	"context"
	"errors"
	"io"
	"sync/atomic"
	"time"

	"github.com/virtaudit/virtaudit/internal/witness"
	"github.com/virtaudit/virtaudit/kaudit"
)

// A kernelAudit asks the kernel how its audit is: whether it is enabled, and how many
// records it lost, as its queue was full and auditd never got them. To ask takes root or
// CAP_AUDIT_CONTROL; without that nothing is known.
type kernelAudit struct {
	dial  func() (kaudit.Sender, error)
	now   func() time.Time
	boot  string
	count atomic.Uint64              // of the records that were lost while the service ran
	asked atomic.Pointer[kernelSaid] // what it said last; nil where it may not be asked
}

func newKernelAudit(a *agent) *kernelAudit {
	return &kernelAudit{dial: a.host.Dial, now: a.host.Now, boot: witness.BootID()}
}

// kernelSaid is what the kernel said of its audit at a time.
type kernelSaid struct {
	Boot string `json:"boot"`
	Lost uint32 `json:"lost"` // records, since the boot
	At   int64  `json:"at"`
	// Logged tells that there was an auditd. Without one the kernel counts as lost
	// what it has no place to keep for one, whoever else it gave that to.
	Logged bool `json:"logged"`
	// Off is when audit was last seen to be disabled, now or before; 0 for never.
	Off int64 `json:"-"`
}

// off tells whether audit was disabled.
func (s *kernelSaid) off() bool { return s.Off != 0 && s.Off == s.At }

// since gives how many were lost since then. The counter begins anew with a boot, and
// can be set back to 0.
func (s *kernelSaid) since(was *kernelSaid) uint64 {
	if s.Boot == was.Boot && s.Lost >= was.Lost {
		return uint64(s.Lost - was.Lost)
	}
	return uint64(s.Lost)
}

// askPeriod is how often the kernel is asked, and askTime how long it may take.
const (
	askPeriod = 10 * time.Second
	askTime   = time.Second
)

// run asks the kernel until the context ends, or may not be.
func (k *kernelAudit) run(ctx context.Context) {
	tick := time.NewTicker(askPeriod)
	defer tick.Stop()
	for k.ask(ctx) {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
	k.asked.Store(nil)
}

// ask asks the kernel once, and tells whether to ask again.
func (k *kernelAudit) ask(ctx context.Context) bool {
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
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	s, err := p.Status(ctx)
	if err == nil {
		is := &kernelSaid{Boot: k.boot, Lost: s.Lost, At: k.now().UnixMilli(), Logged: s.PID != 0}
		if was := k.asked.Load(); was != nil {
			k.count.Add(is.since(was))
			if was.Off < is.At { // or the clock was set back: it is no time to compare with
				is.Off = was.Off
			}
		}
		if s.Enabled == kaudit.Off {
			is.Off = is.At
		}
		k.asked.Store(is)
	}
	return !errors.Is(err, kaudit.ErrNotPermitted) && !errors.Is(err, kaudit.ErrUserNamespace)
}
