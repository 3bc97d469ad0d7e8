package auditlog

import "bytes"

// lineKind tells what a scanner does with a line.
type lineKind uint8

const (
	passed  lineKind = iota // a record of a type that isn't picked
	picked                  // a record to parse
	foreign                 // no audit record
)

var (
	typeEq = []byte("type=")
	nodeEq = []byte("node=")
)

// classify looks at what a line begins with.
func classify(line []byte) lineKind {
	if len(line) > 5 && string(line[:5]) == "type=" {
		return pickType(line[5:])
	}
	return classifyOther(line)
}

func pickType(name []byte) lineKind {
	switch name[0] {
	case 'V':
		return pickIf(hasPrefix(name, "VIRT_"))
	case 'A':
		return pickIf(hasPrefix(name, "ANOM_") || hasPrefix(name, "AVC "))
	case 'U':
		return pickIf(hasPrefix(name, "USER_AVC ") || hasPrefix(name, "UNKNOWN[25"))
	case 'S':
		return pickIf(hasPrefix(name, "SECCOMP ") || hasPrefix(name, "SYSTEM_BOOT ") || hasPrefix(name, "SYSTEM_SHUTDOWN "))
	case 'D':
		return pickIf(hasPrefix(name, "DAEMON_"))
	case '1', '2':
		return pickIf(pickNumber(name))
	}
	return passed
}

// pickNumber is pickType for the kernel's log, where a type is a number.
func pickNumber(name []byte) bool {
	if len(name) < 5 || name[4] != ' ' {
		return false
	}
	switch string(name[:2]) {
	case "25", "17", "21", "12":
		return true
	}
	switch string(name[:4]) {
	case "1107", "1127", "1128", "1326", "1400":
		return true
	}
	return false
}

func pickIf(ok bool) lineKind {
	if ok {
		return picked
	}
	return passed
}

// hasPrefix is bytes.HasPrefix for a constant string.
func hasPrefix(b []byte, prefix string) bool {
	return len(b) >= len(prefix) && string(b[:len(prefix)]) == prefix
}

// classifyOther is for lines that name a node first, or stand behind another
// program's header. Whether that header is one to believe, the parser knows.
func classifyOther(line []byte) lineKind {
	if bytes.HasPrefix(line, nodeEq) {
		n := bytes.IndexByte(line, ' ')
		if n < 0 || !bytes.HasPrefix(line[n+1:], typeEq) || len(line) == n+1+len(typeEq) {
			return foreign
		}
		return pickType(line[n+1+len(typeEq):])
	}
	n := bytes.Index(line, typeEq)
	if n < 0 || len(line) == n+len(typeEq) {
		return foreign
	}
	return pickType(line[n+len(typeEq):])
}
