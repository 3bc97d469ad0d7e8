package trail

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/virtaudit/virtaudit/record"
)

// event finds what a single event shows.
func (f *finder) event(ev *Event) {
	if ev.Late {
		f.late(ev)
	}
	if ev.Type.Virt() { // whatever it calls its operation
		f.virt(ev)
		return
	}
	switch ev.Op {
	case OpDenied:
		f.denial(ev)
	case OpSeccomp:
		n := f.of(SeccompViolation, ev)
		n.Text = sentence("system call", quoted(ev.ID), "that it may not make", by(quoted(ev.Sub)), bracketed(plainWords(ev.Reason)))
	case OpCrash, OpAnomaly:
		f.anomaly(ev)
	case OpClockBack:
		n := f.of(OrderBroken, ev)
		n.Proof = []Moment{ev.Before, ev.At}
		back := time.Duration(ev.Before.Millis-ev.At.Millis) * time.Millisecond
		n.Text = "the clock went back by " + back.String() + " between two records"
	}
	if ev.Op == OpBoot && ev.Reason == serialsGoOn {
		n := f.of(OrderBroken, ev)
		n.Text = "a SYSTEM_BOOT though the serials go on: it may be no boot"
		if ev.Sender != nil {
			n.Text += "; sent by " + senderText(ev.Sender, []uint32{ev.Sender.PID})
		}
	}
}

// anomaly finds what the kernel found odd of a guest's process, or of a
// hypervisor's whose guest isn't known.
func (f *finder) anomaly(ev *Event) {
	n := f.of(Anomaly, ev)
	switch {
	case ev.Op != OpCrash:
		n.Text = "the guest's process: " + quoted(ev.Reason)
	case ev.Sub != "":
		n.Text = sentence("a process of", quoted(ev.Sub), "died", bracketed(plainWords(ev.Reason))+";", "it is of no guest that is known to run")
	default:
		n.Text = sentence("the guest's process died", bracketed(plainWords(ev.Reason)))
		f.crashed[ev.Session()] = ev.Session() != nil
	}
}

// died finds a stop that nobody asked for, unless a crash told so already.
func (f *finder) died(ev *Event) {
	if ev.Op != OpStop || ev.Type != record.VirtControl || ev.Result != record.Success || f.crashed[ev.Session()] {
		return
	}
	if ev.Reason == "failed" || ev.Reason == "crashed" {
		n := f.of(GuestDied, ev)
		n.Text = "the guest's process ended by itself, and not as it should (" + ev.Reason + ")"
	}
}

// late finds records that came out of order: of each guest, and of the host.
func (f *finder) late(ev *Event) {
	f.once(OrderBroken, ev, late, max(ev.Count, 1))
}

// virt finds what a VIRT record shows, whatever it tells of.
func (f *finder) virt(ev *Event) {
	if ev.Result == record.Failed {
		n := f.of(OperationFailed, ev)
		n.Resource = resourceOf(ev)
		n.Text = sentence(operation(ev), "failed")
	}
	switch {
	case ev.Marks&record.Cut != 0:
		n := f.of(RecordCut, ev)
		n.Text = sentence("the record of", operation(ev), "lost its end", outcomeUnknown(ev))
	case ev.Kind == netOpen && ev.Result == record.Unknown:
		n := f.of(RecordAmbiguous, ev)
		n.Resource = resourceOf(ev)
		n.Text = sentence("the record of", operation(ev), "says success, and names no device: it isn't there")
	case ev.Marks&record.Ambiguous != 0:
		n := f.of(RecordAmbiguous, ev)
		n.Text = sentence("the record of", operation(ev), "can be read in more than one way")
	}
	f.died(ev)
	f.sender(ev)
}

func outcomeUnknown(ev *Event) string {
	if ev.Result == record.Unknown {
		return "and with it the outcome"
	}
	return ""
}

// resourceOf gives the resource that an event is about.
func resourceOf(ev *Event) Resource {
	id := ev.ID
	if id == "" {
		id = ev.Old
	}
	return Resource{Kind: ev.Kind, ID: id, Sub: ev.Sub}
}

// operation names what an event's record tells of: attach of disk /a.img.
func operation(ev *Event) string {
	op := quoted(ev.Op)
	if op == "" {
		op = ev.Type.String()
	}
	switch {
	case ev.Op == OpLabel:
		return sentence("label", quoted(ev.ID))
	case ev.Kind == "":
		return op
	case ev.Kind == netOpen:
		return sentence("opening", resourceOf(ev).String())
	}
	if unit, ok := units[ev.Kind]; ok && ev.ID != "" {
		return sentence(op, "of", ev.Kind, "to", inUnit(ev.ID, unit))
	}
	return sentence(op, "of", resourceOf(ev).String())
}

// units are those of quantities.
var units = map[string]string{"mem": "KiB", "vcpu": "", "iothread": ""}

// inUnit gives a quantity with its unit; memory in MiB where it is whole ones.
func inUnit(value, unit string) string {
	if n, err := strconv.ParseUint(value, 10, 64); err == nil && unit == "KiB" && n%1024 == 0 {
		return strconv.FormatUint(n/1024, 10) + " MiB"
	}
	return sentence(quoted(value), unit)
}

// denial finds what a guest's process was denied.
func (f *finder) denial(ev *Event) {
	n := f.of(Denial, ev)
	what := sentence(plainWords(ev.Reason), quoted(ev.Kind), quoted(ev.ID))
	verb := "denied:"
	if ev.Result == record.Success {
		verb = "would be denied, were the policy enforced:"
	}
	n.Text = sentence(verb, what, bracketed(heldText(ev)))
	n.Resource = Resource{Kind: ev.HeldAs, ID: ev.ID}
}

// plainWords gives what was denied, which is several words of the kernel's own,
// unless it isn't.
func plainWords(s string) string {
	for word := range strings.FieldsSeq(s) {
		if quoted(strings.Trim(word, "()")) != strings.Trim(word, "()") {
			return strconv.Quote(s)
		}
	}
	return s
}

func heldText(ev *Event) string {
	switch {
	case ev.ID == "":
		return ""
	case ev.Held == HeldYes:
		return "which the guest holds"
	case ev.Held == HeldNo:
		return "which no record gave to the guest"
	case ev.Held == HeldAllowed:
		return "which only a device rule allows"
	}
	return "whether the guest holds it is not proven"
}

// daemons are the programs that send VIRT records of guests: libvirt's, and
// Docker's where it was patched to.
var daemons = []string{
	"libvirtd", "virtqemud", "virtlxcd", "virtxend", "virtchd", "virtbhyved", "virtvzd", "virtvboxd",
	"docker", "dockerd", "docker-containerd",
}

// systemDirs are where a system has its programs.
var systemDirs = []string{"/usr/sbin", "/usr/bin", "/sbin", "/bin", "/usr/local/sbin", "/usr/local/bin", "/usr/libexec"}

// knownSender tells whether a program is a hypervisor's daemon in a place where
// only the system's administrator installs programs.
func knownSender(exe string) bool {
	dir, name := path.Split(strings.TrimSuffix(exe, " (deleted)")) // replaced by an update while it runs
	dir = strings.TrimSuffix(dir, "/")
	return slices.Contains(daemons, name) && (slices.Contains(systemDirs, dir) || strings.HasPrefix(dir, "/nix/store/"))
}

// sender finds records that no hypervisor's daemon sent: whoever has
// CAP_AUDIT_WRITE can send them.
func (f *finder) sender(ev *Event) {
	by := senderOf(ev)
	if by.Exe == "" && ev.Marks&record.Cut != 0 || knownSender(by.Exe) || f.own[ev.Fact] {
		return
	}
	f.once(UnknownSender, ev, senderKey(ev), 1)
}

func senderText(by *Sender, pids []uint32) string {
	exe := quoted(by.Exe)
	if exe == "" {
		exe = "a program without a name"
	}
	var list []string
	for _, pid := range pids[:min(len(pids), maxNamed)] {
		list = append(list, strconv.FormatUint(uint64(pid), 10))
	}
	if len(pids) > maxNamed {
		list = append(list, "and more")
	}
	return fmt.Sprintf("%s (pid %s, uid %d)", exe, strings.Join(list, " "), by.UID)
}

// auditdOff finds when nobody wrote a node's log.
func (f *finder) auditdOff(node string, off Span) {
	n := f.add(AuditdOff, node, nil, off.From)
	n.Until = off.To
	if off.To != (Moment{}) {
		n.Proof = append(n.Proof, off.To)
	}
	switch {
	case off.To == (Moment{}):
		n.Text = "auditd ended; that it began again is not in the log"
	case off.Booted:
		n.Severity = Info
		n.Text = "auditd did not write while the host went down and booted"
	case off.Said:
		n.Text = "auditd did not write; what happened meanwhile is not in the log"
	default:
		n.Text = "auditd began again without having ended: it did not write for some of this time"
	}
}

// counted says that so many records did something.
func counted(n int, what, did string) string {
	if n == 1 {
		return "a " + what + " " + did
	}
	return fmt.Sprintf("%d %ss %s", n, what, did)
}

// sentence joins the parts that are there.
func sentence(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(p string) bool { return p == "" }), " ")
}

func bracketed(s string) string {
	if s == "" {
		return ""
	}
	return "(" + s + ")"
}

func by(who string) string {
	if who == "" {
		return ""
	}
	return "by " + who
}
