package record

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"slices"
)

// usualFields is for how many fields a record makes room at first: as many as
// nearly all have.
const usualFields = 24

// field gives a new field at the end of the record's.
func (r *Record) field() *Field {
	n := len(r.fields)
	if n == cap(r.fields) {
		r.fields = slices.Grow(r.fields, max(n, usualFields))
	}
	r.fields = r.fields[:n+1]
	r.fields[n] = Field{}
	return &r.fields[n]
}

// token reads one name=value, or a word, at the offset and gives the offset
// behind it. The gap before it becomes its lead.
func (r *Record) token(b []byte, at int) int {
	lead := at
	for at < len(b) && b[at] == ' ' {
		at++
	}
	from := at
	at += nameLen(b[at:])
	if at == from || at == len(b) || b[at] == ' ' {
		end := from + wordLen(b[from:])
		r.field().word(b[lead:end], from-lead)
		return end
	}
	return r.value(b, lead, from, at+1)
}

// value reads a field from its value on, where its lead and name begin at
// these offsets.
func (r *Record) value(b []byte, lead, name, at int) (end int) {
	if at < len(b) && b[at] == '"' {
		end = r.quotedEnd(b, at)
	} else {
		end = at + wordLen(b[at:])
	}
	f := r.field()
	f.set(b[lead:end], name-lead, at-lead)
	f.at = writingOf(b[at:end])
	return end
}

// set gives a field its text, and where in it the name and the value begin.
func (f *Field) set(text []byte, name, value int) {
	f.text, f.from, f.val = text, uint32(name), uint32(value)
}

// word makes a field of what has no name.
func (f *Field) word(text []byte, from int) {
	f.text, f.from, f.val, f.bare = text, uint32(from), uint32(from), true
}

// nameLen is how far it is to the next = or blank.
func nameLen(b []byte) int {
	for i, c := range b {
		if c == '=' || c == ' ' {
			return i
		}
	}
	return len(b)
}

// wordLen is how far it is to the next blank. It looks at eight bytes at once:
// of what a record's reading costs, this is the most.
func wordLen(b []byte) int {
	at := 0
	for ; at+8 <= len(b); at += 8 {
		if n := blankIn(binary.LittleEndian.Uint64(b[at:])); n < 8 {
			return at + n
		}
	}
	for at < len(b) && b[at] != ' ' {
		at++
	}
	return at
}

// blankIn gives which of eight bytes is the first blank, or 8. A byte without
// a bit set is the lowest one from which 1 can't be taken without borrowing.
func blankIn(word uint64) int {
	const ones = 0x0101010101010101
	word ^= ' ' * ones
	return bits.TrailingZeros64((word-ones)&^word&(0x80*ones)) / 8
}

// writingOf tells how a value without blanks is written; that it is hex only
// its encoding can say.
func writingOf(raw []byte) writing {
	switch n := len(raw); {
	case n == 1 && raw[0] == '?', n == 3 && string(raw) == `"?"`:
		return none
	case n > 0 && raw[0] == '"':
		return quoted
	}
	return plain
}

// quotedEnd finds the end of a value that begins with a quote: behind the
// first other one that a blank or the text's end follows.
func (r *Record) quotedEnd(b []byte, at int) int {
	for end := at + 1; ; {
		n := bytes.IndexByte(b[end:], '"')
		if n < 0 {
			r.unclosed()
			return len(b)
		}
		end += n + 1
		if end == len(b) || b[end] == ' ' {
			return end
		}
		r.Marks |= Ambiguous
	}
}

// unclosed marks a record whose last value lacks its quote, unless a cut is
// the reason.
func (r *Record) unclosed() {
	if r.Marks&Cut == 0 {
		r.Marks |= Ambiguous
	}
}

// setSpec gives a field its place in the catalogue and so its meaning.
func (r *Record) setSpec(f *Field, s *Spec) {
	f.spec = s
	if f.at == none {
		return
	}
	ok := true
	switch s.Encoding {
	case Encoded:
		ok = r.encodedForm(f)
	case Raw:
		ok = rawForm(f)
	case Integer:
		_, ok = parseUint(f.raw())
	case UUID:
		ok = len(f.raw()) == 36
	case HexInteger:
		ok = hexDigits(f.raw())
	case DeviceNumber:
		_, _, ok = f.DeviceNumber()
	}
	if !ok && r.Marks&Cut == 0 {
		r.Marks |= Ambiguous
	}
}

// encodedForm tells hex from a text that its writer left as it was. What isn't
// all hex digits can't be taken for hex.
func (r *Record) encodedForm(f *Field) bool {
	raw := f.raw()
	if f.at != plain || !hexDigits(raw) || len(raw) == 0 {
		return true
	}
	if len(raw)%2 != 0 && r.Marks&Cut == 0 {
		return false
	}
	f.at = inHex
	return true
}

// rawForm tells a raw value from one that was encoded because it isn't plain.
// Paths, which begin with a slash, can't be taken for hex.
func rawForm(f *Field) bool {
	if f.at == quoted {
		return false
	}
	raw := f.raw()
	if !isHex(raw) || !hexNeeded(raw) {
		return true
	}
	f.at = inHex
	return f.spec.Name != "path" || raw[0] == '2' && raw[1] == 'F'
}

// hexNeeded tells whether the value that the digits stand for holds a byte
// for which a raw value is encoded.
// Values that themselves look like encoded ones are encoded too.
func hexNeeded(digits []byte) bool {
	again := len(digits)%4 == 0
	for i := 0; i+1 < len(digits); i += 2 {
		c := unhex(digits[i])<<4 | unhex(digits[i+1])
		if rawByte(c) {
			return true
		}
		again = again && unhex(c) <= 15
	}
	return again && len(digits) > 0 && hexNeeded(appendUnhex(nil, digits))
}
