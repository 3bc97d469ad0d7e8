package report

import (
	"bufio"
	"io"
	"strconv"

	"github.com/virtaudit/virtaudit/record"
)

// Inspect writes one record explained field by field.
func Inspect(w io.Writer, r *record.Record, o Options) error {
	v := inspection{Options: o, out: bufio.NewWriter(w), r: r}
	v.head()
	v.fields()
	return v.out.Flush()
}

type inspection struct {
	Options
	out *bufio.Writer
	r   *record.Record
}

// head tells what the record is as a whole.
func (v *inspection) head() {
	r := v.r
	title := v.paint(bold, escaped(r.TypeName()))
	if r.Type != 0 {
		title += " (" + strconv.Itoa(int(r.Type)) + ")"
	}
	if r.Kind != nil {
		title += ", kind " + r.Kind.Name
	}
	v.paragraph(v.out, "", title)
	v.paragraph(v.out, "", v.doc())
	v.out.WriteByte('\n')

	rows := [][]string{
		{"event", r.Stamp.String()},
		{"time", v.instant()},
		{"node", nodeText(r)},
		{"result", resultText(r)},
	}
	if s := senderText(r); s != "" {
		rows = append(rows, []string{"sender", s})
	}
	t := table{Options: v.Options}
	t.rows(v.out, append(rows, marksText(r.Marks)...))
}

// doc tells what records of this kind say.
func (v *inspection) doc() string {
	switch {
	case v.r.Kind != nil:
		return v.r.Kind.Doc
	case v.r.Type.Virt():
		return "This kind of record is not in the catalogue; its fields are as they stand."
	}
	return "Only records of guests are in the catalogue; the fields of this one are as they stand."
}

func (v *inspection) instant() string {
	t := v.r.Stamp.Time().In(v.location())
	return t.Format("2006-01-02 15:04:05.000") + " (" + v.zone(v.r.Stamp) + ")"
}

func nodeText(r *record.Record) string {
	if r.Node() == "" {
		return "none named"
	}
	return visible(r.Node())
}

func resultText(r *record.Record) string {
	if r.Result == record.Unknown {
		return "unknown: there is no res="
	}
	return r.Result.String()
}

// senderText names the process that sent the record; the kernel's own have none.
func senderText(r *record.Record) string {
	if len(r.Fields(record.Kernel)) == 0 {
		return ""
	}
	s := r.Sender()
	text := "pid " + id(s.PID) + ", uid " + id(s.UID) + ", login uid " + id(s.AUID) + ", login session " + id(s.Session)
	if exe := r.Exe(); exe != "" {
		text += ", " + listed(exe)
	}
	if s.Subject != "" {
		text += ", label " + listed(s.Subject)
	}
	return text
}

// unset is what the kernel writes for an id that there isn't: -1.
const unset = 4294967295

func id(n uint32) string {
	if n == unset {
		return "unset"
	}
	return strconv.FormatUint(uint64(n), 10)
}

// markMeanings explain each mark.
var markMeanings = map[record.Marks]string{
	record.Cut:          "the record's end is missing; the kernel cuts a text at 8560 bytes",
	record.Ambiguous:    "a value could be read in more than one way, or isn't of its field's form; the catalogue's reading is shown",
	record.DuplicateKey: "a name comes twice; the first one counts",
	record.UnknownField: "a field that records of this kind don't have",
	record.Colon:        "an older libaudit's form: a colon before exe= that belongs to no value",
}

// marksText gives the rows that explain a record's marks.
func marksText(marks record.Marks) [][]string {
	var rows [][]string
	title := "marks"
	for bit := record.Marks(1); bit != 0; bit <<= 1 {
		for _, name := range (marks & bit).Names() {
			rows = append(rows, []string{title, name + ": " + markMeanings[bit]})
			title = ""
		}
	}
	if rows == nil {
		return [][]string{{title, "none: all of it is read with certainty"}}
	}
	return rows
}
