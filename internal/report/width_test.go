package report

import "testing"

func TestWidth(t *testing.T) {
	for _, tc := range []struct {
		in   string
		want int
	}{
		{"", 0},
		{"abc", 3},
		{"ünï", 3},
		{"u\u0308n", 2}, // a combining mark takes none
		{"日本", 4},
		{"서버", 4},
		{"\u1112\u1161\u11ab", 2}, // one syllable of three letters
		{"ｶﾅ", 2},                 // halfwidth
		{"ＡＢ", 4},                 // fullwidth
		{"🙂", 2},
		{"한글-x", 6},
		{"…→", 2},
		{"\x1b[31mred\x1b[0m", 3},
		{"\x1b[1m日\x1b[0m", 2},
	} {
		if got := width(tc.in); got != tc.want {
			t.Errorf("%q: %d, want %d", tc.in, got, tc.want)
		}
	}
}
