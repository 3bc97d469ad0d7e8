package report

import (
	"bufio"
	"strings"
)

const (
	gap = "  " // between columns
	// widest is how wide a column gets where no terminal bounds it. A wider
	// cell moves those behind it, in its row only: one row must not cost all
	// others space.
	widest = 64
	// narrowest is how wide a column may always get: a time with a word.
	narrowest = 26
	// leastRoom is the width that the last column needs.
	leastRoom = 30
	indent    = "    "
)

// table lays out rows in columns as wide as what is in them. The last column,
// which holds most, takes the rest of the terminal.
type table struct {
	Options
	margin string // before each line
	widths []int  // of all columns but the last
}

// limit is how wide a column may become.
func (t *table) limit() int {
	if t.Width == 0 {
		return widest
	}
	return max(narrowest, t.Width/4)
}

// measure makes room for a row. The rows to come should all be measured first.
func (t *table) measure(cells ...string) {
	if t.widths == nil {
		t.widths = make([]int, len(cells)-1)
	}
	for i := range t.widths {
		for line := range strings.SplitSeq(cells[i], "\n") {
			t.widths[i] = max(t.widths[i], min(width(line), t.limit()))
		}
	}
}

// room gives the width that is left for the last column.
func (t *table) room() int {
	left := t.Width - len(t.margin)
	for _, w := range t.widths {
		left -= w + len(gap)
	}
	return left
}

// fits tells whether the last column gets that width.
func (t *table) fits(least int) bool { return t.Width == 0 || t.room() >= least }

// shrink takes from a column what the last one lacks, as far as that goes.
func (t *table) shrink(column, least int) {
	if lack := least - t.room(); t.Width > 0 && lack > 0 {
		t.widths[column] = max(t.widths[column]-lack, min(t.widths[column], narrowest))
	}
}

// row writes a row. Each cell has a style; a newline in a cell begins a new
// line in it.
func (t *table) row(w *bufio.Writer, cells []string, styles ...style) {
	columns := make([][]string, 0, len(cells))
	for i, to := range t.widths {
		columns = append(columns, t.lines(cells[i], to, broken))
	}
	columns = append(columns, t.lines(cells[len(cells)-1], max(1, t.room()), wrapped))
	height := 0
	for _, lines := range columns {
		height = max(height, len(lines))
	}
	for n := range height {
		t.line(w, columns, n, styles)
	}
}

// lines gives the lines of a cell of a column.
func (t *table) lines(cell string, to int, split func(string, int) []string) []string {
	if t.Width == 0 {
		to = 0
	}
	var lines []string
	for line := range strings.SplitSeq(cell, "\n") {
		lines = append(lines, split(line, to)...)
	}
	return lines
}

// line writes the nth line of all columns.
func (t *table) line(w *bufio.Writer, columns [][]string, n int, styles []style) {
	w.WriteString(t.margin)
	blanks := 0
	for i, lines := range columns {
		text := ""
		if n < len(lines) {
			text = lines[n]
		}
		if text != "" {
			w.WriteString(strings.Repeat(" ", blanks))
			w.WriteString(t.paint(styleOf(styles, i), text))
			blanks = 0
		}
		if i < len(t.widths) {
			blanks += max(0, t.widths[i]-width(text)) + len(gap)
		}
	}
	w.WriteByte('\n')
}

func styleOf(styles []style, i int) style {
	if i < len(styles) {
		return styles[i]
	}
	return plain
}

// rows writes rows that are measured together.
func (t *table) rows(w *bufio.Writer, rows [][]string) {
	for _, row := range rows {
		t.measure(row...)
	}
	for _, row := range rows {
		t.row(w, row)
	}
}

// paragraph writes a text in lines of the terminal's width.
func (o Options) paragraph(w *bufio.Writer, margin, text string) {
	width := max(0, o.Width-len(margin))
	lines := wrapped(text, width)
	if len(lines) > 1 && width > len(indent) { // those behind the first stand further in
		rest, whole := strings.CutPrefix(text, lines[0])
		if !whole {
			lines, rest = nil, text
		}
		lines = append(lines[:min(1, len(lines))], wrapped(strings.TrimLeft(rest, " "), width-len(indent))...)
	}
	for i, line := range lines {
		if i == 1 {
			margin += indent
		}
		w.WriteString(margin + line + "\n")
	}
}
