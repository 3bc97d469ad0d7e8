package kaudit

import (
	"fmt"
	"strconv"

	"github.com/virtaudit/virtaudit/record"
)

// Field is what a condition compares, by its number in linux/audit.h.
type Field uint32

// The fields that tell records which programs send from each other.
const (
	FieldPID     Field = 0
	FieldUID     Field = 1
	FieldGID     Field = 5
	FieldAUID    Field = 9  // the user who logged in; 4294967295 is nobody
	FieldMsgType Field = 12 // the record's type
	FieldExe     Field = 112
)

var fieldNames = map[Field]string{
	FieldPID: "pid", FieldUID: "uid", FieldGID: "gid", FieldAUID: "auid",
	FieldMsgType: "msgtype", FieldExe: "exe",
	13: "subj_user", 14: "subj_role", 15: "subj_type", 16: "subj_sen", 17: "subj_clr",
	24: "loginuid_set", 25: "sessionid", 105: "path", 107: "dir", 210: "key",
}

func (f Field) String() string {
	if name, ok := fieldNames[f]; ok {
		return name
	}
	return fmt.Sprintf("f%d", uint32(f))
}

// isText tells whether a field's value is a text: a security label, a path or a
// key.
func (f Field) isText() bool {
	switch f {
	case 13, 14, 15, 16, 17, 19, 20, 21, 22, 23, 105, 107, FieldExe, 210:
		return true
	}
	return false
}

// Op is how a condition compares.
type Op uint32

// The operators.
const (
	BitMask        Op = 0x08000000 // any of the bits
	Less           Op = 0x10000000
	Greater        Op = 0x20000000
	NotEqual       Op = 0x30000000
	Equal          Op = 0x40000000
	BitTest        Op = 0x48000000 // all of the bits
	LessOrEqual    Op = 0x50000000
	GreaterOrEqual Op = 0x60000000
)

var opNames = map[Op]string{
	BitMask: "&", Less: "<", Greater: ">", NotEqual: "!=",
	Equal: "=", BitTest: "&=", LessOrEqual: "<=", GreaterOrEqual: ">=",
}

func (o Op) String() string {
	if name, ok := opNames[o]; ok {
		return name
	}
	return fmt.Sprintf("?%x?", uint32(o))
}

// A Condition is a part of a rule.
type Condition struct {
	Field Field
	Op    Op
	Value uint32 // of a field that is a number
	Text  string // of one that is a text
}

// Holds compares as the kernel does.
func (c Condition) Holds(value uint32) bool {
	switch c.Op {
	case BitMask:
		return value&c.Value != 0
	case Less:
		return value < c.Value
	case Greater:
		return value > c.Value
	case NotEqual:
		return value != c.Value
	case Equal:
		return value == c.Value
	case BitTest:
		return value&c.Value == c.Value
	case LessOrEqual:
		return value <= c.Value
	case GreaterOrEqual:
		return value >= c.Value
	}
	return false
}

// HoldsText is Holds for a field that is a text.
func (c Condition) HoldsText(value string) bool {
	switch c.Op {
	case Equal:
		return value == c.Text
	case NotEqual:
		return value != c.Text
	}
	return false
}

// String gives the condition as auditctl takes it.
func (c Condition) String() string {
	value := strconv.FormatUint(uint64(c.Value), 10)
	switch {
	case c.Field.isText():
		value = c.Text
	case c.Field == FieldMsgType && c.Value <= 0xffff:
		value = record.Type(c.Value).String()
	case c.Field == FieldAUID && c.Value == 1<<32-1:
		value = "-1"
	}
	return c.Field.String() + c.Op.String() + value
}
