package agent

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync/atomic"
	"time"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/follow"
	"github.com/virtaudit/virtaudit/internal/witness"
	"github.com/virtaudit/virtaudit/kaudit"
)

// A kernelLost counts the records that the kernel lost while the service ran: its queue
// was full, and auditd never got them. To ask the kernel takes root or
// CAP_AUDIT_CONTROL; without that it counts none.
type kernelLost struct {
	dial  func() (kaudit.Sender, error)
	now   func() time.Time
	boot  string
	count atomic.Uint64
	asked atomic.Pointer[lostUntil] // what it said last; nil where it may not be asked
}

func newKernelLost(a *agent) *kernelLost {
	return &kernelLost{dial: a.host.Dial, now: a.host.Now, boot: witness.BootID()}
}

// lostUntil is how many records the kernel had lost at a time.
type lostUntil struct {
	Boot string `json:"boot"`
	Lost uint32 `json:"lost"`
	At   int64  `json:"at"`
	// Logged tells that there was an auditd. Without one the kernel counts as lost
	// what it has no place to keep for one, whoever else it gave that to.
	Logged bool `json:"logged"`
	// Off is when audit was last seen to be disabled, now or before; 0 for never.
	Off int64 `json:"-"`
}

// off tells whether audit was disabled.
func (l *lostUntil) off() bool { return l.Off != 0 && l.Off == l.At }

// since gives how many were lost since then. The counter begins anew with a boot, and
// can be set back to 0.
func (l *lostUntil) since(was *lostUntil) uint64 {
	if l.Boot == was.Boot && l.Lost >= was.Lost {
		return uint64(l.Lost - was.Lost)
	}
	return uint64(l.Lost)
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
	k.asked.Store(nil)
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
		is := &lostUntil{Boot: k.boot, Lost: s.Lost, At: k.now().UnixMilli(), Logged: s.PID != 0}
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

// lostPause is how long a loss that goes on isn't told again.
const lostPause = time.Minute

// lostByKernel says that the kernel lost records since it was told last, or by an
// earlier run of the service, how many it had lost.
func (s *logSource) lostByKernel(b *follow.Batch, o *offer) {
	is, was := s.kernel.asked.Load(), s.lost
	if is == nil || is == was || b.Way == "" || !s.hosts {
		return
	}
	if was == nil || is.since(was) == 0 || b.Way == follow.WayMulticast && !(was.Logged && is.Logged) {
		s.lost = is
		return
	}
	if pause := is.At - s.lostTold; pause >= 0 && pause < lostPause.Milliseconds() {
		return
	}
	s.lost, s.lostTold, s.whole = is, is.At, false
	why := fmt.Sprintf("records lost by the kernel: %d (its queue was full, or its rate limit reached)", is.since(was))
	s.a.log.Warn("audit log", "problem", why)
	o.facts = append(o.facts, s.gap("log", was.At, is.At, why))
}

// gap says that something is missing of the log between two times, though it is
// followed.
func (s *logSource) gap(source string, since, at int64, why string) fact.Fact {
	if since == 0 || since >= at {
		since = at - 1 // clocks are set back, and a gap is one all the same
	}
	return s.watch(fact.Watched{Source: source, Up: true, At: at, Since: since, Why: why})
}

// watch makes a fact of its own source: retention keeps the last word on each.
func (s *logSource) watch(w fact.Watched) fact.Fact {
	f := s.fact(fact.Watch, s.a.host.Now(), fact.Encode(w))
	f.Source = w.Source
	return f
}
