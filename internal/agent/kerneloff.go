package agent

import (
	"cmp"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/follow"
)

// auditState is what was told of whether the kernel's audit is enabled.
type auditState struct {
	// Off is since when it is disabled; 0 where it isn't.
	Off int64 `json:"off,omitempty"`
	At  int64 `json:"at"` // as the kernel, or a record of the log, showed then
}

const (
	wasDisabled = "audit was disabled in the kernel until it was enabled again"
	enableIt    = disabled + ", so nothing is recorded; auditctl -e 1 enables it"
)

// offInKernel says that the kernel's audit is disabled, so that a log that is followed
// has nothing, or is enabled again. That is a source of its own: what is said of the
// log neither begins nor ends it. As long as no log is followed that is told alone.
func (s *logSource) offInKernel(b *follow.Batch, o *offer) {
	if !s.hosts {
		return
	}
	s.look(b, o)
	s.recordedAgain(b, o) // behind the look: it may be of a moment before a record
}

// look takes what the kernel said since it was looked at last.
func (s *logSource) look(b *follow.Batch, o *offer) {
	is := s.kernel.asked.Load()
	if is == nil || is == s.looked || b.Way == "" && s.audit.Off == 0 {
		return
	}
	s.looked = is
	since := min(max(s.audit.At, s.unreadTo), is.At)
	switch {
	case is.off() && s.audit.Off == 0:
		w := fact.Watched{Source: fact.KernelAudit, Since: since, At: is.At, Why: disabled}
		s.audit.Off = cmp.Or(since, is.At)
		s.a.log.Warn("audit log", "problem", enableIt)
		o.facts = append(o.facts, s.watch(w))
	case is.off():
	case s.audit.Off != 0:
		s.onInKernel(is.At, o)
	case is.Off > since: // and enabled again, since it was told last
		o.facts = append(o.facts, s.gap(fact.KernelAudit, cmp.Or(since, is.Off), is.At, wasDisabled))
	}
	s.audit.At = is.At
}

// recordedAgain takes a record that is later than the last look for a proof that audit
// is enabled: the service may not be allowed to ask any more.
func (s *logSource) recordedAgain(b *follow.Batch, o *offer) {
	for i := range b.Records {
		f := &b.Records[i]
		if s.audit.Off != 0 && f.Type.Virt() && f.Node == s.a.config.Node && f.Stamp.Millis > s.audit.At {
			s.audit.At = f.Stamp.Millis
			s.onInKernel(s.audit.At, o)
		}
	}
}

func (s *logSource) onInKernel(at int64, o *offer) {
	s.a.log.Info("audit is enabled in the kernel again")
	o.facts = append(o.facts, s.gap(fact.KernelAudit, s.audit.Off, at, wasDisabled))
	s.audit.Off = 0
}

// isOff tells whether audit is disabled in the kernel whose log is followed.
func (s *logSource) isOff() bool {
	is := s.kernel.asked.Load()
	return s.hosts && is != nil && is.off()
}
