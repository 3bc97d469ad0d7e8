package record

import (
	"bytes"
	"errors"
)

// Errors of Parse and ParseKernel. They say that a text is no audit record at
// all; whatever begins like one is read, and marked where it is odd.
var (
	// ErrNotRecord: there is no type= with msg=audit( or audit( behind it.
	ErrNotRecord = errors.New("record: not an audit record")
	// ErrStamp: what follows audit( is not SECONDS.MILLIS:SERIAL).
	ErrStamp = errors.New("record: audit() holds no time and serial number")
)

// maxFields bounds what a hostile line may cost: the text beyond that many
// fields is kept as one.
const maxFields = 1024

const (
	typeEq   = "type="
	nodeEq   = "node="
	msgAudit = " msg=audit("
	audit    = " audit("
	msgOpen  = " msg='"
	subjEq   = " subj="
)

// hasPrefix is bytes.HasPrefix for a constant, for which it needs no call.
func hasPrefix(b []byte, prefix string) bool {
	return len(b) >= len(prefix) && string(b[:len(prefix)]) == prefix
}

// Parse reads a line of an audit log, without its newline: raw or ENRICHED,
// with or without node=, and with a syslog or kernel-log header before it. The
// record refers to the line's bytes.
func (r *Record) Parse(line []byte) error {
	r.reset()
	r.line = line
	at, err := r.header(line)
	if err != nil {
		return err
	}
	r.body(line[at:])
	return nil
}

// ParseKernel reads a record as the kernel hands it to a listener of its
// multicast group: audit(...): and the text, with the type beside it.
func (r *Record) ParseKernel(t Type, text []byte) error {
	r.reset()
	r.line, r.Type, r.form = text, t, kernelForm
	if !hasPrefix(text, audit[1:]) {
		return ErrNotRecord
	}
	at, err := r.readStamp(text, len(audit)-1)
	if err != nil {
		return err
	}
	r.body(text[at:])
	return nil
}

// header reads all up to the stamp's closing bracket.
func (r *Record) header(line []byte) (int, error) {
	at := 0
	if !hasPrefix(line, typeEq) && !hasPrefix(line, nodeEq) {
		if at = logHeader(line); at < 0 {
			return 0, ErrNotRecord
		}
		r.prefix = line[:at]
	}
	if rest := line[at:]; hasPrefix(rest, nodeEq) {
		n := bytes.IndexByte(rest, ' ')
		if n < 0 || !hasPrefix(rest[n+1:], typeEq) {
			return 0, ErrNotRecord
		}
		r.node = rest[len(nodeEq):n]
		at += n + 1
	}
	return r.typeAndStamp(line, at+len(typeEq))
}

func (r *Record) typeAndStamp(line []byte, at int) (int, error) {
	n := bytes.IndexByte(line[at:], ' ')
	if n <= 0 {
		return 0, ErrNotRecord
	}
	r.typeText = line[at : at+n]
	at += n
	switch {
	case hasPrefix(line[at:], msgAudit):
		at += len(msgAudit)
	case hasPrefix(line[at:], audit):
		r.form = numberForm
		at += len(audit)
	default:
		return 0, ErrNotRecord
	}
	r.Type, _ = parseType(r.typeText)
	return r.readStamp(line, at)
}

// logHeader finds where a record begins behind another program's header, or
// gives -1. The header must be one that the kernel's log, auditd's syslog
// plugin or a file system after a crash (NULs) puts there: the text of any
// other program is not taken for a record, whatever it holds.
func logHeader(line []byte) int {
	if n := len(line) - len(bytes.TrimLeft(line, "\x00")); n > 0 {
		if rest := line[n:]; hasPrefix(rest, typeEq) || hasPrefix(rest, nodeEq) {
			return n
		}
	}
	at := bytes.Index(line, []byte(typeEq))
	if at < 0 {
		return -1
	}
	if n := bytes.Index(line[:at], []byte(nodeEq)); n >= 0 {
		at = n
	}
	if at > 0 && loggerTag(line[:at]) {
		return at
	}
	return -1
}

// loggerTag tells whether a header ends as those of audit's own loggers do.
func loggerTag(header []byte) bool {
	for _, tag := range [...]string{"audit: ", "kernel: ", "] ", "audispd: ", "audisp-syslog: "} {
		if len(header) >= len(tag) && string(header[len(header)-len(tag):]) == tag {
			return tag != "] " || dmesgStamp(header)
		}
	}
	if n := bytes.LastIndexByte(header, '['); n > 0 && bytes.HasSuffix(header, []byte("]: ")) {
		return loggerTag(append(append(make([]byte, 0, n+2), header[:n]...), ": "...))
	}
	return false
}

// dmesgStamp tells whether a header ends in [ seconds.micros] and a blank.
func dmesgStamp(header []byte) bool {
	n := bytes.LastIndexByte(header, '[')
	if n < 0 {
		return false
	}
	for _, c := range header[n+1 : len(header)-2] {
		if c != '.' && c != ' ' && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}

// readStamp reads SECONDS.MILLIS:SERIAL) at the offset and gives the offset
// behind the bracket.
func (r *Record) readStamp(line []byte, from int) (int, error) {
	at := from
	sec, at, ok1 := digits(line, at, '.', 12)
	ms, at, ok2 := digits(line, at, ':', 3)
	serial, at, ok3 := digits(line, at, ')', 19)
	if !ok1 || !ok2 || !ok3 || ms > 999 {
		return 0, ErrStamp
	}
	r.Stamp = Stamp{Millis: int64(sec)*1000 + int64(ms), Serial: serial}
	r.stamp = line[from : at-1]
	return at, nil
}

// digits reads a number of at most max digits that ends in the given byte.
func digits(b []byte, at int, end byte, max int) (n uint64, next int, ok bool) {
	from := at
	for at < len(b) && at-from <= max && b[at] != end {
		c := b[at] - '0'
		if c > 9 {
			return 0, at, false
		}
		n = n*10 + uint64(c)
		at++
	}
	if at == from || at-from > max || at >= len(b) {
		return 0, at, false
	}
	return n, at + 1, true
}

// body reads all that follows the stamp: ": " and the fields.
func (r *Record) body(b []byte) {
	if n := len(b); n > 0 && b[n-1] == '\r' {
		b, r.rest = b[:n-1], b[n-1:]
	}
	if len(b) > 0 && b[0] == ':' {
		r.sep, b = b[:1], b[1:]
	}
	if !r.Type.user() && r.Type != 0 {
		r.kernelText(b)
		return
	}
	m := r.kernelFields(b)
	if m < 0 {
		r.noMessage(b)
		return
	}
	r.ends[Kernel] = len(r.fields)
	r.open = b[m : m+len(msgOpen)]
	b = b[m+len(msgOpen):]

	end, tail := splitMessage(b)
	if end == tail { // no closing quote
		r.Marks |= Cut
	}
	r.message(b[:end], end == tail)
	r.tail(b, end, tail)
}

// noMessage reads a record of a program's type without msg='...'. Of a VIRT
// record that is the beginning.
func (r *Record) noMessage(b []byte) {
	r.fields = r.fields[:0]
	if !r.Type.Virt() {
		r.kernelText(b)
		return
	}
	r.Marks |= Cut
	at := 0
	for at < len(b) && len(r.fields) < maxFields {
		next := r.token(b, at)
		if f := &r.fields[len(r.fields)-1]; !kernelName(f.name()) {
			r.fields = r.fields[:len(r.fields)-1]
			break
		}
		at = next
	}
	r.ends[Kernel] = len(r.fields)
	r.message(b[at:], true)
	r.ends[Auditd] = len(r.fields)
}

func kernelName(name []byte) bool {
	switch string(name) {
	case "pid", "uid", "auid", "ses", "subj":
		return true
	}
	return false
}

// kernelText reads a record without msg='...': one that the kernel or auditd
// made. Only its tail is apart.
func (r *Record) kernelText(b []byte) {
	end, tail := len(b), len(b)
	if n := bytes.LastIndexByte(b, 0x1d); n >= 0 && enrichment(b[n+1:]) != badTail {
		end, tail = n, n+1
	}
	r.tokens(b[:end])
	r.ends[Message] = len(r.fields)
	r.ends[Libaudit] = len(r.fields)
	if f, ok := find(r.fields, "res"); ok {
		r.Result = parseResult(f.raw())
	}
	r.tail(b, end, tail)
}

// kernelFields reads pid uid auid ses subj, and gives where the message opens,
// or -1. A label may hold blanks, so subj reaches to the message.
func (r *Record) kernelFields(b []byte) int {
	for at := r.senderNumbers(b); at < len(b) && len(r.fields) < maxFields; {
		rest := b[at:]
		switch {
		case hasPrefix(rest, msgOpen):
			return at
		case hasPrefix(rest, subjEq):
			n := len(subjEq) + wordLen(rest[len(subjEq):])
			if !hasPrefix(rest[n:], msgOpen) {
				n = bytes.Index(rest, []byte(msgOpen))
			}
			if n < 0 {
				return -1
			}
			r.field().set(rest[:n], 1, len(subjEq))
			at += n
		default:
			at = r.token(b, at)
		}
	}
	return -1
}

// senderNumbers reads the kernel's first fields as long as they are what it
// nearly always writes, and gives the offset behind them.
func (r *Record) senderNumbers(b []byte) (at int) {
	for _, lead := range [...]string{" pid=", " uid=", " auid=", " ses="} {
		if !hasPrefix(b[at:], lead) {
			break
		}
		end := at + len(lead)
		for end < len(b) && b[end]-'0' <= 9 {
			end++
		}
		if end == len(b) || b[end] != ' ' {
			break
		}
		r.field().set(b[at:end], 1, len(lead))
		at = end
	}
	return at
}

func parseResult(raw []byte) Result {
	switch string(raw) {
	case "success", "1", "yes":
		return Success
	case "failed", "0", "no":
		return Failed
	}
	return Unknown
}
