package record

import (
	"bytes"
	"strconv"
	"time"
)

// A Stamp is an event's identity on its node: audit(SEC.MILLI:SERIAL). The
// serial counts events since the kernel's boot; records of one event share it.
type Stamp struct {
	Millis int64 // milliseconds since 1970, UTC
	Serial uint64
}

// Time gives the stamp's time in UTC.
func (s Stamp) Time() time.Time { return time.UnixMilli(s.Millis).UTC() }

// String gives the stamp as it stands in a record, SECONDS.MILLIS:SERIAL.
func (s Stamp) String() string { return string(s.Append(make([]byte, 0, 32))) }

// Append appends what String gives.
func (s Stamp) Append(dst []byte) []byte {
	dst = strconv.AppendInt(dst, s.Millis/1000, 10)
	ms := s.Millis % 1000
	dst = append(dst, '.', byte('0'+ms/100), byte('0'+ms/10%10), byte('0'+ms%10), ':')
	return strconv.AppendUint(dst, s.Serial, 10)
}

// Result is what res= says of the operation.
type Result uint8

// The results. Unknown is that of a record without res=, cut ones above all.
const (
	Unknown Result = iota
	Success
	Failed
)

func (r Result) String() string {
	switch r {
	case Success:
		return "success"
	case Failed:
		return "failed"
	}
	return "unknown"
}

// Marks say what kept a record from being read with certainty.
type Marks uint8

const (
	// Cut: the record's end is missing. The kernel cuts texts at 8560 bytes.
	Cut Marks = 1 << iota
	// Ambiguous: a value could be read in more than one way, or isn't of the
	// form that its field has; the catalogue's reading was taken.
	Ambiguous
	// DuplicateKey: a name comes twice. Lookup gives the first.
	DuplicateKey
	// UnknownField: a field that the record's kind doesn't have.
	UnknownField
	// Colon: the older libaudit's form, in which a colon that belongs to no
	// value stands before exe=.
	Colon
)

var markNames = [...]string{"cut", "ambiguous", "duplicate key", "unknown field", "colon form"}

// Names gives the marks in words.
func (m Marks) Names() []string {
	var names []string
	for i, name := range markNames {
		if m&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return names
}

// Section tells who wrote a field.
type Section uint8

const (
	// Kernel is what the kernel says of the sender: pid uid auid ses subj.
	Kernel Section = iota
	// Message is the sender's text; of a record that the kernel itself made,
	// all of it.
	Message
	// Libaudit is what libaudit appends: exe hostname addr terminal res.
	Libaudit
	// Auditd is the tail of names that log_format=ENRICHED adds.
	Auditd

	sections
)

// Sender is the process that sent a record, as the kernel saw it.
type Sender struct {
	PID, UID, AUID, Session uint32
	Subject                 string // its security label, "" without one
}

// A Record is one audit record. The zero value is ready for Parse, ParseKernel
// or Begin, and may be used again for each of them; that saves allocations. A
// parsed record refers to the bytes it was parsed from and is valid as long as
// these are not changed; Clone gives one that stands alone.
//
// A Record may not be used from several goroutines at once, other than for
// reading.
type Record struct {
	Type   Type
	Stamp  Stamp
	Result Result
	Marks  Marks
	// Kind is the catalogue's row, or nil for a record that has none.
	Kind *Kind

	line     []byte // what was parsed; nil in a record that was built
	prefix   []byte // before node= or type=: a syslog header, NULs
	node     []byte
	typeText []byte
	form     form
	stamp    []byte // the digits of the stamp, as written
	sep      []byte // the colon behind the stamp
	fields   []Field
	ends     [sections]int // where each section's fields end
	open     []byte        // what opens the message: " msg='"
	close    []byte        // what closes it: "'" and the byte 0x1d
	rest     []byte        // after all else: a carriage return

	family *family // of a VIRT record
	seen   uint64  // which of the family's fields the record has, as bits
	buf    []byte  // values of a record that is being built
}

// form is the clothes a record comes in.
type form uint8

const (
	logForm    form = iota // type=NAME msg=audit(...)
	numberForm             // type=2501 audit(...), in the kernel's log
	kernelForm             // audit(...), the type beside it
)

// Len gives how many bytes the record was parsed from; 0 for one that was built.
func (r *Record) Len() int { return len(r.line) }

// Line gives the bytes that the record was parsed from, nil for one that was
// built. They are not to be changed.
func (r *Record) Line() []byte { return r.line }

// Node gives the value of node=, or "" where the record names none.
func (r *Record) Node() string { return string(r.node) }

// NodeBytes is Node without a copy; see Record for how long it is valid.
func (r *Record) NodeBytes() []byte { return r.node }

// TypeName gives the type's name; of a type that this package doesn't know,
// what the record writes.
func (r *Record) TypeName() string {
	if name, ok := typeNames[r.Type]; ok {
		return name
	}
	if r.form == logForm && len(r.typeText) > 0 {
		return string(r.typeText)
	}
	return r.Type.String()
}

// Fields gives the fields of a section in order. The slice belongs to the
// record.
func (r *Record) Fields(s Section) []Field {
	if s >= sections {
		return nil
	}
	from := 0
	if s > 0 {
		from = r.ends[s-1]
	}
	return r.fields[from:r.ends[s]]
}

// Lookup gives the first field of that name in the sender's message.
func (r *Record) Lookup(name string) (Field, bool) {
	return find(r.Fields(Message), name)
}

func find(fields []Field, name string) (Field, bool) {
	for i := range fields {
		if fields[i].named(name) {
			return fields[i], true
		}
	}
	return Field{}, false
}

// Sender gives what the kernel says of the sender. Numbers that are not there
// are 0; 4294967295 in AUID and Session means unset.
func (r *Record) Sender() Sender {
	var s Sender
	for _, f := range r.Fields(Kernel) {
		n, _ := f.Uint()
		if n > 0xffffffff {
			n = 0 // the kernel writes none such
		}
		switch string(f.name()) {
		case "pid":
			s.PID = uint32(n)
		case "uid":
			s.UID = uint32(n)
		case "auid":
			s.AUID = uint32(n)
		case "ses":
			s.Session = uint32(n)
		case "subj":
			s.Subject = f.String()
		}
	}
	return s
}

// Exe gives the program that sent the record, as libaudit says it, or "".
func (r *Record) Exe() string {
	f, _ := find(r.Fields(Libaudit), "exe")
	return f.String()
}

func (r *Record) reset() {
	*r = Record{fields: r.fields[:0], buf: r.buf[:0]}
}

// A Field is one name and value of a record.
type Field struct {
	text []byte // all of it, with what stands before the name
	spec *Spec
	from uint32 // where the name begins in text
	val  uint32 // where the value begins, behind =
	at   writing
	bare bool // a word without a name and =
	part bool // the value was cut
}

func (f *Field) name() []byte {
	if f.bare {
		return nil
	}
	return f.text[f.from : f.val-1]
}

// named tells whether the field has that name. Where the catalogue has it, the
// text, which may be far from the processor's reach, need not be looked at.
func (f *Field) named(name string) bool {
	if f.spec != nil {
		return f.spec.Name == name
	}
	return int(f.val-f.from) == len(name)+len("=") && string(f.text[f.from:f.val-1]) == name
}

func (f *Field) raw() []byte { return f.text[f.val:] }

// writing is how a value is written, which together with the field's encoding
// gives its meaning.
type writing uint8

const (
	plain  writing = iota // as it stands
	quoted                // in double quotes
	inHex                 // as hex digits
	none                  // ? or "?"
)

// Name gives the field's name; it is "" for a word that has none.
func (f Field) Name() string { return string(f.name()) }

// Raw gives the value as it is written, quotes included.
func (f Field) Raw() []byte { return f.raw() }

// Spec gives what the catalogue says of the field, or nil.
func (f Field) Spec() *Spec { return f.spec }

// Encoding gives how the field's value is encoded.
func (f Field) Encoding() Encoding {
	if f.spec == nil {
		return Generic
	}
	return f.spec.Encoding
}

// Missing tells whether the value says that there is none: ? or "?". A path
// that really is ? can't be told from that. Of a value whose end was cut off
// it says nothing; see Partial.
func (f Field) Missing() bool { return f.at == none }

// Partial tells whether the value's end was cut off with the record's.
func (f Field) Partial() bool { return f.part }

// AppendValue appends the decoded value; nothing where it is missing.
func (f Field) AppendValue(dst []byte) []byte {
	switch f.at {
	case none:
		return dst
	case quoted:
		return append(dst, f.unquoted()...)
	case inHex:
		return appendUnhex(dst, f.raw())
	}
	return append(dst, f.raw()...)
}

func (f Field) unquoted() []byte {
	b := f.raw()[1:]
	if n := len(b); n > 0 && b[n-1] == '"' {
		b = b[:n-1]
	}
	return b
}

// String gives the decoded value; "" where it is missing.
func (f Field) String() string {
	switch f.at {
	case none:
		return ""
	case quoted:
		return string(f.unquoted())
	case inHex:
		return string(appendUnhex(make([]byte, 0, len(f.raw())/2), f.raw()))
	}
	return string(f.raw())
}

// Is tells whether the value, as written, is that text without quotes.
func (f Field) Is(text string) bool { return f.at == plain && string(f.raw()) == text }

// Uint gives a number: decimal, or hex where the encoding is HexInteger. It
// reports false where the value isn't one.
func (f Field) Uint() (uint64, bool) {
	if f.at == none {
		return 0, false
	}
	if f.spec != nil && f.spec.Encoding == HexInteger {
		n, err := strconv.ParseUint(string(f.raw()), 16, 64)
		return n, err == nil && hexDigits(f.raw())
	}
	return parseUint(f.raw())
}

// DeviceNumber gives the major and minor number of a value of that encoding.
func (f Field) DeviceNumber() (major, minor uint32, ok bool) {
	maj, mnr, colon := bytes.Cut(f.raw(), []byte{':'})
	a, ok1 := parseHex(maj)
	b, ok2 := parseHex(mnr)
	return uint32(a), uint32(b), colon && ok1 && ok2
}
