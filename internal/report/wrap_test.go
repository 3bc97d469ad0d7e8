package report

import (
	"slices"
	"strings"
	"testing"
)

func TestWrapped(t *testing.T) {
	for _, tc := range []struct {
		in   string
		to   int
		want []string
	}{
		{"a b c", 0, []string{"a b c"}},
		{"a b c", 5, []string{"a b c"}},
		{"aa bb cc", 5, []string{"aa bb", "cc"}},
		{"/a/long/path x", 5, []string{"/a/long/path", "x"}},
		{"x /a/long/path", 5, []string{"x", "/a/long/path"}},
		{"aaaa, bb cc", 9, []string{"aaaa,", "bb cc"}},
		{"a, bbbbb cc", 8, []string{"a, bbbbb", "cc"}}, // the comma is too far back
		{"a  b", 2, []string{"a ", "b"}},               // one blank makes the break
		{"000  ", 3, []string{"000", " "}},
		{"日本 日本", 5, []string{"日本", "日本"}},
		{"", 3, []string{""}},
	} {
		if got := wrapped(tc.in, tc.to); !slices.Equal(got, tc.want) {
			t.Errorf("%q to %d: %q, want %q", tc.in, tc.to, got, tc.want)
		}
	}
}

func TestBroken(t *testing.T) {
	for _, tc := range []struct {
		in   string
		to   int
		want []string
	}{
		{"abcdef", 0, []string{"abcdef"}},
		{"abcdef", 4, []string{"abcd", "ef"}},
		{"a日本", 2, []string{"a", "日", "本"}},
		{"日", 1, []string{"日"}},
		{"ae\u0301b", 2, []string{"ae\u0301", "b"}},
	} {
		if got := broken(tc.in, tc.to); !slices.Equal(got, tc.want) {
			t.Errorf("%q to %d: %q, want %q", tc.in, tc.to, got, tc.want)
		}
	}
}

// FuzzWrap: nothing is lost but the blanks at which lines break.
func FuzzWrap(f *testing.F) {
	f.Add("disk /a b, rng /dev/random", 8)
	f.Add("日本  x", 3)
	f.Fuzz(func(t *testing.T, s string, to int) {
		lines := wrapped(s, to)
		if got := strings.Join(lines, " "); got != s {
			t.Fatalf("wrapped %q to %d: %q", s, to, lines)
		}
		if got := strings.Join(broken(s, to), ""); got != s {
			t.Fatalf("broken %q to %d: %q", s, to, got)
		}
	})
}
