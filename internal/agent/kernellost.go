package agent

import (
	"fmt"
	"time"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/follow"
)

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
