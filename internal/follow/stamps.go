package follow

import (
	"bytes"

	"github.com/virtaudit/virtaudit/record"
)

var stampOpen = []byte(" msg=audit(")

// firstStamp finds the time of the first record in a text, of whatever type.
func firstStamp(text []byte) (record.Stamp, bool) { return stampAt(text, bytes.Index(text, stampOpen)) }

// lastStamp is firstStamp for the last one.
func lastStamp(text []byte) (record.Stamp, bool) {
	return stampAt(text, bytes.LastIndex(text, stampOpen))
}

func stampAt(text []byte, at int) (record.Stamp, bool) {
	if at < 0 {
		return record.Stamp{}, false
	}
	text = text[at+len(" msg="):]
	if n := bytes.IndexByte(text, ')'); n >= 0 {
		text = text[:min(n+2, len(text))]
	}
	var r record.Record
	err := r.ParseKernel(0, text)
	return r.Stamp, err == nil
}
