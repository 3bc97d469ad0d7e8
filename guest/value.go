package guest

// A value is that of a field of a record, before it is encoded.
type value struct {
	text   string
	number uint64
	form   form
}

type form uint8

const (
	formMissing form = iota
	formText         // any text
	formWord         // a text of ours, which every field can hold
	formNumber
	formShm // the name of shared memory, of which the path is written
)

// shmDir is the folder of shared memory.
const shmDir = "/dev/shm/"

// missing is the value that is not there.
var missing value

func text(s string) value   { return value{text: s, form: formText} }
func word(s string) value   { return value{text: s, form: formWord} }
func number(n uint64) value { return value{number: n, form: formNumber} }

// optional is a text of which the empty one is missing.
func optional(s string) value {
	if s == "" {
		return missing
	}
	return text(s)
}

// pathValue is a path that may be there and empty.
func pathValue(path string, empty bool) value {
	if path == "" && !empty {
		return missing
	}
	return text(path)
}

// pid is the number of a process; there are none below 0.
func pid(n int) value { return number(uint64(max(n, 0))) }
