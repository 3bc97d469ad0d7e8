package fact

import (
	"bytes"
	"fmt"

	"github.com/virtaudit/virtaudit/record"
)

// enriched is the byte between what the kernel wrote and auditd's enrichment.
const enriched = 0x1d

// OfRecord makes the fact of a record. node is the host of a record that names none.
func OfRecord(node, source string, r *record.Record) Fact {
	f := Fact{Kind: Record, Node: node, Source: source, Type: r.Type, Stamp: r.Stamp}
	if name := r.NodeBytes(); len(name) > 0 {
		f.Node = string(name)
	}
	f.Text = Canonical(nil, r)
	return f
}

// Canonical appends what the kernel wrote of a record: audit(...): and the rest,
// without type=, node= and auditd's enrichment.
func Canonical(dst []byte, r *record.Record) []byte {
	from := len(dst)
	dst = r.Append(dst)
	line := dst[from:]
	if len(r.Fields(record.Auditd)) > 0 {
		if i := bytes.LastIndexByte(line, enriched); i >= 0 {
			line = line[:i]
		}
	}
	if i := bytes.Index(line, []byte("audit(")); i > 0 {
		line = line[:copy(line, line[i:])]
	}
	return dst[:from+len(line)]
}

// ParseRecord reads a record's fact into r, which goes on referring to f.Text.
func (f *Fact) ParseRecord(r *record.Record) error {
	if f.Kind != Record {
		return fmt.Errorf("fact %d is no record but %s", f.Seq, f.Kind)
	}
	if err := r.ParseKernel(f.Type, f.Text); err != nil {
		return fmt.Errorf("fact %d: %w", f.Seq, err)
	}
	return nil
}

// Line gives a record's fact as a line of audit.log, without newline.
func (f *Fact) Line() []byte {
	line := append([]byte("type="), f.Type.String()...)
	return append(append(line, " msg="...), f.Text...)
}
