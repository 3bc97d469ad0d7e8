package qmp

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// maxList is how many things QEMU may list in an answer.
const maxList = 1 << 14

// list is a JSON array of bounded length: a short text can be an array that
// takes a hundred times its memory.
type list[T any] []T

// UnmarshalJSON reads an array of at most maxList elements.
func (l *list[T]) UnmarshalJSON(text []byte) error {
	d := json.NewDecoder(bytes.NewReader(text))
	if t, err := d.Token(); err != nil || t != json.Delim('[') {
		return fmt.Errorf("no list: %s", excerpt(text))
	}
	*l = nil
	for d.More() {
		if len(*l) == maxList {
			return fmt.Errorf("a list of more than %d", maxList)
		}
		var element T
		if err := d.Decode(&element); err != nil {
			return err
		}
		*l = append(*l, element)
	}
	return nil
}
