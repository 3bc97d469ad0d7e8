package web

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Text is any bytes, in JSON: what isn't UTF-8 stands with \xNN for each byte
// that is none.
type Text string

// MarshalJSON writes what showable gives.
func (t Text) MarshalJSON() ([]byte, error) { return json.Marshal(showable(string(t))) }

// showable writes bytes that are no UTF-8 as \xNN. Other texts stay as they are.
func showable(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && size == 1 {
			fmt.Fprintf(&b, `\x%02x`, s[i])
		} else {
			b.WriteString(s[i : i+size])
		}
		i += size
	}
	return b.String()
}

// meant gives the text that a client got as showable: bytes for \xNN, if it is
// the form of some text that isn't UTF-8.
func meant(s string) string {
	if !strings.Contains(s, `\x`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if strings.HasPrefix(s[i:], `\x`) && len(s) >= i+4 {
			if n, err := strconv.ParseUint(s[i+2:i+4], 16, 8); err == nil && n >= utf8.RuneSelf {
				b.WriteByte(byte(n))
				i += 3
				continue
			}
		}
		b.WriteByte(s[i])
	}
	if showable(b.String()) != s {
		return s
	}
	return b.String()
}
