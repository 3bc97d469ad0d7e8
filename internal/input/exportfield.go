package input

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
)

// A field is one that is needed.
type field int

const (
	fieldTransport field = iota
	fieldHost
	fieldUID
	fieldSerial
	fieldStamp
	fieldType
	fieldTypeName
	fieldMessage
	numFields
)

func fieldNamed(name []byte) (field, bool) {
	switch string(name) {
	case "_TRANSPORT":
		return fieldTransport, true
	case "_HOSTNAME":
		return fieldHost, true
	case "_UID":
		return fieldUID, true
	case "_AUDIT_ID":
		return fieldSerial, true
	case "_SOURCE_REALTIME_TIMESTAMP":
		return fieldStamp, true
	case "_AUDIT_TYPE":
		return fieldType, true
	case "_AUDIT_TYPE_NAME":
		return fieldTypeName, true
	case "MESSAGE":
		return fieldMessage, true
	}
	return 0, false
}

// readField reads one field in either form.
func (r *exportReader) readField() error {
	line, whole, err := r.readPart()
	switch {
	case err != nil && len(line) > 0:
		return endWithin(err)
	case err != nil:
		return err
	case whole && len(line) == 0:
		return errEntryEnd
	}
	name, value, isText := bytes.Cut(line, []byte("="))
	if !isFieldName(name) || !isText && !whole {
		return errFormat
	}
	f, needed := fieldNamed(name)
	if needed {
		r.entry[f] = r.entry[f][:0] // of a field that comes twice, the last
	}
	if !isText {
		return r.readBinary(f, needed)
	}
	return r.readText(f, needed, value, whole)
}

// readPart reads a line without its newline, or the next part of a long one.
func (r *exportReader) readPart() (part []byte, last bool, err error) {
	part, err = r.br.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		return part, false, nil
	}
	return bytes.TrimSuffix(part, []byte("\n")), true, err
}

// readText reads a value up to the end of its line.
func (r *exportReader) readText(f field, needed bool, part []byte, last bool) (err error) {
	for {
		needed = needed && r.store(f, part)
		if last {
			return nil
		}
		if part, last, err = r.readPart(); err != nil {
			return endWithin(err)
		}
	}
}

// store keeps a part of a field's value, or nothing of one that gets too long.
func (r *exportReader) store(f field, part []byte) bool {
	if len(r.entry[f])+len(part) > maxField {
		r.useful = false
		return false
	}
	r.entry[f] = append(r.entry[f], part...)
	return true
}

// readBinary reads the length and the value of a field.
func (r *exportReader) readBinary(f field, needed bool) error {
	length, err := r.br.Peek(8)
	if err != nil {
		return endWithin(err)
	}
	n := binary.LittleEndian.Uint64(length)
	if n > maxBinary {
		return errFormat
	}
	r.br.Discard(len(length)) // can't fail: it was just peeked at
	for n > 0 {
		part, err := r.br.Peek(int(min(n, uint64(r.br.Size()))))
		if len(part) == 0 {
			return endWithin(err)
		}
		needed = needed && r.store(f, part)
		n -= uint64(len(part))
		r.br.Discard(len(part))
	}
	c, err := r.br.ReadByte()
	if err != nil {
		return endWithin(err)
	}
	if c != '\n' {
		return errFormat
	}
	return nil
}

// endWithin makes an end where none may be recognisable.
func endWithin(err error) error {
	if errors.Is(err, io.EOF) {
		return errCut
	}
	return err
}

// isFieldName tells whether journald lets a field be called so.
func isFieldName(name []byte) bool {
	if len(name) == 0 || len(name) > maxFieldName {
		return false
	}
	for _, c := range name {
		if c != '_' && (c < 'A' || c > 'Z') && !isDigit(c) {
			return false
		}
	}
	return true
}
