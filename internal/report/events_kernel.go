package report

import (
	"strings"

	"github.com/virtaudit/virtaudit/internal/trail"
	"github.com/virtaudit/virtaudit/record"
)

// processPhrase tells what the kernel says of a guest's process.
func processPhrase(ev *trail.Event) phrase {
	signal := ""
	if strings.HasPrefix(ev.Reason, "signal ") {
		signal = inBrackets(escaped(ev.Reason))
	}
	switch ev.Op {
	case trail.OpDenied:
		return denialPhrase(ev)
	case trail.OpSeccomp:
		what := oneWord(ev.ID)
		if ev.Sub != "" {
			what += " by " + oneWord(ev.Sub)
		}
		return phrase{done: "forbidden system call", what: spaced(what, signal)}
	case trail.OpCrash:
		if ev.Sub != "" { // whose it was isn't known
			return phrase{done: "a process of " + oneWord(ev.Sub) + " crashed:", what: spaced("pid", oneWordOrNone(ev.ID), signal)}
		}
		return phrase{done: "crashed", what: signal}
	}
	return phrase{done: "anomaly:", what: spaced(ev.Type.String(), signal)}
}

// denialPhrase tells what a process was denied. Several words of the kernel's are
// what was denied of it, such as "read write".
func denialPhrase(ev *trail.Event) phrase {
	p := phrase{done: "denied:"}
	if ev.Result == record.Success {
		p.done = "would be denied, were the policy enforced:"
	}
	p.what = spaced(escaped(ev.Reason), oneWordOrNone(ev.Kind), oneWordOrNone(ev.ID))
	switch {
	case ev.ID == "":
	case ev.Held == trail.HeldYes:
		p.what += ", which it holds"
	case ev.Held == trail.HeldNo:
		p.what += ", which no record gave it"
	case ev.Held == trail.HeldAllowed:
		p.what += ", which only a device rule allows"
	default:
		p.what += ", whether it holds it is not proven"
	}
	return p
}

// serialsGoOn is the reason of a boot that the kernel's serials don't confirm.
const serialsGoOn = "serials go on"

// hostPhrase tells what happened to the host, its clock and its auditd.
func hostPhrase(ev *trail.Event) phrase {
	switch ev.Op {
	case trail.OpBoot:
		switch {
		case ev.Type == record.SystemBoot && ev.Reason == serialsGoOn:
			return phrase{done: "host booted, it is said,", what: "but its serials go on"}
		case ev.Type == record.SystemBoot:
			return phrase{done: "host booted"}
		}
		return phrase{done: "host booted", what: "(its serials began anew)"}
	case trail.OpShutdown:
		return phrase{done: "host shuts down"}
	case trail.OpClockBack:
		return phrase{done: "clock set back by", what: duration(ev.At, ev.Before)}
	case trail.OpAuditdBack:
		return phrase{done: "auditd writes again"}
	case trail.OpLate:
		return phrase{done: count(int64(ev.Count), "record"), what: "of no guest"}
	case trail.OpAuditdStart:
		return phrase{done: "auditd started", todo: "start auditd"}
	case trail.OpAuditdEnd:
		return phrase{"auditd ended", "end auditd", inBrackets(oneWordOrNone(ev.Reason))}
	}
	return same("auditd:", oneWord(ev.Reason))
}
