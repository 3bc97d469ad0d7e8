package record

import "strconv"

// Type is the number of an audit record's type (linux/audit.h, libaudit.h).
type Type uint16

// The types that hypervisors send. libvirt sends the first three only.
const (
	VirtControl        Type = 2500 // a guest started, stopped, or its init began
	VirtResource       Type = 2501 // a guest got, lost or changed a host resource
	VirtMachineID      Type = 2502 // a security label was bound to a guest
	VirtIntegrityCheck Type = 2503 // a guest's integrity was checked
	VirtCreate         Type = 2504 // a guest's image was created
	VirtDestroy        Type = 2505 // a guest's image was destroyed
	VirtMigrateIn      Type = 2506 // a guest came from another host
	VirtMigrateOut     Type = 2507 // a guest went to another host
)

// The other types that matter to the audit trail of guests.
const (
	UserAVC        Type = 1107
	SystemBoot     Type = 1127
	SystemShutdown Type = 1128
	DaemonStart    Type = 1200
	DaemonEnd      Type = 1201
	DaemonAbort    Type = 1202
	Seccomp        Type = 1326
	AVC            Type = 1400
	AnomAbend      Type = 1701
)

// typeNumbers is typeNames the other way round.
var typeNumbers = func() map[string]Type {
	m := make(map[string]Type, len(typeNames))
	for t, name := range typeNames {
		m[name] = t
	}
	return m
}()

// String gives the name that auditd writes after type=, or UNKNOWN[n].
func (t Type) String() string {
	if name, ok := typeNames[t]; ok {
		return name
	}
	return "UNKNOWN[" + strconv.Itoa(int(t)) + "]"
}

// Virt tells whether t is one of the VIRT_* types (2500 to 2599).
func (t Type) Virt() bool { return t >= 2500 && t <= 2599 }

// Anomaly tells whether t is one of the ANOM_* types, the kernel's (1700 to
// 1799) or those of programs (2100 to 2199).
func (t Type) Anomaly() bool { return t >= 1700 && t <= 1799 || t >= 2100 && t <= 2199 }

// Daemon tells whether t is one of auditd's own DAEMON_* types. Their serial
// numbers are auditd's, not the kernel's.
func (t Type) Daemon() bool { return t >= 1200 && t <= 1299 }

// user tells whether the kernel wraps the text of such a record in msg='...'.
func (t Type) user() bool {
	return t == 1005 || t >= 1100 && t <= 1199 || t >= 2100 && t <= 2999
}

// ParseType reads a type as auditd writes it (VIRT_CONTROL, UNKNOWN[1420]) or
// as the kernel's log does (2500). It reports false for a name it doesn't know.
func ParseType(s string) (Type, bool) { return parseType([]byte(s)) }

func parseType(b []byte) (Type, bool) {
	switch string(b) { // the ones that are parsed most
	case "VIRT_RESOURCE":
		return VirtResource, true
	case "VIRT_CONTROL":
		return VirtControl, true
	case "VIRT_MACHINE_ID":
		return VirtMachineID, true
	}
	if t, ok := typeNumbers[string(b)]; ok {
		return t, true
	}
	const open = "UNKNOWN["
	if len(b) > len(open) && string(b[:len(open)]) == open && b[len(b)-1] == ']' {
		b = b[len(open) : len(b)-1]
	}
	n, ok := parseUint(b)
	return Type(n), ok && n <= 0xffff
}

// parseUint reads decimal digits, and nothing else, without allocating.
func parseUint(b []byte) (uint64, bool) {
	if len(b) == 0 || len(b) > 19 {
		return 0, false
	}
	var n uint64
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + uint64(c-'0')
	}
	return n, true
}
