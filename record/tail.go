package record

import "bytes"

// tailForm tells what stands behind the message.
type tailForm uint8

const (
	badTail tailForm = iota // not what auditd writes
	cutTail                 // the beginning of what it writes
	fullTail
)

// enrichment tells whether b is a tail as log_format=ENRICHED adds it:
// UID="root" AUID="unset".
func enrichment(b []byte) tailForm {
	for {
		n := 0
		for n < len(b) && (b[n] >= 'A' && b[n] <= 'Z' || b[n] == '_') {
			n++
		}
		if n == len(b) {
			return cutTail
		}
		if n == 0 || b[n] != '=' {
			return badTail
		}
		b = b[n+1:]
		if len(b) > 0 && b[0] != '"' { // a uid without a name: UID=unknown(5)
			n = bytes.IndexByte(b, ' ')
			if n < 0 && bytes.IndexByte(b, '\'') < 0 {
				return fullTail
			}
		} else {
			n = quoteBlank(b) + 1
		}
		if n <= 0 {
			return lastOfTail(b)
		}
		b = b[n+1:]
	}
}

// quoteBlank finds a quote that a blank follows, or gives -1.
func quoteBlank(b []byte) int {
	for at := 0; ; at++ {
		n := bytes.IndexByte(b[at:], '"')
		if at += n; n < 0 || at+1 == len(b) {
			return -1
		}
		if b[at+1] == ' ' {
			return at
		}
	}
}

// lastOfTail judges the last value of a tail, from its quote on.
func lastOfTail(b []byte) tailForm {
	switch {
	case len(b) == 0:
		return cutTail
	case b[0] != '"':
		return badTail
	case len(b) > 1 && b[len(b)-1] == '"':
		return fullTail
	case bytes.IndexByte(b, '\'') >= 0:
		return badTail
	}
	return cutTail
}

// splitMessage finds where the text behind msg=' ends and where the tail
// begins. The text may hold quotes, so its end is the last quote that can be
// one: the line's last byte, or one before a tail. Both are len(b) where the
// message isn't closed.
func splitMessage(b []byte) (end, tail int) {
	if n := len(b); n > 0 && b[n-1] == '\'' {
		return n - 1, n
	}
	if n := usualTail.begin(b); n >= 0 {
		return n, n + len("'\x1d")
	}
	if n := bytes.LastIndexByte(b, 0x1d); n > 0 && b[n-1] == '\'' && enrichment(b[n+1:]) != badTail {
		return n - 1, n + 1
	}
	// auditd's syslog plugin makes a blank of the byte 0x1d; others drop it.
	if n := bytes.LastIndexByte(b, '\''); n >= 0 {
		if from := n + 1 + len(b[n+1:]) - len(bytes.TrimPrefix(b[n+1:], []byte(" "))); enrichment(b[from:]) == fullTail {
			return n, from
		}
	}
	return len(b), len(b)
}

// usualTail is what auditd appends to the message of a service that root runs.
var usualTail = newPhrase("'\x1d"+`UID="root" AUID="unset"`, func(r *Record, b []byte) {
	r.tailFields(b, len("'\x1d"))
})

// tail reads what auditd appended, from the message's end on.
func (r *Record) tail(b []byte, end, from int) {
	r.close = b[end:from]
	if usualTail.begin(b) == end && len(r.fields)+len(usualTail.fields) <= maxFields {
		r.phrase(&usualTail, b)
	} else {
		if end < from && b[from-1] == 0x1d && enrichment(b[from:]) != fullTail {
			r.Marks |= Cut
		}
		r.tailFields(b, from)
	}
	r.ends[Auditd] = len(r.fields)
}

func (r *Record) tailFields(b []byte, at int) {
	for at < len(b) {
		at = r.tailField(b, at)
	}
}

// tailField reads one name and value of the tail. A user's name may hold a
// blank, never a quote followed by one.
func (r *Record) tailField(b []byte, at int) int {
	f := r.field()
	lead := at
	for at < len(b) && b[at] == ' ' {
		at++
	}
	eq := bytes.IndexByte(b[at:], '=')
	if eq < 0 || len(r.fields) > maxFields {
		f.word(b[lead:], at-lead)
		return len(b)
	}
	name := at
	at += eq + 1
	n := len(b)
	if at < n && b[at] == '"' {
		f.at = quoted
		if i := quoteBlank(b[at:]); i >= 0 {
			n = at + i + 1
		}
	} else {
		n = at + wordLen(b[at:])
	}
	f.set(b[lead:n], name-lead, at-lead)
	return n
}
