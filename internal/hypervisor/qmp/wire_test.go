package qmp

import (
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

func TestLineReader(t *testing.T) {
	long := strings.Repeat("a", maxKept+10)
	for _, tc := range []struct {
		text string
		want []string
		err  error
	}{
		{"", nil, io.EOF},
		{"a\r\n\r\n \nb\n", []string{"a", "b"}, io.EOF},
		{long + "\nb\n" + long + long + "\n", []string{long, "b", long + long}, io.EOF},
		{"a\nb", []string{"a"}, io.ErrUnexpectedEOF},
		{"a\n" + strings.Repeat("b", 4*maxKept+1) + "\nc\n", []string{"a"}, ErrProtocol},
	} {
		for _, stream := range []io.Reader{strings.NewReader(tc.text), iotest.HalfReader(strings.NewReader(tc.text))} {
			lines := newLineReader(stream, 4*maxKept)
			var got []string
			text, err := lines.next()
			for ; err == nil; text, err = lines.next() {
				got = append(got, string(text))
			}
			if !slices.Equal(got, tc.want) || !errors.Is(err, tc.err) {
				t.Errorf("%.20q: %.20q, %v; want %.20q, %v", tc.text, got, err, tc.want, tc.err)
			}
		}
	}
}

// Memory for a long line isn't kept for short ones.
func TestLineReaderForgets(t *testing.T) {
	lines := newLineReader(strings.NewReader(strings.Repeat("a", 1<<20)+"\nb\n"), maxLine)
	for range 2 {
		if _, err := lines.next(); err != nil {
			t.Fatal(err)
		}
	}
	if cap(lines.long) > maxKept {
		t.Errorf("%d bytes are kept", cap(lines.long))
	}
}

func TestExcerpt(t *testing.T) {
	if got := excerpt([]byte("a\x1b[31m\"é")); got != `"a\x1b[31m\"\u00e9"` {
		t.Error(got)
	}
	if got := excerpt([]byte(strings.Repeat("x", 1000))); len(got) != 85 || !strings.HasSuffix(got, `"...`) {
		t.Error(got)
	}
}

// FuzzDecode holds messages to being of exactly one kind, and errors to saying
// that the peer is none.
func FuzzDecode(f *testing.F) {
	for _, text := range []string{
		greeting, `{"event": "STOP", "timestamp": {"seconds": -1, "microseconds": 9223372036854775807}, "data": null}`,
		`{"return": null, "id": 1}`, `{"error": {"class": "GenericError", "desc": "x"}, "id": 18446744073709551615}`,
		`{"error": null, "return": {}, "id": 1.5}`, `{"QMP": null}`, `[]`, `{"EVENT": "a", "event": ""}`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		m, err := decode(text)
		kinds := 0
		for _, is := range []bool{m.greeting != nil, m.event != nil, m.answer != nil} {
			if is {
				kinds++
			}
		}
		if err != nil && (kinds != 0 || !errors.Is(err, ErrProtocol)) || err == nil && kinds != 1 {
			t.Errorf("%d kinds, %v", kinds, err)
		}
		if m.answer != nil && m.answer.result == nil && m.answer.refusal == nil {
			t.Error("an answer without result or refusal")
		}
	})
}
