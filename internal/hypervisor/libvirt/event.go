package libvirt

import (
	"fmt"
	"time"
)

// An Event is what libvirt told by itself, of any guest that it knows.
type Event struct {
	At   time.Time // when it arrived; libvirt's events carry no time
	UUID string
	Name string
	// ID is libvirt's number of the guest's run, -1 while it doesn't run.
	ID int
	// Kind is the kind of event in a word: lifecycle, balloon, tray, ...
	Kind string
	// Fields are what it says, in libvirt's order, in neutral words.
	Fields []Field
}

// A Field is a named value of an Event.
type Field struct{ Name, Value string }

// Get gives a field's value, "" where there is none.
func (e *Event) Get(name string) string {
	for _, f := range e.Fields {
		if f.Name == name {
			return f.Value
		}
	}
	return ""
}

// String gives the event as KIND NAME=VALUE ...
func (e *Event) String() string {
	text := e.Kind
	for _, f := range e.Fields {
		text += fmt.Sprintf(" %s=%q", f.Name, f.Value)
	}
	return text
}

// decodeEvent decodes the message of a procedure of libvirt's. Events are as
// long as their senders like, so nothing of the message is kept but copies.
func decodeEvent(kind *eventKind, message []byte) (Event, error) {
	d := &decoder{rest: message}
	e := Event{Kind: kind.name}
	d.uint32() // the number of the callback
	if kind.reasonFirst {
		d.uint32() // always 0
	}
	e.Name, e.UUID, e.ID = d.domain()
	for _, part := range kind.parts {
		e.Fields = part(d, e.Fields)
	}
	if d.bad {
		return Event{}, fmt.Errorf("%s event of %d bytes is cut short", kind.name, len(message))
	}
	return e, nil
}
