package doctor

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Options say for whom a text is.
type Options struct {
	Color bool // ANSI colours
	Width int  // columns of the terminal; 0 where there is none
}

const (
	stateWidth = len("warning") + 2
	nameWidth  = len("guest records") + 2
	// leastRoom is the width that findings need; with less they begin on a line
	// of their own.
	leastRoom = 40
	indent    = 4
	arrow     = "-> "
)

// ANSI colours.
var colours = map[State]string{OK: "32", Warning: "33", Wrong: "31", Unknown: "36"}

const bold = "1"

// Text writes checks as a table, and what to do under what isn't well.
func Text(w io.Writer, found []Check, o Options) error {
	out := bufio.NewWriter(w)
	beside := o.Width == 0 || o.Width-stateWidth-nameWidth >= leastRoom
	head := o.paint(bold, padded("STATE", stateWidth)+padded("CHECK", nameWidth)+"FOUND")
	if !beside {
		head = o.paint(bold, padded("STATE", stateWidth)+"CHECK")
	}
	fmt.Fprintln(out, head)
	for _, c := range found {
		o.check(out, c, beside)
	}
	fmt.Fprintln(out, "\n"+sum(found))
	return out.Flush()
}

func (o Options) check(out *bufio.Writer, c Check, beside bool) {
	out.WriteString(o.paint(colours[c.State], string(c.State)) + strings.Repeat(" ", stateWidth-len(c.State)))
	margin := indent
	if beside {
		margin = stateWidth + nameWidth
		out.WriteString(padded(c.Name, nameWidth))
	} else {
		out.WriteString(c.Name + "\n" + strings.Repeat(" ", margin))
	}
	o.paragraph(out, margin, clean(c.Detail))
	if c.Advice != "" {
		out.WriteString(strings.Repeat(" ", margin) + arrow)
		o.paragraph(out, margin+len(arrow), clean(c.Advice))
	}
}

// paragraph writes a text in lines of the terminal's width. The cursor stands
// at the margin already.
func (o Options) paragraph(out *bufio.Writer, margin int, text string) {
	used := 0
	for i, word := range strings.Fields(text) {
		n := utf8.RuneCountInString(word)
		switch {
		case i == 0:
		case o.Width > 0 && margin+used+1+n > o.Width:
			out.WriteString("\n" + strings.Repeat(" ", margin))
			used = 0
		default:
			out.WriteByte(' ')
			used++
		}
		out.WriteString(word)
		used += n
	}
	out.WriteByte('\n')
}

// sum counts what isn't well.
func sum(found []Check) string {
	counts := map[State]int{}
	for _, c := range found {
		counts[c.State]++
	}
	var parts []string
	if n := counts[Wrong]; n > 0 {
		parts = append(parts, fmt.Sprintf("%d wrong", n))
	}
	if n := counts[Warning]; n > 0 {
		parts = append(parts, count(n, "warning"))
	}
	if n := counts[Unknown]; n > 0 {
		parts = append(parts, fmt.Sprintf("%d unknown", n))
	}
	if len(parts) == 0 {
		return "all is well"
	}
	return strings.Join(parts, ", ")
}

func (o Options) paint(colour, text string) string {
	if !o.Color {
		return text
	}
	return "\x1b[" + colour + "m" + text + "\x1b[0m"
}

func padded(s string, to int) string { return s + strings.Repeat(" ", max(0, to-len(s))) }

// clean takes from a text what a terminal would obey: names of processes and
// values of configurations are anybody's.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) || unicode.IsSpace(r) {
			return r
		}
		return utf8.RuneError
	}, s)
}
