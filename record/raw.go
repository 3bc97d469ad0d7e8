package record

import "bytes"

// rawPath tells whether a value whose encoding is Encoded was written raw, as
// libvirt wrote the paths of cgroup records before 2013.
func rawPath(raw []byte) bool { return len(raw) > 0 && raw[0] == '/' }

// rawValue extends a raw value over the blanks in it: up to the next field of
// the catalogue's row, or to the end of the text. It gives the offset behind
// the value.
func (r *Record) rawValue(b []byte, f *Field, s *Spec, end int) int {
	from := end - len(f.raw())
	next := r.rawEnd(b, s, from)
	if next != end {
		f.text = f.text[:len(f.text)+next-end]
		f.at = plain
	}
	if bytes.IndexByte(f.raw(), ' ') >= 0 || bytes.IndexByte(f.raw(), '"') >= 0 {
		r.Marks |= Ambiguous
	}
	return next
}

// rawEnd finds the end of a raw value: the last place where one of the row's
// following fields stands, as these hold no blanks themselves; in a cut record
// also the last place where libaudit's part could begin.
func (r *Record) rawEnd(b []byte, s *Spec, from int) int {
	after := false
	for _, next := range r.family.fields {
		if after {
			if n := lastField(b[from:], next.Name); n >= 0 {
				return from + n
			}
		}
		after = after || next == s
	}
	if r.Marks&Cut != 0 {
		if n := lastField(b[from:], suffixSpecs[0].Name); n >= 0 {
			r.Marks |= Ambiguous
			return from + n
		}
	}
	return len(b)
}

// lastField finds the blank before the last " name=" in b, or gives -1.
func lastField(b []byte, name string) int {
	for end := len(b); end > 0; {
		n := bytes.LastIndex(b[:end], []byte(name))
		if n <= 0 {
			return -1
		}
		if b[n-1] == ' ' && hasName(b[n:], name) {
			return n - 1
		}
		end = n + len(name) - 1
	}
	return -1
}
