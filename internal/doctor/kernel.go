package doctor

import (
	"errors"
	"fmt"
	"strings"

	"github.com/virtaudit/virtaudit/kaudit"
)

// notTold is what a check says that needs the kernel's answer and has none.
func notTold(err error) finding {
	switch {
	case errors.Is(err, kaudit.ErrNotPermitted):
		return finding{Unknown, "the kernel doesn't tell this process", "run this as root, outside of containers"}
	case errors.Is(err, kaudit.ErrUserNamespace):
		return finding{Unknown, "the kernel doesn't tell a process in a user namespace", "run this on the host itself"}
	case errors.Is(err, kaudit.ErrUnsupported):
		return finding{Unknown, "the kernel has no audit", "see kernel audit"}
	}
	return finding{Unknown, err.Error(), "try again"}
}

// kernelAudit tells whether the kernel audits.
func (e *examination) kernelAudit() finding {
	switch {
	case e.bootedWithout():
		return finding{Wrong, "off until the next boot: the kernel was booted with audit=0", "take audit=0 out of the kernel's command line and reboot"}
	case errors.Is(e.statusErr, kaudit.ErrUnsupported):
		return finding{Wrong, "the kernel has none", "boot a kernel that is built with CONFIG_AUDIT; in a sandbox, look from outside"}
	case e.statusErr != nil:
		return notTold(e.statusErr)
	}
	switch e.status.Enabled {
	case kaudit.Off:
		return finding{
			Wrong, "off: the kernel drops the records that libvirt sends, and tells it that all is well",
			"auditctl -e 1, or start auditd, which does that; audit=1 on the kernel's command line has it on from boot",
		}
	case kaudit.Locked:
		return ok("on, and locked until the next boot")
	}
	return ok("on")
}

// bootedWithout tells whether the kernel was told to do without audit. Once is
// enough: a later audit=1 doesn't undo it.
func (e *examination) bootedWithout() bool {
	line, err := e.host.read("proc/cmdline")
	if err != nil {
		return false
	}
	for _, word := range strings.Fields(line) {
		if word == "audit=0" || strings.EqualFold(word, "audit=off") {
			return true
		}
	}
	return false
}

// lostRecords tells what the kernel had to drop. The log never says so.
func (e *examination) lostRecords() finding {
	switch s := e.status; {
	case e.statusErr != nil:
		return notTold(e.statusErr)
	case s.Lost > 0:
		return finding{
			Warning, count(int(s.Lost), "record") + " lost since boot or since the counter was set back",
			"raise the backlog limit, auditctl -b 8192, also in /etc/audit/rules.d; auditctl --reset-lost sets the counter back",
		}
	case s.RateLimit > 0:
		return finding{
			Warning, fmt.Sprintf("none so far, but of more than %d records a second the rest is dropped", s.RateLimit),
			"auditctl -r 0, also in /etc/audit/rules.d",
		}
	}
	return ok("none")
}

// backlog tells how far what takes the records is behind.
func (e *examination) backlog() finding {
	s := e.status
	if e.statusErr != nil {
		return notTold(e.statusErr)
	}
	if s.BacklogLimit == 0 {
		return ok(count(int(s.Backlog), "record") + " waiting, without a limit")
	}
	f := ok(fmt.Sprintf("%d of at most %d records waiting", s.Backlog, s.BacklogLimit))
	if uint64(s.Backlog)*4 >= uint64(s.BacklogLimit)*3 {
		f.state, f.advice = Warning, "raise the limit, auditctl -b 8192, also in /etc/audit/rules.d, and see why auditd is slow"
	}
	return f
}
