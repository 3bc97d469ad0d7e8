package guest

import (
	"fmt"
	"strconv"

	"github.com/virtaudit/virtaudit/record"
)

// A writer writes the messages of one change. What they have in common is
// encoded once.
type writer struct {
	messages []Message
	warnings []Warning
	result   record.Result
	// What every record of the change says.
	virt, vm, uuid []byte

	checked record.Record // encodes what a record may refuse
	own     []Message     // memory for messages that are copied
}

// write writes the messages of a change behind those of dst.
func (w *writer) write(dst []Message, c *Change) []Warning {
	w.messages, w.warnings, w.result = dst, nil, c.result()
	w.identify(c.Guest)
	w.change(c)
	warnings := w.warnings
	w.warnings = nil
	return warnings
}

// identify encodes what every record says of the guest.
func (w *writer) identify(s *Spec) {
	if s == nil {
		s = &Spec{}
	}
	w.virt = append(w.virt[:0], '?')
	if s.Virt.Known() {
		w.virt = append(w.virt[:0], s.Virt...)
	} else {
		w.warn("virt: libvirt has no hypervisor %q; written as ?", string(s.Virt))
	}
	w.uuid = append(w.uuid[:0], '?')
	if isUUID(s.UUID) {
		w.uuid = append(w.uuid[:0], s.UUID...)
	} else {
		w.warn("uuid: %q isn't one in lower case and with dashes; written as ?", s.UUID)
	}
	w.vm = record.AppendEncoded(w.vm[:0], []byte(s.Name))
}

// result is that of the change's last record.
func (c *Change) result() record.Result {
	if c.Failed {
		return record.Failed
	}
	return record.Success
}

func (w *writer) warn(format string, args ...any) {
	w.warnings = append(w.warnings, Warning(fmt.Sprintf(format, args...)))
}

// put writes a message of that kind. The values are those behind uuid=.
func (w *writer) put(k *kind, reason value, values []value) {
	m := w.next()
	m.Type, m.Result = k.Type, w.result
	dst := m.Text[:0]
	for i := range k.parts {
		p := &k.parts[i]
		dst = append(dst, p.lead...)
		switch p.value {
		case fromVirt:
			dst = append(dst, w.virt...)
		case fromVM:
			dst = append(dst, w.vm...)
		case fromUUID:
			dst = append(dst, w.uuid...)
		case fromReason:
			dst = w.value(dst, k, p.field, &reason)
		case fromValues:
			dst = w.value(dst, k, p.field, &values[0])
			values = values[1:]
		}
	}
	m.Text = dst
}

// next gives the message behind the last, with the memory that it had.
func (w *writer) next() *Message {
	n := len(w.messages)
	if n < cap(w.messages) {
		w.messages = w.messages[:n+1]
	} else {
		w.messages = append(w.messages, Message{})
	}
	return &w.messages[n]
}

// value appends a value as the field's encoding says.
func (w *writer) value(dst []byte, k *kind, f *record.Spec, v *value) []byte {
	switch {
	case v.form == formWord:
		return append(dst, v.text...)
	case v.form == formNumber && f.Encoding == record.Integer:
		return strconv.AppendUint(dst, v.number, 10)
	case v.form == formText && f.Encoding == record.Encoded:
		return record.AppendEncoded(dst, []byte(v.text))
	case v.form == formText && f.Encoding == record.Raw && plainRaw(v.text):
		return append(dst, v.text...)
	case v.form == formShm && !record.NeedsEncoding([]byte(v.text)):
		return append(append(dst, shmDir...), v.text...)
	case v.form == formMissing && f.Encoding == record.Encoded:
		return append(dst, `"?"`...)
	case v.form == formMissing:
		return append(dst, '?')
	}
	return w.checkedValue(dst, k, f, v)
}

// plainRaw tells of most raw values that they are written as they stand, as they
// hold nothing odd and can't be taken for hex: paths and labels. Of others only
// package record can tell.
func plainRaw(s string) bool {
	if s == "" || s[0] >= '0' && s[0] <= '9' || s[0] >= 'A' && s[0] <= 'F' {
		return false
	}
	return !record.NeedsEncoding([]byte(s))
}

// checkedValue appends a value that a record may refuse, or writes in more
// than one way.
func (w *writer) checkedValue(dst []byte, k *kind, f *record.Spec, v *value) []byte {
	w.checked.Begin(k.Kind)
	var err error
	switch v.form {
	case formNumber:
		err = w.checked.SetUint(f.Name, v.number)
	case formShm:
		err = w.checked.Set(f.Name, shmDir+v.text)
	default:
		err = w.checked.Set(f.Name, v.text)
	}
	if err != nil {
		w.warn("%v; written as ?", err)
	}
	field, _ := w.checked.Lookup(f.Name)
	return append(dst, field.Raw()...)
}
