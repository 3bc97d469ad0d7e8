package record

import (
	"slices"
	"testing"
)

func TestWordLen(t *testing.T) {
	for _, word := range []string{"", "a", "seven..", "eight...", "nine.....", "\x21\x1f\xa0\x00\xff\x7f", "fifteen........", "sixteen bytes"} {
		want := len(word)
		if n := slices.Index([]byte(word), ' '); n >= 0 {
			want = n
		}
		for _, rest := range []string{"", " ", " b", " and more than that"} {
			if got := wordLen([]byte(word + rest)); got != want {
				t.Errorf("%q: %d, want %d", word+rest, got, want)
			}
		}
	}
}
