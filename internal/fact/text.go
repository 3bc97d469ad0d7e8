package fact

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Plain gives a name or path in a form that JSON, and so the Text of a fact, can
// hold. In one that isn't UTF-8 each invalid byte becomes \xNN and each backslash is
// doubled; any other is returned as it is.
func Plain(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	for len(s) > 0 {
		r, size := utf8.DecodeRuneInString(s)
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, s[0])
		case r == '\\':
			b.WriteString(`\\`)
		default:
			b.WriteString(s[:size])
		}
		s = s[size:]
	}
	return b.String()
}
