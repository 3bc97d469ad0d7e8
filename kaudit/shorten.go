package kaudit

import (
	"bytes"
	"fmt"
	"strconv"
	"unicode/utf8"

	"github.com/virtaudit/virtaudit/record"
)

// Shorten makes a message whose text has at most limit bytes, for one that is
// refused as too long: the limit is that of the *TooLongError. It cuts the
// longest values, each as little as the longest of them allows, and says so:
//
//	... uuid=UUID shortened=new-disk:9000 old-disk="?" new-disk="/srv/aaaaaa..."
//
// A value that was cut ends in three dots, and shortened= names it with the
// bytes it had. So what is sent is a whole record, with its result; only that
// two different long values may look the same now. A message that fits is left
// as it is. The error wraps ErrTooLong where cutting values doesn't help.
func Shorten(m Message, limit int) (Message, error) {
	if len(m.Text) <= limit {
		return m, nil
	}
	p := partsOf(m)
	// The bytes that each value may have: the most that fits.
	least, most := minValue-1, limit
	for least < most {
		middle := (least + most + 1) / 2
		if p.size(middle) <= limit {
			least = middle
		} else {
			most = middle - 1
		}
	}
	if least < minValue {
		return m, fmt.Errorf("kaudit: shorten %v: %w", m.Type, &TooLongError{Size: len(m.Text), Limit: limit})
	}
	m.Text = p.append(nil, least)
	return m, nil
}

// minValue is how many bytes of a value are never cut.
const minValue = 32

// A part of a text is a field, with the blanks before it.
type part struct {
	text  []byte // all of it
	name  string
	raw   int // how many bytes at its end are the value as written
	value []byte
	write func(dst, value []byte) []byte // nil: not to be cut
}

type parts struct {
	all  []part
	mark int // before which of them shortened= belongs
}

// partsOf takes a text apart. What the record's kind doesn't account for is
// kept and never cut.
func partsOf(m Message) parts {
	var r record.Record
	line := appendLine(nil, m, newSender("", "", "").suffix(m.Result), record.Stamp{})
	if r.Parse(bytes.TrimSuffix(line, []byte("\n"))) != nil {
		return parts{all: []part{{text: m.Text}}}
	}
	var p parts
	rest := m.Text
	for _, f := range r.Fields(record.Message) {
		end := fieldEnd(rest, f)
		p.all = append(p.all, partOf(rest[:end], f))
		rest = rest[end:]
		if f.Name() == "uuid" && p.mark == 0 {
			p.mark = len(p.all)
		}
	}
	p.all = append(p.all, part{text: rest})
	return p
}

// fieldEnd gives where a field that is next in a text ends.
func fieldEnd(text []byte, f record.Field) int {
	token := f.Raw()
	if f.Name() != "" {
		token = append([]byte(f.Name()+"="), token...)
	}
	at := len(text) - len(bytes.TrimLeft(text, " "))
	if !bytes.HasPrefix(text[at:], token) {
		return 0
	}
	return at + len(token)
}

func partOf(text []byte, f record.Field) part {
	p := part{text: text, name: f.Name(), raw: len(f.Raw())}
	if f.Missing() || len(text) == 0 || p.name == "" {
		return p
	}
	switch f.Encoding() {
	case record.Encoded:
		p.write = record.AppendEncoded
	case record.Raw:
		p.write = appendRaw
	case record.Generic:
		if bytes.HasPrefix(f.Raw(), []byte(`"`)) {
			p.write = record.AppendEncoded
		}
	}
	if p.write != nil {
		p.value = f.AppendValue(nil)
	}
	return p
}

// appendRaw writes a value as package record writes raw ones that are no hex;
// the dots at its end keep it from looking like that.
func appendRaw(dst, value []byte) []byte {
	for _, c := range value {
		if c <= ' ' || c == '"' || c == 0x7f {
			return fmt.Appendf(dst, "%X", value)
		}
	}
	return append(dst, value...)
}

// size gives how long the text gets if no value may be longer than that.
func (p parts) size(most int) int { return len(p.append(nil, most)) }

func (p parts) append(dst []byte, most int) []byte {
	for i := range p.all {
		if i == p.mark {
			dst = p.appendMark(dst, most)
		}
		dst = p.all[i].append(dst, most)
	}
	return dst
}

// appendMark says which values are shortened, and how long they were.
func (p parts) appendMark(dst []byte, most int) []byte {
	separator := " shortened="
	if p.mark == 0 {
		separator = "shortened="
	}
	for i := range p.all {
		if p.all[i].fits(most) {
			continue
		}
		dst = append(append(dst, separator...), p.all[i].name...)
		dst = strconv.AppendInt(append(dst, ':'), int64(len(p.all[i].value)), 10)
		separator = ","
	}
	if p.mark == 0 && separator == "," {
		dst = append(dst, ' ')
	}
	return dst
}

func (p *part) fits(most int) bool { return p.write == nil || p.raw <= most }

func (p *part) append(dst []byte, most int) []byte {
	if p.fits(most) {
		return append(dst, p.text...)
	}
	dst = append(dst, p.text[:len(p.text)-p.raw]...)
	const dots, quotes = "...", 2
	cut := firstBytes(p.value, most-len(dots)-quotes)
	if written := p.write(nil, append(bytes.Clone(cut), dots...)); len(written) <= most {
		return append(dst, written...)
	}
	cut = firstBytes(p.value, most/2-len(dots)) // in hex
	return p.write(dst, append(bytes.Clone(cut), dots...))
}

// firstBytes gives the first bytes of a text, and no part of a character.
func firstBytes(text []byte, n int) []byte {
	n = min(n, len(text))
	for back := 0; back < utf8.UTFMax && n > 0 && n < len(text) && !utf8.RuneStart(text[n]); back++ {
		n--
	}
	return text[:n]
}
