package witness

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// plain gives a name or path as JSON can hold it. One that isn't UTF-8 has each
// byte that is wrong as \xNN, and its backslashes doubled.
func plain(s string) string {
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

// clipped is plain of no more than so many bytes.
func clipped(s string, most int) string {
	if s = plain(s); len(s) > most {
		s = strings.ToValidUTF8(s[:most], "") + "…"
	}
	return s
}
