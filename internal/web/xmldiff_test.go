package web

import (
	"fmt"
	"strings"
	"testing"
)

func diffText(t *testing.T, before, after string) string {
	t.Helper()
	was, err := flatten(before)
	if err != nil {
		t.Fatal(err)
	}
	is, err := flatten(after)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, c := range diff(was, is) {
		show := func(s *Text) string {
			if s == nil {
				return "-"
			}
			return string(*s)
		}
		lines = append(lines, fmt.Sprintf("%s: %s > %s", c.Path, show(c.Before), show(c.After)))
	}
	return strings.Join(lines, "\n")
}

func TestDiff(t *testing.T) {
	for _, tc := range []struct{ before, after, want string }{
		{`<d><n>a</n></d>`, `<d> <n>a</n> </d>`, ""},
		{`<d><n>a</n></d>`, `<d><n>b</n></d>`, "n: a > b"},
		{`<d><m u='K'>1</m></d>`, `<d><m u='K'>2</m></d>`, "m: 1 > 2"},
		{`<d/>`, `<d><r model='v'><b/></r></d>`, "r@model: - > v\nr/b: - > "},
		{
			`<d><k f='/a'/><k f='/b'/></d>`, `<d><k f='/new'/><k f='/a'/><k f='/b'/></d>`,
			"k@f: - > /new",
		},
		{
			`<d><k f='/a' t='x'/><k f='/b' t='y'/></d>`, `<d><k f='/c' t='x'/></d>`,
			"k@f: /a > /c\nk@f: /b > -\nk@t: y > -",
		},
		{`<d id='1'/>`, `<d id='2'/>`, "@id: 1 > 2"},
		{`<d><q:a xmlns:q='u' q:x='1'/></d>`, `<d/>`, "q:a@xmlns:q: u > -\nq:a@q:x: 1 > -"},
	} {
		if got := diffText(t, tc.before, tc.after); got != tc.want {
			t.Errorf("%s to %s:\n%s\nwant\n%s", tc.before, tc.after, got, tc.want)
		}
	}
}

// TestDiffIsBounded: what can't be compared line by line is told as a whole, and
// what is no definition is an error.
func TestDiffIsBounded(t *testing.T) {
	many := func(format string) []textLine {
		lines := make([]textLine, 2000)
		for i := range lines {
			lines[i] = textLine{"a", fmt.Sprintf(format, i)}
		}
		return lines
	}
	if n := len(diff(many("x%d"), many("y%d"))); n != 2000 {
		t.Errorf("%d changes of 2000 lines", n)
	}
	for _, bad := range []string{
		"<a><b", strings.Repeat("<a>", maxDepth+1), strings.Repeat("<a/>", maxLines+2), strings.Repeat(" ", maxDefinition+1), "<a>&none;</a>",
	} {
		if _, err := flatten("<d>" + bad); err == nil {
			t.Errorf("%.20q: no error", bad)
		}
	}
}

// FuzzFlatten: no text brings it down, and nothing differs from itself.
func FuzzFlatten(f *testing.F) {
	f.Add("<d><n>a</n></d>")
	f.Add("</d></d><?x?><!-- --><![CDATA[x]]>")
	f.Fuzz(func(t *testing.T, text string) {
		lines, err := flatten(text)
		if err == nil && len(diff(lines, lines)) != 0 {
			t.Errorf("%q differs from itself", text)
		}
	})
}
