package record

// Clone gives a copy that stays valid whatever becomes of r and of the bytes
// it was parsed from.
func (r *Record) Clone() *Record {
	c := &Record{}
	r.CopyTo(c)
	return c
}

// CopyTo makes dst what Clone gives. It uses the memory that dst has, so that
// copying to the same records again and again doesn't allocate.
func (r *Record) CopyTo(dst *Record) {
	fields, buf := dst.fields[:0], dst.buf[:0]
	*dst = *r
	dst.fields = append(fields, r.fields...)
	if r.line == nil {
		dst.buf = copyFields(buf, dst.fields)
		return
	}
	dst.buf = append(buf, r.line...)
	m := mover{old: r.line, now: dst.buf}
	for _, b := range [...]*[]byte{
		&dst.line, &dst.prefix, &dst.node, &dst.typeText, &dst.stamp,
		&dst.sep, &dst.open, &dst.close, &dst.rest,
	} {
		*b = m.move(*b)
	}
	for i := range dst.fields {
		dst.fields[i].text = m.move(dst.fields[i].text)
	}
}

// copyFields gives the fields of a built record, whose texts stand in memory
// that the record uses again, texts of their own.
func copyFields(buf []byte, fields []Field) []byte {
	for i := range fields {
		from := len(buf)
		buf = append(buf, fields[i].text...)
		fields[i].text = buf[from:len(buf):len(buf)]
	}
	return buf
}

// ParseCopy is Parse of a copy of the line: the record stays valid whatever
// becomes of the line, as what Clone gives, and costs less than both.
func (r *Record) ParseCopy(line []byte) error {
	r.buf = append(r.buf[:0], line...)
	return r.Parse(r.buf)
}

// mover takes parts of a line to the same places in its copy.
type mover struct{ old, now []byte }

// move finds a part's place by its capacity, which reaches to the end of the
// line's memory.
func (m mover) move(b []byte) []byte {
	if b == nil {
		return nil
	}
	at := cap(m.old) - cap(b)
	return m.now[at : at+len(b)]
}
