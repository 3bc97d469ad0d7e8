package trail

import (
	"bytes"
	"path"
	"strings"

	"github.com/virtaudit/virtaudit/record"
)

// denial takes an AVC: it counts where what was denied is a guest.
func (t *Trail) denial(e *entry) {
	if g, ok := t.denied(e); ok {
		t.counts.GuestAVCs++
		t.tellDenial(e, g)
	}
}

// denied tells whether a record is a denial, and of which guest of the node,
// where it names one that AppArmor knows or SELinux's categories tell.
func (t *Trail) denied(e *entry) (*guest, bool) {
	if f, ok := e.rec.Lookup("apparmor"); ok {
		if f.String() != "DENIED" {
			return nil, false
		}
		profile, _ := e.rec.Lookup("profile")
		uuid := profileGuest(profile.String())
		g := e.node.guests[uuid]
		if g != nil {
			t.settle(g)
		}
		return g, uuid != ""
	}
	scontext, ok := e.rec.Lookup("scontext")
	if !ok || !selinuxDenial(&e.rec) {
		return nil, false
	}
	c, ok := categories(scontext.Raw())
	if !ok {
		return nil, false
	}
	g := e.node.byMCS[c]
	return g, g != nil && g.running()
}

// running tells whether the guest's process runs now for all that is known: in
// a session, or in a start that is under way.
func (g *guest) running() bool {
	if g.starting != nil && g.starting.boots == len(g.node.boots) {
		return true
	}
	return g.open != nil && g.open.presumed.why == notLost && g.open.boots == len(g.node.boots)
}

// selinuxDenial tells "avc:  denied" from "avc:  granted".
func selinuxDenial(r *record.Record) bool {
	for _, f := range r.Fields(record.Message) {
		if f.Name() == "" && string(f.Raw()) == "denied" {
			return true
		}
		if f.Name() != "" {
			break
		}
	}
	return false
}

// profileGuest gives the uuid in the name of an AppArmor profile that libvirt
// made for a guest (libvirt-UUID, or a part of it behind //), or "".
func profileGuest(profile string) string {
	const prefix = "libvirt-"
	if len(profile) < len(prefix)+uuidLen || profile[:len(prefix)] != prefix {
		return ""
	}
	uuid, end := profile[len(prefix):len(prefix)+uuidLen], profile[len(prefix)+uuidLen:]
	if end != "" && end[0] != '/' && end[0] != ' ' || !isUUID(uuid) {
		return ""
	}
	return uuid
}

func isUUID(s string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case i == 8 || i == 13 || i == 18 || i == 23:
			if c != '-' {
				return false
			}
		case c >= '0' && c <= '9', c >= 'a' && c <= 'f':
		default:
			return false
		}
	}
	return true
}

// mcs is the pair of SELinux categories that tells guests apart.
type mcs struct{ a, b uint16 }

// categories reads the category pair of a label: user:role:type:s0:c1,c2. A
// label with a range of categories, or none, belongs to no guest alone.
func categories(label []byte) (mcs, bool) {
	n := bytes.LastIndexByte(label, ':')
	if n < 0 || bytes.Count(label[:n], []byte{':'}) < 3 {
		return mcs{}, false
	}
	one, two, ok := bytes.Cut(label[n+1:], []byte{','})
	a, ok1 := category(one)
	b, ok2 := category(two)
	return mcs{min(a, b), max(a, b)}, ok && ok1 && ok2
}

// category reads c0 to c1023.
func category(b []byte) (uint16, bool) {
	if len(b) < 2 || len(b) > 5 || b[0] != 'c' {
		return 0, false
	}
	n := uint16(0)
	for _, c := range b[1:] {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + uint16(c-'0')
	}
	return n, true
}

// anomaly takes an ANOM record: it counts where it is a guest's, by its
// process or its AppArmor profile. A process that crashed was its session's
// end, unless a stop follows. (In a record that a program sent, pid= is the
// program's own and no part of the message.)
func (t *Trail) anomaly(e *entry) {
	r := &e.rec
	s, uuid := t.process(e)
	if s == nil && uuid == "" {
		t.strayAnomaly(e)
		return
	}
	t.counts.GuestAnomalies++
	op := OpAnomaly
	if r.Type == record.AnomAbend {
		op = OpCrash
		if s != nil {
			s.presumed = presumption{why: crashed, at: r.Stamp, exact: true, sig: number(r, "sig"), by: e.crashMark()}
		}
	}
	if ev := t.tellProcess(e, s, uuid, op); ev != nil {
		t.anomalyReason(ev, r)
	}
}

func (t *Trail) anomalyReason(ev *Event, r *record.Record) {
	ev.Reason = r.TypeName()
	if sig := t.fieldText(r, "sig"); sig != "" {
		ev.Reason = "signal " + sig
	}
}

// strayAnomaly keeps the crash of a hypervisor's process whose guest isn't
// known, as its start is not in the log or never came to its end.
func (t *Trail) strayAnomaly(e *entry) {
	r := &e.rec
	if !t.keeps || r.Type != record.AnomAbend {
		return
	}
	if exe := t.untrusted(r, "exe"); hypervisor(exe) {
		ev := t.tell(e, nil, OpCrash)
		ev.Sub, ev.ID, ev.Result = exe, t.fieldText(r, "pid"), record.Failed
		t.anomalyReason(ev, r)
	}
}

// hypervisor tells whether a program runs a guest.
func hypervisor(exe string) bool {
	name := path.Base(exe)
	switch name {
	case "qemu", "qemu-kvm", "kvm", "libvirt_lxc", "cloud-hypervisor", "firecracker":
		return true
	}
	return strings.HasPrefix(name, "qemu-system-")
}

// seccomp takes a SECCOMP record: a process made a system call that it may
// not.
func (t *Trail) seccomp(e *entry) {
	if !t.keeps {
		return
	}
	s, uuid := t.process(e)
	if s == nil && uuid == "" {
		return
	}
	r := &e.rec
	ev := t.tellProcess(e, s, uuid, OpSeccomp)
	ev.Kind, ev.ID, ev.Sub = "syscall", t.fieldText(r, "syscall"), t.untrusted(r, "comm")
	if sig := t.fieldText(r, "sig"); sig != "" && sig != "0" {
		ev.Reason = "signal " + sig
	}
}

// process tells whose process a record of the kernel is about: a session's, by
// its pid, or a guest's, by its AppArmor profile.
func (t *Trail) process(e *entry) (s *Session, uuid string) {
	pid := number(&e.rec, "pid")
	if g := e.node.byPID[pid]; g != nil && pid != 0 {
		t.settle(g)
		if s := g.open; s != nil && s.PID == pid && s.presumed.why == notLost {
			return s, s.UUID
		}
	}
	f, _ := e.rec.Lookup("subj")
	return nil, profileGuest(f.String())
}
