package record

// A phrase is an end that nearly all records of a kind of sender have in the
// same words. Its fields are known, so it need not be read again each time.
type phrase struct {
	text   string
	fields []Field
}

// newPhrase makes a phrase of a text whose fields the function reads.
func newPhrase(text string, read func(r *Record, b []byte)) phrase {
	var r Record
	read(&r, []byte(text))
	return phrase{text, r.fields}
}

// begin gives where the phrase begins at the end of b, or -1.
func (p *phrase) begin(b []byte) int {
	n := len(b) - len(p.text)
	if n < 0 || string(b[n:]) != p.text {
		return -1
	}
	return n
}

// phrase adds the fields of a phrase, the last of which ends where b does.
func (r *Record) phrase(p *phrase, b []byte) {
	at := len(b)
	for i := range p.fields {
		at -= len(p.fields[i].text)
	}
	for i := range p.fields {
		f := r.field()
		*f = p.fields[i]
		f.text = b[at : at+len(f.text)]
		at += len(f.text)
	}
}
