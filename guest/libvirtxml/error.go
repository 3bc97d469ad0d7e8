package libvirtxml

import (
	"errors"
	"fmt"
	"strings"
)

// ErrTooLarge is what an Error wraps where XML is over a limit: longer than
// Options.MaxBytes, nested too deep, or of too many elements.
var ErrTooLarge = errors.New("too large")

// An Error says which part of the XML can't be used, and why.
type Error struct {
	// Line is where the element's tag begins, or how far the XML could be read;
	// 0 where a source failed before there was any.
	Line int
	// Element is the element's place, or its attribute's, as in XPath:
	// /domain/devices/interface/mac/@address. It is empty where the XML itself
	// is broken.
	Element string
	// Value is what stands there, empty where something is missing.
	Value string
	// Err says what is wrong with it.
	Err error
}

// shownValue is how much of a value an error's text shows.
const shownValue = 80

func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("libvirtxml: ")
	if e.Line > 0 {
		fmt.Fprintf(&b, "line %d: ", e.Line)
	}
	if e.Element != "" {
		b.WriteString(e.Element)
		switch {
		case len(e.Value) > shownValue:
			fmt.Fprintf(&b, " %q...", e.Value[:shownValue])
		case e.Value != "":
			fmt.Fprintf(&b, " %q", e.Value)
		}
		b.WriteString(": ")
	}
	b.WriteString(e.Err.Error())
	return b.String()
}

func (e *Error) Unwrap() error { return e.Err }

// refuse says what is wrong with an element's text.
func (n *node) refuse(format string, args ...any) error {
	return &Error{Line: n.line, Element: n.path(), Value: n.text, Err: fmt.Errorf(format, args...)}
}

// refuseAttr says what is wrong with an attribute.
func (n *node) refuseAttr(name, format string, args ...any) error {
	value, _ := n.attr(name)
	return &Error{Line: n.line, Element: n.path() + "/@" + name, Value: value, Err: fmt.Errorf(format, args...)}
}

// lacks says that an element or, as @NAME, an attribute below n is missing.
func (n *node) lacks(child string) error {
	return &Error{Line: n.line, Element: n.path() + "/" + child, Err: errors.New("missing")}
}
