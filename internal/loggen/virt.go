package loggen

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
)

// sender is the daemon that writes VIRT records.
type sender struct {
	pid  int
	subj string
	exe  string // without the quotes; lxc has its own where daemons are modular
	lxc  string
}

func (n *node) startLibvirtd() {
	n.libvirtd = sender{pid: n.otherPid(), exe: "/usr/sbin/libvirtd", lxc: "/usr/sbin/libvirtd"}
	switch n.labels {
	case AppArmor:
		n.libvirtd.subj = " subj=libvirtd"
	case SELinux:
		n.libvirtd.subj = " subj=system_u:system_r:virtd_t:s0-s0:c0.c1023"
		n.libvirtd.exe, n.libvirtd.lxc = "/usr/sbin/virtqemud", "/usr/sbin/virtlxcd"
	}
}

func (n *node) otherPid() int {
	return firstOtherPid + n.rng.IntN(lastOtherPid-firstOtherPid)
}

// virt makes a VIRT record: what libvirt sends up to the last device field,
// what libaudit and the kernel put around it, and the enrichment.
func (n *node) virt(typ string, g *guest, ok bool, text ...string) record {
	exe, res := n.libvirtd.exe, "success"
	if g.virt == "lxc" {
		exe = n.libvirtd.lxc
	}
	if !ok {
		res = "failed"
	}
	b := make([]byte, 0, 448)
	b = append(b, "pid="...)
	b = strconv.AppendInt(b, int64(n.libvirtd.pid), 10)
	b = append(b, " uid=0 auid=4294967295 ses=4294967295"...)
	b = join(b, n.libvirtd.subj, " msg='virt=", g.virt, " ")
	b = join(b, text...)
	b = join(b, ` exe="`, exe, `" hostname=? addr=? terminal=? res=`, res, "'")
	if !n.raw() {
		b = append(b, "\x1dUID=\"root\" AUID=\"unset\""...)
	}
	return record{typ: typ, body: b, picked: true, virt: true, failed: !ok}
}

func join(b []byte, parts ...string) []byte {
	for _, s := range parts {
		b = append(b, s...)
	}
	return b
}

func single(r record) event { return event{records: []record{r}} }

// machineID is a VIRT_MACHINE_ID: one security label of the guest.
func (n *node) machineID(g *guest, model, vm, img string, ok bool) event {
	return single(n.virt("VIRT_MACHINE_ID", g, ok,
		"vm=", g.vm, " uuid=", g.uuid, " vm-ctx=", vm, " img-ctx=", img, " model=", model))
}

// resource is a VIRT_RESOURCE. Those that only a running guest can have show
// that it runs.
func (n *node) resource(g *guest, kind, reason, fields string, ok bool) event {
	r := n.virt("VIRT_RESOURCE", g, ok,
		"resrc=", kind, " reason=", reason, " vm=", g.vm, " uuid=", g.uuid, " ", fields)
	r.resrc = kind
	e := single(r)
	switch reason {
	case "attach", "detach", "update", "snapshot", "mirror":
		e.then = func(Event) { g.seen = true }
	}
	return e
}

// control is a VIRT_CONTROL; then says what it does.
func (n *node) control(g *guest, op, fields string, ok bool, then func(Event)) event {
	e := single(n.virt("VIRT_CONTROL", g, ok, "op=", op, " vm=", g.vm, " uuid=", g.uuid, " ", fields))
	e.then = then
	return e
}

// change is the fields of a resource that is replaced: "" is none.
func change(kind, from, to string) string {
	return "old-" + kind + "=" + encodeOrNone(from) + " new-" + kind + "=" + encodeOrNone(to)
}

// amount is the fields of a resource that is counted.
func amount(kind string, from, to int) string {
	return fmt.Sprintf("old-%s=%d new-%s=%d", kind, from, kind, to)
}

func encodeOrNone(v string) string {
	if v == "" {
		return `"?"`
	}
	return encode(v)
}

// encode is libaudit's encoding of a value: in quotes, or in hex where it
// holds a blank, a quote, a control byte or one beyond ASCII.
func encode(v string) string {
	special := func(r rune) bool { return r < 0x21 || r == '"' || r >= 0x7F }
	if strings.ContainsFunc(v, special) {
		return strings.ToUpper(hex.EncodeToString([]byte(v)))
	}
	return `"` + v + `"`
}
