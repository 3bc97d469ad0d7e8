package input

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
)

// A journalReader turns a journal export into lines as auditd writes them,
//
//	node=HOST type=NAME msg=audit(SECONDS.MILLIS:SERIAL): TEXT
//
// HOST is the entry's _HOSTNAME; without one there is no node=. Three kinds of
// entries hold audit records, and all other entries are left out:
//
//   - _TRANSPORT=audit: what journald has read from the kernel's multicast
//     group (systemd, src/journal/journald-audit.c). It keeps the serial in
//     _AUDIT_ID, the stamp in _SOURCE_REALTIME_TIMESTAMP in microseconds, the
//     type in _AUDIT_TYPE as a number and, since later, in _AUDIT_TYPE_NAME, and
//     in MESSAGE the name again, a space and the text. A type that it can't name
//     it calls AUDIT and the number: VIRT_* too, if built without libaudit.
//   - _TRANSPORT=kernel: the kernel's log, in which the kernel writes records
//     while no auditd runs, cut at about 1,000 bytes.
//   - _TRANSPORT=syslog with _UID=0: auditd's syslog plugin. Those of others
//     are left out, as anyone may write to syslog.
//
// A record that comes in two of these ways is given once; see twins.
//
// A newline in a record's text becomes a space and a space at its end is left
// out, as auditd does (src/auditd-event.c, format_raw): one entry never makes
// two lines.
type journalReader struct {
	name    string
	entries *exportReader
	lines   lineMaker
	twins   twins
	out     bytes.Buffer
	err     error // what to give when out is empty
}

func newJournalReader(text *stream, name string, typeName func(uint16) string) *journalReader {
	return &journalReader{
		name:    name,
		entries: newExportReader(text),
		lines:   lineMaker{typeName: typeName},
	}
}

func (j *journalReader) Read(p []byte) (int, error) {
	for j.out.Len() == 0 {
		if j.err != nil {
			return 0, j.err
		}
		j.fill()
	}
	return j.out.Read(p)
}

// fill converts one entry, and at the end what is still held back.
func (j *journalReader) fill() {
	e, err := j.entries.next()
	if err != nil {
		j.twins.flush(&j.out)
		j.err = j.verdict(err)
		return
	}
	if l, ok := j.lines.line(e); ok {
		j.twins.add(l, &j.out)
	}
}

// verdict makes an error of a good end if something could not be read before.
func (j *journalReader) verdict(err error) error {
	if !errors.Is(err, io.EOF) {
		return err
	}
	var problems []string
	count := func(what string, n int) {
		if n > 0 {
			problems = append(problems, fmt.Sprintf("%s: %d", what, n))
		}
	}
	count("places not in the export format", j.entries.broken)
	count("audit entries with a field longer than 1 MiB", j.entries.long)
	count("audit entries without serial, time, type or text", j.lines.incomplete)
	if j.entries.cut {
		problems = append(problems, "ends within an entry")
	}
	if len(problems) == 0 {
		return io.EOF
	}
	return explain(j.name, errors.New("journal export: "+strings.Join(problems, ", ")))
}
