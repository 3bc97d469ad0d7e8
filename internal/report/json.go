package report

import (
	"encoding/hex"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/virtaudit/virtaudit/internal/trail"
)

// jsonText is a JSON text that grows. Its methods write one key and value of
// an object each, in the order in which they are called.
type jsonText struct {
	b     []byte
	lines linesOf // the records of events, or nil not to show them
}

func (j *jsonText) open(c byte)  { j.b = append(j.b, c) }
func (j *jsonText) close(c byte) { j.b = append(j.b, c) }

// next writes the comma before all but the first.
func (j *jsonText) next() {
	if n := len(j.b); n > 0 && j.b[n-1] != '{' && j.b[n-1] != '[' {
		j.b = append(j.b, ',')
	}
}

func (j *jsonText) key(name string) {
	j.next()
	j.b = appendString(j.b, name)
	j.b = append(j.b, ':')
}

func (j *jsonText) null(key string) {
	j.key(key)
	j.b = append(j.b, "null"...)
}

func (j *jsonText) uint(key string, n uint64) {
	j.key(key)
	j.b = strconv.AppendUint(j.b, n, 10)
}

func (j *jsonText) int(key string, n int64) {
	j.key(key)
	j.b = strconv.AppendInt(j.b, n, 10)
}

func (j *jsonText) yes(key string) {
	j.key(key)
	j.b = append(j.b, "true"...)
}

// string writes a string and, where it isn't UTF-8, all its bytes beside it.
func (j *jsonText) string(key, value string) {
	j.key(key)
	j.b = appendString(j.b, value)
	if !utf8.ValidString(value) {
		j.key(key + "_hex")
		j.b = append(j.b, '"')
		j.b = hex.AppendEncode(j.b, []byte(value))
		j.b = append(j.b, '"')
	}
}

// word writes a string, or null for an empty one.
func (j *jsonText) word(key, value string) {
	if value == "" {
		j.null(key)
		return
	}
	j.string(key, value)
}

const rfc3339 = "2006-01-02T15:04:05.000Z"

// time writes when a moment was, or null.
func (j *jsonText) time(key string, m trail.Moment) {
	if m == (trail.Moment{}) {
		j.null(key)
		return
	}
	j.key(key)
	j.b = append(j.b, '"')
	j.b = m.Time().AppendFormat(j.b, rfc3339)
	j.b = append(j.b, '"')
}

// event writes the event that a moment is of, or null.
func (j *jsonText) event(key string, m trail.Moment) {
	if !recorded(m) {
		j.null(key)
		return
	}
	j.key(key)
	j.appendEvent(m)
}

func (j *jsonText) appendEvent(m trail.Moment) {
	j.b = append(j.b, '"')
	j.b = m.Append(j.b)
	j.b = append(j.b, '"')
}

// proof lists the events of the moments that are known, each once, and beside
// them their records where these are to be shown.
func (j *jsonText) proof(proof ...trail.Moment) {
	proof = moments(proof...)
	j.key("proof")
	j.open('[')
	for _, m := range proof {
		j.next()
		j.appendEvent(m)
	}
	j.close(']')
	j.records(proof...)
}

// records lists the lines of events where these are to be shown; in hex too
// where one isn't UTF-8.
func (j *jsonText) records(proof ...trail.Moment) {
	if j.lines == nil {
		return
	}
	lines, more := j.lines.all(moments(proof...))
	j.texts("records", lines, appendString)
	if slices.ContainsFunc(lines, func(l string) bool { return !utf8.ValidString(l) }) {
		j.texts("records_hex", lines, func(b []byte, s string) []byte {
			return append(hex.AppendEncode(append(b, '"'), []byte(s)), '"')
		})
	}
	if more > 0 {
		j.int("records_left_out", int64(more))
	}
}

// texts writes a list of strings, which may be empty.
func (j *jsonText) texts(key string, texts []string, write func([]byte, string) []byte) {
	j.key(key)
	j.open('[')
	for _, text := range texts {
		j.next()
		j.b = write(j.b, text)
	}
	j.close(']')
}

// strings writes a list of words, or nothing for an empty one.
func (j *jsonText) strings(key string, words []string) {
	if len(words) > 0 {
		j.texts(key, words, appendString)
	}
}

// list writes a list of n objects.
func (j *jsonText) list(key string, n int, object func(i int)) {
	j.key(key)
	j.open('[')
	for i := range n {
		j.next()
		j.open('{')
		object(i)
		j.close('}')
	}
	j.close(']')
}

// appendString appends a JSON string. What a terminal would obey or hide is
// escaped, which JSON allows for every character.
func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	for i := 0; i < len(s); {
		if c := s[i]; c >= ' ' && c <= '~' {
			if c == '"' || c == '\\' {
				b = append(b, '\\')
			}
			b = append(b, c)
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		b = appendRune(b, r)
		i += size
	}
	return append(b, '"')
}

func appendRune(b []byte, r rune) []byte {
	switch {
	case r == utf8.RuneError || shown(r):
		return utf8.AppendRune(b, r)
	case r > 0xffff: // as two surrogates
		r -= 0x10000
		return appendUnit(appendUnit(b, 0xd800+r>>10), 0xdc00+r&0x3ff)
	}
	return appendUnit(b, r)
}

func appendUnit(b []byte, unit rune) []byte {
	const digits = "0123456789abcdef"
	return append(b, '\\', 'u', digits[unit>>12&15], digits[unit>>8&15], digits[unit>>4&15], digits[unit&15])
}
