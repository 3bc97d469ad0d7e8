// Package spreadsheet makes values of CSV safe to open in a spreadsheet, which would
// run some of them as formulas. Guests' names and paths are chosen by others.
package spreadsheet

import (
	"strings"
	"unicode/utf8"
)

// leads are the characters that a value begins with to be guarded: those with which a
// formula begins, as spreadsheets read them, and the guard itself.
const leads = "=+-@'＝＋－＠"

// Guard puts an apostrophe before a value that a spreadsheet would take for a formula,
// and before one that begins with an apostrophe. So taking one apostrophe away gives
// every value back.
func Guard(value string) string {
	if first, _ := utf8.DecodeRuneInString(value); value != "" && strings.ContainsRune(leads, first) {
		return "'" + value
	}
	return value
}
