package record

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// ErrNoField is what Set and SetUint wrap when the record's kind has no field
// of that name.
var ErrNoField = errors.New("no such field")

// ErrValue is what Set, SetUint and Seal wrap when a field can't hold the value:
// its encoding has no such values, or the record's kind gives it another.
var ErrValue = errors.New("the value doesn't fit the field")

var (
	colon = []byte{':'}
	quote = []byte{'\''}
)

// Begin makes r an empty record of that kind: its constant fields are set, all
// others are missing. Set them, and then use AppendMessage for what a sender
// gives to the kernel, or Seal and Append for a line of a log.
func (r *Record) Begin(k *Kind) {
	r.reset()
	r.Type, r.Kind = k.Type, k
	for i := range k.Fields {
		s := &k.Fields[i]
		f := r.field()
		f.spec = s
		if s.Const != "" {
			r.write(f, s.Name, i > 0, s.Const)
		} else {
			r.writeMissing(f, s, i > 0)
		}
	}
	for s := Message; s < sections; s++ {
		r.ends[s] = len(r.fields)
	}
}

// Set gives a field its value, encoded as the catalogue says. It fails with
// ErrNoField where the kind has no such field (a record that was parsed has
// none to set), and with ErrValue where the field can't hold the value.
func (r *Record) Set(name, value string) error {
	f := r.settable(name)
	if f == nil {
		return r.setError(name, ErrNoField)
	}
	if f.spec.Const != "" && value != f.spec.Const || !fits(f.spec.Encoding, value) {
		return r.setError(name, fmt.Errorf("%q: %w", value, ErrValue))
	}
	r.write(f, name, f.from > 0, value)
	return nil
}

// setError says what could not be set.
func (r *Record) setError(name string, err error) error {
	kind := r.Type.String()
	if r.Kind != nil {
		kind = r.Kind.Name
	}
	return fmt.Errorf("record: set %s of %s: %w", name, kind, err)
}

// fits tells whether an encoding can hold a value so that it is read back.
func fits(e Encoding, value string) bool {
	if e == Encoded || e == Raw {
		return true
	}
	if value == "" || NeedsEncoding([]byte(value)) {
		return false
	}
	var r Record
	f := Field{text: []byte(value)}
	r.setSpec(&f, &Spec{Encoding: e})
	return r.Marks == 0
}

// SetUint gives a numeric field its value, in decimal or in hex. It fails as
// Set does.
func (r *Record) SetUint(name string, n uint64) error {
	f := r.settable(name)
	if f == nil {
		return r.setError(name, ErrNoField)
	}
	if f.spec.Encoding != Integer && f.spec.Encoding != HexInteger {
		return r.setError(name, fmt.Errorf("a number: %w", ErrValue))
	}
	from := r.begin(f, name, f.from > 0)
	if f.spec.Encoding == HexInteger {
		r.buf = appendHexUint(r.buf, n)
	} else {
		r.buf = strconv.AppendUint(r.buf, n, 10)
	}
	r.end(f, from, plain)
	return nil
}

func (r *Record) settable(name string) *Field {
	if r.line != nil {
		return nil
	}
	fields := r.Fields(Message)
	for i := range fields {
		if s := fields[i].spec; s != nil && s.Name == name {
			return &fields[i]
		}
	}
	return nil
}

// appendHexUint appends a number in upper-case hex, two digits at least.
func appendHexUint(dst []byte, n uint64) []byte {
	shift := 4
	for shift < 60 && n>>(shift+4) != 0 {
		shift += 4
	}
	for ; shift >= 0; shift -= 4 {
		dst = append(dst, upperHex[n>>shift&15])
	}
	return dst
}

// begin starts a field's text in the record's own memory, end closes it.
func (r *Record) begin(f *Field, name string, gap bool) (from int) {
	from = len(r.buf)
	if gap {
		r.buf = append(r.buf, ' ')
	}
	f.from = uint32(len(r.buf) - from)
	r.buf = append(r.buf, name...)
	r.buf = append(r.buf, '=')
	f.val = uint32(len(r.buf) - from)
	return from
}

func (r *Record) end(f *Field, from int, at writing) {
	f.text, f.at = r.buf[from:len(r.buf):len(r.buf)], at
	if writingOf(f.raw()) == none {
		f.at = none
	}
}

// write gives a field its value in its encoding.
func (r *Record) write(f *Field, name string, gap bool, value string) {
	from := r.begin(f, name, gap)
	at := plain
	switch e := f.Encoding(); {
	case e == Encoded && !NeedsEncoding([]byte(value)):
		r.buf = AppendEncoded(r.buf, []byte(value))
		at = quoted
	case e == Encoded, e == Raw && rawNeedsHex([]byte(value)):
		r.buf = appendHex(r.buf, []byte(value))
		at = inHex
	default:
		r.buf = append(r.buf, value...)
	}
	r.end(f, from, at)
}

func (r *Record) writeMissing(f *Field, s *Spec, gap bool) {
	from := r.begin(f, s.Name, gap)
	if s.Encoding == Encoded {
		r.buf = append(r.buf, `"?"`...)
	} else {
		r.buf = append(r.buf, '?')
	}
	r.end(f, from, none)
}

// rawNeedsHex tells whether a raw value must be encoded: it isn't plain, or a
// reader would take it for one that was encoded.
func rawNeedsHex(value []byte) bool {
	for _, c := range value {
		if rawByte(c) {
			return true
		}
	}
	return isHex(value) && hexNeeded(value)
}

// rawByte tells whether a raw value with that byte in it is encoded: a blank,
// a double quote or a control byte. Letters beyond ASCII are not.
func rawByte(c byte) bool { return c <= 0x20 || c == '"' || c == 0x7f }

// An Envelope is what stands around a sender's text in a log.
type Envelope struct {
	Node     string // "" for none
	Stamp    Stamp
	Sender   Sender
	Exe      string // "" is written as ?
	Terminal string // "" is written as ?
	Result   Result // Unknown is written as failed
}

// Seal puts a built record into an envelope, so that Append gives a line as
// auditd writes it with log_format=RAW; before, there is only AppendMessage.
// It is for a record that was built and not yet sealed, and fails with
// ErrValue where the node, the label or the terminal would break the line.
func (r *Record) Seal(e Envelope) error {
	if r.line != nil || r.Kind == nil || r.typeText != nil {
		return fmt.Errorf("record: seal %v: not a record that was just built: %w", r.Type, ErrValue)
	}
	for name, value := range map[string]string{"node": e.Node, "terminal": e.Terminal, "subj": e.Sender.Subject} {
		if breaksLine(value, name != "subj") {
			return fmt.Errorf("record: seal %s: %s %q: %w", r.Kind.Name, name, value, ErrValue)
		}
	}
	message := append([]Field(nil), r.fields...)
	r.fields = r.fields[:0]
	r.Stamp, r.Result = e.Stamp, e.Result
	r.typeText = []byte(r.Type.String())
	if e.Node != "" {
		r.node = []byte(e.Node)
	}
	r.stamp = e.Stamp.Append(nil)
	r.sep, r.open, r.close = colon, []byte(msgOpen), quote

	r.sealSender(e.Sender)
	r.ends[Kernel] = len(r.fields)
	r.fields = append(r.fields, message...)
	r.ends[Message] = len(r.fields)
	r.sealLibaudit(e)
	r.ends[Libaudit] = len(r.fields)
	r.ends[Auditd] = len(r.fields)
	return nil
}

// breaksLine tells whether a value that is written as it stands would be read
// as something else.
func breaksLine(value string, blanks bool) bool {
	for _, c := range []byte(value) {
		if c < 0x20 || c == 0x7f || c == '\'' || c == '"' || blanks && c == ' ' {
			return true
		}
	}
	return strings.Contains(value, " msg=")
}

func (r *Record) sealSender(s Sender) {
	for _, n := range [...]struct {
		name  string
		value uint32
	}{{"pid", s.PID}, {"uid", s.UID}, {"auid", s.AUID}, {"ses", s.Session}} {
		f := r.field()
		from := r.begin(f, n.name, true)
		r.buf = strconv.AppendUint(r.buf, uint64(n.value), 10)
		r.end(f, from, plain)
	}
	if s.Subject != "" {
		r.write(r.field(), "subj", true, s.Subject)
	}
}

func (r *Record) sealLibaudit(e Envelope) {
	res := Failed
	if e.Result == Success {
		res = Success
	}
	for i, value := range [...]string{e.Exe, "", "", e.Terminal, res.String()} {
		f := r.field()
		f.spec = &suffixSpecs[i]
		if value == "" {
			value = "?"
			f.spec = &suffixSpecs[1] // libaudit writes a bare ? for exe too
		}
		r.write(f, suffixSpecs[i].Name, true, value)
		f.spec = &suffixSpecs[i]
	}
}
