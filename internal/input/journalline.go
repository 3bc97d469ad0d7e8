package input

import (
	"bytes"
	"fmt"
	"strconv"
)

// A lineMaker makes audit.log lines of journal entries.
type lineMaker struct {
	typeName   func(uint16) string
	incomplete int // audit entries that lack what a record must have
}

// An auditLine is a record from the journal.
type auditLine struct {
	host, kind, stamp, text string
	copied                  bool // from a log, where it may be cut
}

func (l auditLine) String() string {
	s := fmt.Sprintf("type=%s msg=audit(%s): %s\n", l.kind, l.stamp, l.text)
	if l.host == "" {
		return s
	}
	return "node=" + l.host + " " + s
}

// line makes a line of an entry. It reports false if the entry has no record.
func (m *lineMaker) line(e *entry) (auditLine, bool) {
	var l auditLine
	var ok bool
	switch string(e[fieldTransport]) {
	case "audit":
		if l, ok = m.fromAudit(e); !ok {
			m.incomplete++
		}
	case "kernel":
		l, ok = m.fromLog(e[fieldMessage])
	case "syslog":
		if string(e[fieldUID]) == "0" {
			l, ok = m.fromLog(e[fieldMessage])
		}
	}
	if l.host == "" && isHost(e[fieldHost]) {
		l.host = string(e[fieldHost])
	}
	return l, ok
}

// fromAudit reads what journald has taken apart.
func (m *lineMaker) fromAudit(e *entry) (auditLine, bool) {
	usec, err := strconv.ParseUint(string(e[fieldStamp]), 10, 63)
	serial := e[fieldSerial]
	if err != nil || !isNumber(serial) {
		return auditLine{}, false
	}
	kind, ok := m.kind(e)
	if !ok {
		return auditLine{}, false
	}
	_, text, ok := bytes.Cut(e[fieldMessage], []byte(" "))
	stamp := fmt.Sprintf("%d.%03d:%s", usec/1e6, usec/1e3%1e3, serial)
	return auditLine{kind: kind, stamp: stamp, text: oneLine(text)}, ok
}

// kind names the type. journald's AUDIT1234 is no name.
func (m *lineMaker) kind(e *entry) (string, bool) {
	name := e[fieldTypeName]
	if number, ok := bytes.CutPrefix(name, []byte("AUDIT")); len(name) == 0 || ok && isNumber(number) {
		return m.numbered(e[fieldType])
	}
	return string(name), isKind(name)
}

// numbered names a type by its number.
func (m *lineMaker) numbered(number []byte) (string, bool) {
	n, err := strconv.ParseUint(string(number), 10, 16)
	if err != nil {
		return "", false
	}
	if m.typeName != nil {
		return m.typeName(uint16(n)), true
	}
	return fmt.Sprintf("UNKNOWN[%d]", n), true
}

// fromLog reads a record as the kernel and auditd's syslog plugin log it:
//
//	audit: type=2501 audit(1363099126.643:31): TEXT
//	node=h1 type=VIRT_CONTROL msg=audit(1363099126.643:31): TEXT
func (m *lineMaker) fromLog(msg []byte) (auditLine, bool) {
	l := auditLine{copied: true}
	msg = bytes.TrimPrefix(msg, []byte("audit: "))
	if rest, ok := bytes.CutPrefix(msg, []byte("node=")); ok {
		var host []byte
		host, msg, _ = bytes.Cut(rest, []byte(" "))
		if !isHost(host) {
			return l, false
		}
		l.host = string(host)
	}
	msg, isRecord := bytes.CutPrefix(msg, []byte("type="))
	kind, msg, _ := bytes.Cut(msg, []byte(" "))
	msg, isStamped := bytes.CutPrefix(bytes.TrimPrefix(msg, []byte("msg=")), []byte("audit("))
	stamp, text, isClosed := bytes.Cut(msg, []byte("):"))
	if !isRecord || !isStamped || !isClosed || !isStamp(stamp) {
		return l, false
	}
	l.stamp, l.text = string(stamp), oneLine(bytes.TrimLeft(text, " "))
	if isNumber(kind) {
		var ok bool
		l.kind, ok = m.numbered(kind)
		return l, ok
	}
	l.kind = string(kind)
	return l, isKind(kind)
}

// oneLine makes a line of a text as auditd does.
func oneLine(text []byte) string {
	text = bytes.ReplaceAll(text, []byte("\n"), []byte(" "))
	return string(bytes.TrimSuffix(text, []byte(" ")))
}

// isKind tells whether s can stand after type=.
func isKind(s []byte) bool {
	for _, c := range s {
		if c <= ' ' || c >= 0x7f || c == '=' {
			return false
		}
	}
	return len(s) > 0
}

// isStamp tells whether s is SECONDS.MILLIS:SERIAL.
func isStamp(s []byte) bool {
	seconds, rest, _ := bytes.Cut(s, []byte("."))
	millis, serial, _ := bytes.Cut(rest, []byte(":"))
	return isNumber(seconds) && isNumber(millis) && isNumber(serial)
}

// isNumber tells whether s is a decimal number of at most 64 bits or so.
func isNumber(s []byte) bool {
	for _, c := range s {
		if !isDigit(c) {
			return false
		}
	}
	return len(s) > 0 && len(s) <= 20
}
