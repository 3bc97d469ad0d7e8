package report

import (
	"fmt"
	"io"
	"time"

	"github.com/virtaudit/virtaudit/internal/trail"
)

// Options say for whom a text is.
type Options struct {
	Color    bool           // ANSI colours
	Terminal bool           // the text goes to one, which would obey what is in it
	Width    int            // columns of the terminal; 0 where that is unknown, or none
	Location *time.Location // of times in text; nil is UTC
	ShowUUID bool           // beside each guest's name
	Filtered bool           // what is shown is not all that is known
	Proof    Proof
	// FromStore is the flag that names the store that answers, as it was given; "" of logs.
	FromStore string
	// Records gives lines that were read of an event, for ProofRecords, and how
	// many more there are.
	Records func(node string, at trail.Moment) (lines []string, more int)
}

// Proof says what text shows of the records that prove a statement. JSON lines
// and CSV have the events' ids whatever it is, and ProofRecords adds the lines.
type Proof uint8

// What can be shown: nothing, the events' ids, or the lines.
const (
	NoProof Proof = iota
	ProofIDs
	ProofRecords
)

func (o Options) location() *time.Location {
	if o.Location == nil {
		return time.UTC
	}
	return o.Location
}

// Format is a form of output.
type Format string

// The formats.
const (
	Text  Format = "text"
	JSONL Format = "jsonl"
	CSV   Format = "csv"
)

// ParseFormat reads the name of a format.
func ParseFormat(name string) (Format, error) {
	switch f := Format(name); f {
	case Text, JSONL, CSV:
		return f, nil
	}
	return "", fmt.Errorf("format %q: there are text, jsonl and csv", name)
}

// Totals are what the scanner counted of the log's lines.
type Totals struct {
	Bytes, Lines int64
	Malformed    int64 // lines that should be records and are none
	Foreign      int64 // lines that aren't audit records at all
}

// Sessions writes sessions in the order in which they come.
func Sessions(w io.Writer, f Format, sessions []*trail.Session, o Options) error {
	switch f {
	case Text:
		return sessionsText(w, sessions, o)
	case JSONL:
		return sessionsJSON(w, sessions, o)
	case CSV:
		return sessionsCSV(w, sessions, o)
	}
	_, err := ParseFormat(string(f))
	return err
}
