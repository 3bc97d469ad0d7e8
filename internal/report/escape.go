package report

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// escaped gives a value with all that a terminal would obey or hide written as
// escapes.
func escaped(s string) string {
	if plainText(s) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		b.WriteString(escapedRune(s[i:i+size], r, i == 0))
		i += size
	}
	return b.String()
}

// plainText tells whether a value stands for itself: printable ASCII without
// backslashes, as nearly all are.
func plainText(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '\\' {
			return false
		}
	}
	return true
}

func escapedRune(text string, r rune, first bool) string {
	switch {
	case r == '\\':
		return `\\`
	case r == '\n':
		return `\n`
	case r == '\t':
		return `\t`
	case r < 0x80 && !unicode.IsPrint(r), r == utf8.RuneError && len(text) == 1:
		return fmt.Sprintf(`\x%02x`, text[0])
	case shown(r) && !(first && combines(r)):
		return text
	case r > 0xffff:
		return fmt.Sprintf(`\U%08x`, r)
	}
	return fmt.Sprintf(`\u%04x`, r)
}

// shown tells whether a character leaves ink or is the ASCII blank. Other
// blanks, controls of direction and joiners do not.
func shown(r rune) bool {
	const brailleBlank = 0x2800
	return unicode.IsPrint(r) && r != brailleBlank &&
		!unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

// combines tells whether a character is drawn over the one before it.
func combines(r rune) bool { return unicode.In(r, unicode.Mn, unicode.Me) }

// visible gives a value for a place of its own: escaped, and in quotes where
// its bounds would not be seen.
func visible(s string) string { return quoteIf(s, unclear(s)) }

// listed gives a value for a list with commas.
func listed(s string) string { return quoteIf(s, unclear(s) || strings.ContainsAny(s, ",;")) }

func quoteIf(s string, needed bool) string {
	if !needed {
		return escaped(s)
	}
	return `"` + strings.ReplaceAll(escaped(s), `"`, `\"`) + `"`
}

// unclear tells whether it could not be seen where a value begins and ends.
// Two blanks look like the gap between columns.
func unclear(s string) bool {
	return s == "" || s[0] == ' ' || s[0] == '"' || s[len(s)-1] == ' ' || strings.Contains(s, "  ")
}
