package report

import (
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestEscaped(t *testing.T) {
	for _, tc := range []struct{ in, want string }{
		{"", ""},
		{"/dev/random", "/dev/random"},
		{"ünï 日本 🙂", "ünï 日本 🙂"},
		{"\x1b[31m", `\x1b[31m`},
		{"a\nb\tc\rd\x00\x7f", `a\nb\tc\x0dd\x00\x7f`},
		{`C:\x1b`, `C:\\x1b`},
		{"\xff\xc3(", `\xff\xc3(`},
		{"\ufffd", "\ufffd"},                 // itself, not a bad byte
		{"\u009b31m", `\u009b31m`},           // a control sequence in one character
		{"a\u202eb\u2066", `a\u202eb\u2066`}, // turns the direction
		{"a\u200bb\u200d\ufeff", `a\u200bb\u200d\ufeff`},
		{"\u00a0\u3000\u2028", `\u00a0\u3000\u2028`},
		{"\u115f\u3164\u2800\ufe0f", `\u115f\u3164\u2800\ufe0f`}, // print, but show nothing
		{"\U000e0041", `\U000e0041`},
		{"\ue000", `\ue000`},
		{"e\u0301", "e\u0301"},
		{"\u0301e", `\u0301e`}, // would be drawn over what is before the value
	} {
		if got := escaped(tc.in); got != tc.want {
			t.Errorf("%q: %s, want %s", tc.in, got, tc.want)
		}
	}
}

func TestVisibleAndListed(t *testing.T) {
	for _, tc := range []struct{ in, visible, listed string }{
		{"web", "web", "web"},
		{"a b", "a b", "a b"},
		{"", `""`, `""`},
		{" a", `" a"`, `" a"`},
		{"a ", `"a "`, `"a "`},
		{"a  b", `"a  b"`, `"a  b"`},
		{`"a"`, `"\"a\""`, `"\"a\""`},
		{`a"b`, `a"b`, `a"b`},
		{"/a, rng /b", "/a, rng /b", `"/a, rng /b"`},
		{"a;b", "a;b", `"a;b"`},
		{"\x1b ", `"\x1b "`, `"\x1b "`},
	} {
		if got := visible(tc.in); got != tc.visible {
			t.Errorf("visible %q: %s, want %s", tc.in, got, tc.visible)
		}
		if got := listed(tc.in); got != tc.listed {
			t.Errorf("listed %q: %s, want %s", tc.in, got, tc.listed)
		}
	}
}

// FuzzEscaped: whatever a value holds, it can be shown and read back.
func FuzzEscaped(f *testing.F) {
	for _, s := range []string{"", "a", "\x1b]0;x\a", "\xff\u202e\U000e0001", `\`, `"`, "a  b, c"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		text := escaped(s)
		if !utf8.ValidString(text) {
			t.Fatalf("%q gives bytes that aren't UTF-8: %q", s, text)
		}
		for _, r := range text {
			if !shown(r) {
				t.Fatalf("%q gives %q, which shows nothing or more than itself", s, r)
			}
		}
		// Go reads the same escapes, in its own quotes.
		back, err := strconv.Unquote(`"` + strings.ReplaceAll(text, `"`, `\"`) + `"`)
		if err != nil || back != s {
			t.Fatalf("%q gives %s, which is read as %q, %v", s, text, back, err)
		}
	})
}
