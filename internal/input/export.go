package input

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

// The journal's export format (systemd, docs/JOURNAL_EXPORT_FORMATS.md): an
// entry is a line FIELD=VALUE for each field and ends with an empty line. A
// value that isn't plain text comes as a line FIELD, its length as eight bytes,
// little endian, the value and a newline.
//
// Fields that are not needed are skipped without being stored. A needed one of
// more than maxField makes its entry unusable; audit text has 8,970 bytes at
// most. Where the format is broken, reading goes on at the next entry that
// begins with its cursor, as all those of journalctl do.

const (
	maxField     = 1 << 20
	maxFieldName = 64        // journald's limit
	maxBinary    = 768 << 20 // journald's limit (DATA_SIZE_MAX); more is a broken length
)

// An entry is what is needed of a journal entry. A field that lacks is empty.
type entry [numFields][]byte

func (e *entry) reset() {
	for i := range e {
		e[i] = e[i][:0]
	}
}

// starts are the lines with which an entry of journalctl begins.
var starts = []string{"__CURSOR=", "__REALTIME_TIMESTAMP="}

// isExport tells whether the beginning of a source is from a journal export,
// also of one whose own beginning is cut off. An audit log has no such lines,
// since auditd writes no newline of others.
func isExport(head []byte) bool {
	for _, start := range []string{"__CURSOR=", "__REALTIME_TIMESTAMP=", "_BOOT_ID=", "_TRANSPORT="} {
		if bytes.HasPrefix(head, []byte(start)) || bytes.Contains(head, []byte("\n"+start)) {
			return true
		}
	}
	return false
}

// An exportReader reads entries.
type exportReader struct {
	br     *bufio.Reader
	entry  entry
	fields int  // how many fields of the entry were read, needed or not
	useful bool // none of the needed fields of the entry was too long

	long   int  // audit entries with fields that were
	broken int  // places where the format is broken
	cut    bool // the last entry is not complete
}

// How the reading of a field or an entry ends. They are never seen outside: a
// source's own errors pass unchanged, and a cut gzip file is another thing than
// a cut entry.
var (
	errFormat   = errors.New("not in the export format")
	errCut      = errors.New("cut off within an entry")
	errEntryEnd = errors.New("end of entry")
)

func newExportReader(text *stream) *exportReader {
	r := &exportReader{br: bufio.NewReaderSize(text, maxHead)}
	line, _, _ := bytes.Cut(text.head, []byte("\n"))
	if name, _, _ := bytes.Cut(line, []byte("=")); len(line) > 0 && !isFieldName(name) {
		r.resync() // begins within an entry; an error will come again
	}
	return r
}

// next gives the next entry that can be used. It is valid until the next call.
func (r *exportReader) next() (*entry, error) {
	for {
		err := r.read()
		switch {
		case errors.Is(err, errFormat):
			r.broken++
			err = r.resync()
		case errors.Is(err, errCut):
			r.cut = true
			return nil, io.EOF
		case err == nil && r.useful:
			return &r.entry, nil
		case err == nil && string(r.entry[fieldTransport]) == "audit":
			r.long++ // others may log what they like
		}
		if err != nil {
			return nil, err
		}
	}
}

// read reads up to the end of an entry. A missing empty line after the last
// entry is no harm.
func (r *exportReader) read() error {
	r.entry.reset()
	r.fields, r.useful = 0, true
	for {
		switch err := r.readField(); {
		case err == nil:
			r.fields++
		case errors.Is(err, errEntryEnd) && r.fields == 0: // one more empty line
		case errors.Is(err, errEntryEnd), errors.Is(err, io.EOF) && r.fields > 0:
			return nil
		default:
			return err
		}
	}
}

// resync skips lines until one that begins an entry.
func (r *exportReader) resync() error {
	for {
		for _, start := range starts {
			if b, _ := r.br.Peek(len(start)); string(b) == start {
				return nil
			}
		}
		_, err := r.br.ReadSlice('\n')
		for errors.Is(err, bufio.ErrBufferFull) {
			_, err = r.br.ReadSlice('\n')
		}
		if err != nil {
			return err
		}
	}
}
