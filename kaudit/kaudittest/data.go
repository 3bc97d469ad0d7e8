package kaudittest

import (
	"encoding/binary"

	"github.com/virtaudit/virtaudit/kaudit"
)

// statusData makes struct audit_status.
func statusData(s kaudit.Status) []byte {
	return numbers(0, uint32(s.Enabled), s.Failure, uint32(s.PID), s.RateLimit, s.BacklogLimit,
		s.Lost, s.Backlog, s.Features, s.BacklogWaitTime, s.BacklogWaitTimeActual)
}

// ruleData makes struct audit_rule_data: of each list of the conditions there
// is room for 64.
func ruleData(r kaudit.Rule) []byte {
	const most, syscalls = 64, 64
	var fields, values, ops [most]uint32
	var texts string
	for i, c := range r.Conditions[:min(len(r.Conditions), most)] {
		fields[i], ops[i], values[i] = uint32(c.Field), uint32(c.Op), c.Value
		if c.Text != "" {
			values[i] = uint32(len(c.Text))
			texts += c.Text
		}
	}
	b := numbers(uint32(r.Filter), uint32(r.Action), uint32(min(len(r.Conditions), most)))
	b = append(b, make([]byte, 4*syscalls)...)
	for _, list := range [][most]uint32{fields, values, ops} {
		b = append(b, numbers(list[:]...)...)
	}
	b = append(b, numbers(uint32(len(texts)))...)
	return append(b, texts...)
}

func numbers(n ...uint32) []byte {
	var b []byte
	for _, v := range n {
		b = binary.NativeEndian.AppendUint32(b, v)
	}
	return b
}
