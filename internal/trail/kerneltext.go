package trail

import (
	"encoding/hex"

	"github.com/virtaudit/virtaudit/record"
)

// Untrusted gives a text of the kernel's own record: it writes in quotes what it
// was told by others, such as names of files, or in hex where that holds what
// can't stand in quotes.
func Untrusted(r *record.Record, name string) string {
	f, ok := r.Lookup(name)
	if !ok || f.Missing() {
		return ""
	}
	text := f.String()
	if string(f.Raw()) == text { // it stands in no quotes
		if b, err := hex.DecodeString(text); err == nil {
			return string(b)
		}
	}
	return text
}

// untrusted is Untrusted for what is kept.
func (t *Trail) untrusted(r *record.Record, name string) string {
	return t.internBytes([]byte(Untrusted(r, name)))
}

// Permissions gives what an AVC of SELinux is about: the words in braces.
func Permissions(r *record.Record) []string {
	var words []string
	inside := false
	for _, f := range r.Fields(record.Message) {
		switch word := string(f.Raw()); {
		case f.Name() != "" || word == "}":
			return words
		case inside:
			words = append(words, word)
		default:
			inside = word == "{"
		}
	}
	return words
}
