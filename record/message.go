package record

import "bytes"

// message reads the text between the quotes of msg='...': libaudit's part from
// its end, where no value can pretend to be it, then the sender's from its
// beginning, led by the catalogue.
func (r *Record) message(b []byte, open bool) {
	end, complete := suffixStart(b)
	if !complete && (open || r.Type.Virt()) {
		r.Marks |= Cut
	}
	text := b[:end]
	colon := complete && end > 0 && b[end-1] == ':'
	if colon {
		text = b[:end-1]
		r.Marks |= Colon
	}
	first := len(r.fields)
	if r.Type.Virt() {
		r.virtText(text)
	} else {
		r.tokens(text)
	}
	if colon && r.lastMayHoldColon(first) {
		r.Marks |= Ambiguous
	}
	if len(b) >= maxText && r.lastIsRaw(first) {
		r.Marks |= Cut | Ambiguous
	}
	r.ends[Message] = len(r.fields)
	if complete {
		r.suffix(b, len(text))
	} else if r.Marks&Cut != 0 {
		r.cutMessage(first)
	}
	r.ends[Libaudit] = len(r.fields)
	if r.family != nil {
		r.identify(complete)
	}
}

// lastMayHoldColon tells whether a colon behind the last field could be part
// of its value instead of the older libaudit's.
func (r *Record) lastMayHoldColon(first int) bool {
	n := len(r.fields)
	if n == first {
		return false
	}
	f := &r.fields[n-1]
	return f.at == plain && (f.spec == nil || f.spec.Encoding == Raw && f.spec.Name == "path")
}

// maxText is how many bytes of a text the kernel keeps (AUDIT_MESSAGE_TEXT_MAX).
// What ends there may have been cut: a raw value before it can hold what looks
// like the end.
const maxText = 8560

func (r *Record) lastIsRaw(first int) bool {
	n := len(r.fields)
	return n > first && r.fields[n-1].Encoding() == Raw
}

// suffixSpecs are the fields that libaudit appends, in order.
var suffixSpecs = [...]Spec{
	{Name: "exe", Encoding: Encoded, Doc: "the sender's program"},
	{Name: "hostname", Encoding: Word, Doc: "the host that it acts for"},
	{Name: "addr", Encoding: Word, Doc: "that host's address"},
	{Name: "terminal", Encoding: Word, Doc: "the sender's terminal"},
	{Name: "res", Encoding: Word, Doc: "whether it was done: success or failed"},
}

func suffixSpec(name []byte) *Spec {
	for i := range suffixSpecs {
		if suffixSpecs[i].Name == string(name) {
			return &suffixSpecs[i]
		}
	}
	return nil
}

// usualSuffix is libaudit's part behind exe= for a service without a terminal,
// as libvirt's records have it.
var usualSuffix = newPhrase(" hostname=? addr=? terminal=? res=success", func(r *Record, b []byte) {
	r.suffixFields(b, 0, suffixSpecs[1:])
})

// suffixStart finds where libaudit's part begins, the blank before exe=
// included, going back from the end. None of its values holds a blank. It
// gives len(b) where that part isn't whole.
func suffixStart(b []byte) (int, bool) {
	at, i := len(b), len(suffixSpecs)-1
	if n := usualSuffix.begin(b); n >= 0 {
		at, i = n, 0
	}
	for ; i >= 0; i-- {
		n := bytes.LastIndexByte(b[:at], ' ')
		if n < 0 || !hasName(b[n+1:at], suffixSpecs[i].Name) {
			return len(b), false
		}
		at = n
	}
	return at, true
}

func hasName(b []byte, name string) bool {
	return len(b) > len(name) && string(b[:len(name)]) == name && b[len(name)] == '='
}

// suffix reads libaudit's part, each value up to the next blank. A colon of
// the older form becomes part of the gap before it.
func (r *Record) suffix(b []byte, at int) {
	if n := usualSuffix.begin(b); n >= at {
		r.suffixFields(b[:n], at, suffixSpecs[:1])
		r.phrase(&usualSuffix, b)
		r.Result = Success
		return
	}
	r.suffixFields(b, at, suffixSpecs[:])
	res := r.fields[len(r.fields)-1].raw()
	if r.Result = parseResult(res); r.Result == Unknown {
		r.cutResult(res)
	}
}

func (r *Record) suffixFields(b []byte, at int, specs []Spec) {
	for i := range specs {
		s := &specs[i]
		lead := at
		at += bytes.IndexByte(b[at:], ' ') + 1
		name := at + len(s.Name)
		end := name + 1 + wordLen(b[name+1:])
		f := r.field()
		f.set(b[lead:end], at-lead, name+1-lead)
		f.at = writingOf(f.raw())
		r.setSpec(f, s)
		at = end
	}
}

// cutResult reads a result whose last bytes are missing, as when a sender
// forgets the NUL that the kernel wants.
func (r *Record) cutResult(b []byte) {
	switch {
	case len(b) == 0:
		r.Marks |= Cut
	case bytes.HasPrefix([]byte("success"), b):
		r.Result = Success
		r.Marks |= Cut
	case bytes.HasPrefix([]byte("failed"), b):
		r.Result = Failed
		r.Marks |= Cut
	default:
		r.Marks |= Ambiguous
	}
}

// cutMessage moves what a cut left of libaudit's part out of the sender's, and
// marks the last value as partial.
func (r *Record) cutMessage(first int) {
	n := len(r.fields)
	if n == first {
		return
	}
	last := &r.fields[n-1]
	last.part = !closed(last.raw())
	from := n
	if last.bare {
		from--
	}
	for from > first && r.fields[from-1].spec == nil {
		s := suffixSpec(r.fields[from-1].name())
		if s == nil {
			break
		}
		from--
		r.setSpec(&r.fields[from], s)
	}
	if from < n && !r.fields[from].bare {
		r.ends[Message] = from
	}
}

// closed tells whether a value stands in quotes, both of them.
func closed(raw []byte) bool {
	n := len(raw)
	return n > 1 && raw[0] == '"' && raw[n-1] == '"'
}

// tokens reads names and values of no known kind.
func (r *Record) tokens(b []byte) {
	at := 0
	for at < len(b) && len(r.fields) < maxFields {
		at = r.token(b, at)
	}
	r.overflow(b[at:])
}

// overflow keeps as one word what would be more fields than there may be.
func (r *Record) overflow(b []byte) {
	if len(b) > 0 {
		f := r.field()
		f.word(b, 0)
		r.Marks |= Ambiguous
	}
}

// virtText reads a VIRT record's text: names and values in any order, with the
// encodings that the catalogue has for them.
func (r *Record) virtText(b []byte) {
	r.family = familyOf(r.Type, b)
	at, n, hint := 0, 0, 0
	var s *Spec
	for at < len(b) && len(r.fields) < maxFields {
		if name, value := r.family.next(b, at, hint); value > 0 {
			s, n = r.family.fields[hint], hint
			at = r.value(b, at, name, value)
		} else {
			at = r.token(b, at)
			s, n = r.family.spec(r.fields[len(r.fields)-1].name(), hint)
		}
		if s == nil {
			continue
		}
		f := &r.fields[len(r.fields)-1]
		if s.Encoding == Raw || s.Encoding == Encoded && rawPath(f.raw()) {
			at = r.rawValue(b, f, s, at)
		}
		r.setSpec(f, s)
		if r.seen&(1<<n) != 0 {
			r.Marks |= DuplicateKey
		}
		r.seen |= 1 << n
		hint = n + 1
	}
	r.overflow(b[at:])
}

// familyOf finds what is known of a text's kind from its virt= and the op= or
// resrc= beside it.
func familyOf(t Type, b []byte) *family {
	var by []byte
	switch {
	case t == VirtResource:
		by = keyValue(b, "resrc=")
	case t != VirtControl:
	case !hasName(b, "virt") && !bytes.Contains(b[:min(len(b), 256)], []byte(" virt=")): // Docker's
	default:
		if by = keyValue(b, "op="); len(by) == 0 {
			return unknownVirt
		}
	}
	if fs := byType[t-firstVirt]; fs != nil {
		if f := fs.find(by); f != nil {
			return f
		}
	}
	return unknownVirt
}

// keyValue gives the value of the field that begins with key, if it is among
// the first three, before any value that could hold a copy of it.
func keyValue(b []byte, key string) []byte {
	for range 3 {
		end := wordLen(b)
		if end > len(key) && string(b[:len(key)]) == key {
			return b[len(key):end]
		}
		if end == len(b) {
			break
		}
		b = b[end+1:]
	}
	return nil
}

// identify finds the catalogue's row, and marks fields that it doesn't have
// and unknown ones that come twice.
func (r *Record) identify(complete bool) {
	has := r.seen
	for i := range r.family.rows {
		if row := &r.family.rows[i]; r.matches(row) {
			r.Kind = row.kind
			has = row.has
			break
		}
	}
	if r.seen&^has != 0 {
		r.Marks |= UnknownField
	}
	r.strangers(complete)
}

// strangers marks the fields that have no place in the catalogue. Names beyond
// the first few of them are not compared with each other.
func (r *Record) strangers(complete bool) {
	fields := r.Fields(Message)
	count := 0
	for i := range fields {
		f := &fields[i]
		if f.spec != nil || f.bare && (f.part || len(f.raw()) == 0) {
			continue
		}
		if r.family != unknownVirt || f.bare {
			r.Marks |= UnknownField
		}
		if count++; count > 32 || f.bare {
			continue
		}
		_, twice := find(fields[:i], string(f.name()))
		if twice || complete && suffixSpec(f.name()) != nil {
			r.Marks |= DuplicateKey
		}
	}
}

// matches tells whether the fields fit a row: its constants, and the field
// without which a record is not of this kind.
func (r *Record) matches(row *row) bool {
	for _, s := range row.constants {
		if f, ok := r.Lookup(s.Name); !ok || string(f.raw()) != s.Const {
			return false
		}
	}
	if row.kind.key == "" {
		return true
	}
	_, ok := r.Lookup(row.kind.key)
	return ok
}
