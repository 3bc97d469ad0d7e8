package kaudit

import (
	"fmt"

	"github.com/virtaudit/virtaudit/record"
)

// maxText is how many bytes of a text the kernel keeps, what libaudit appends
// included (AUDIT_MESSAGE_TEXT_MAX). It cuts longer ones and says nothing.
const maxText = 8560

// check tells whether a record can be made of a message, with a text of so many
// bytes at most.
func check(m Message, limit int) error {
	switch {
	case !sendable(m.Type):
		return fmt.Errorf("%w: type %v is not for programs to send", ErrInvalid, m.Type)
	case m.Result != record.Success && m.Result != record.Failed:
		return fmt.Errorf("%w: no result", ErrInvalid)
	case len(m.Text) == 0:
		return fmt.Errorf("%w: no text", ErrInvalid)
	case len(m.Text) > limit:
		return &TooLongError{Size: len(m.Text), Limit: limit}
	}
	for i, b := range m.Text {
		if b < ' ' || b == 0x7f {
			return fmt.Errorf("%w: byte %d of the text is %#02x, which must be encoded", ErrInvalid, i, b)
		}
	}
	return nil
}

// sendable tells whether the kernel makes a record with msg='...' of messages
// of a type. All others are commands, the kernel's own, or (1124) what was
// typed on a terminal.
func sendable(t record.Type) bool {
	return t >= 1100 && t <= 1199 && t != 1124 || t >= 2100 && t <= 2999
}
