package report

import "github.com/virtaudit/virtaudit/record"

// sections are the parts of a record, by who wrote them.
var sections = [...]struct {
	by    record.Section
	title string
}{
	{record.Kernel, "The sender, as the kernel saw it"},
	{record.Message, "The message"},
	{record.Libaudit, "Added by libaudit"},
	{record.Auditd, "Added by auditd"},
}

var fieldHeader = []string{"FIELD", "AS WRITTEN", "VALUE", "ENCODING", "MEANING"}

// leastMeaning is the width below which the meaning of a field stands below
// its value.
const leastMeaning = 24

// fields writes all fields, section by section, in columns that all share.
func (v *inspection) fields() {
	wide := table{Options: v.Options, margin: "  "}
	wide.measure(fieldHeader...)
	narrow := table{Options: v.Options, margin: "  "}
	for _, s := range sections {
		for _, f := range v.r.Fields(s.by) {
			text := v.fieldText(f, s.by)
			wide.measure(text.wide()...)
			narrow.measure(text.narrow()...)
		}
	}
	t, cells := &wide, fieldText.wide
	if !wide.fits(leastMeaning) {
		t, cells = &narrow, fieldText.narrow
	}
	for _, s := range sections {
		v.section(t, s.by, s.title, cells)
	}
}

func (v *inspection) section(t *table, by record.Section, title string, cells func(fieldText) []string) {
	fields := v.r.Fields(by)
	if len(fields) == 0 {
		return
	}
	v.out.WriteString("\n" + v.paint(bold, title) + "\n")
	if len(t.widths) == len(fieldHeader)-1 {
		t.row(v.out, fieldHeader, dim, dim, dim, dim, dim)
	}
	for _, f := range fields {
		t.row(v.out, cells(v.fieldText(f, by)))
	}
}

// wide gives the cells of the table.
func (t fieldText) wide() []string {
	return []string{t.name, t.written, t.value, t.encoding, t.meaning}
}

// narrow gives the name and, below each other, the value and its meaning.
func (t fieldText) narrow() []string {
	text := t.written
	if t.value != t.written {
		text += " → " + t.value
	}
	if t.meaning != "" {
		text += "\n" + t.meaning
	}
	if t.encoding != none {
		text += " (" + t.encoding + ")"
	}
	return []string{t.name, text}
}
