package report

import (
	"bufio"
	"io"
	"strings"
	"testing"
)

func TestTable(t *testing.T) {
	long := strings.Repeat("x", 70)
	for _, tc := range []struct {
		name   string
		width  int
		margin string
		rows   [][]string
		want   string
	}{
		{
			"columns as wide as what is in them", 0, "  ",
			[][]string{{"a", "bb", "c"}, {"日本", "", "d"}},
			"  a     bb  c\n  日本      d\n",
		},
		{"no blanks at the end", 0, "", [][]string{{"a", "", ""}, {"bb", "c", ""}}, "a\nbb  c\n"},
		{
			"no terminal: a wide cell moves its own row only", 0, "",
			[][]string{{"a", "b"}, {long, "c"}},
			"a" + strings.Repeat(" ", 65) + "b\n" + long + "  c\n",
		},
		{
			"a terminal: a wide cell goes on in the next line", 40, "",
			[][]string{{long, "c"}, {"a", "b"}},
			strings.Repeat("x", 26) + "  c\n" + strings.Repeat("x", 26) + "\n" + strings.Repeat("x", 18) + "\na" + strings.Repeat(" ", 27) + "b\n",
		},
		{
			"the last column is broken at blanks", 20, "",
			[][]string{{"name", "one two three four"}},
			"name  one two three\n      four\n",
		},
		{"two lines in a cell", 40, "", [][]string{{"after\nbefore", "x"}, {"y", "z"}}, "after   x\nbefore\ny       z\n"},
	} {
		got := output(t, func(w io.Writer) error {
			out := bufio.NewWriter(w)
			tab := table{Options: Options{Width: tc.width}, margin: tc.margin}
			tab.rows(out, tc.rows)
			return out.Flush()
		})
		if got != tc.want {
			t.Errorf("%s:\n%q, want\n%q", tc.name, got, tc.want)
		}
	}
}

func TestTableRoom(t *testing.T) {
	tab := table{Options: Options{Width: 80}}
	tab.measure(strings.Repeat("x", 26), strings.Repeat("y", 20), "")
	if tab.room() != 30 || !tab.fits(30) || tab.fits(31) {
		t.Errorf("room is %d", tab.room())
	}
	tab.shrink(1, 40)
	if tab.widths[1] != 20 {
		t.Errorf("a narrow column was shrunk to %d", tab.widths[1])
	}
	tab.Width = 200
	tab.measure(strings.Repeat("x", 40), "", "")
	tab.shrink(0, 140)
	if tab.widths[0] != 36 {
		t.Errorf("a wide column was shrunk to %d, want as much as is lacking", tab.widths[0])
	}
	tab.shrink(0, 190)
	if tab.widths[0] != narrowest {
		t.Errorf("a wide column was shrunk to %d", tab.widths[0])
	}
}

func TestParagraph(t *testing.T) {
	got := output(t, func(w io.Writer) error {
		out := bufio.NewWriter(w)
		Options{Width: 12}.paragraph(out, "  ", "one two three four")
		return out.Flush()
	})
	if want := "  one two\n      three\n      four\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
