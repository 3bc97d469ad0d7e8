package report

import (
	"io"
	"strings"
	"testing"
)

func TestParseFormat(t *testing.T) {
	for _, want := range []Format{Text, JSONL, CSV} {
		if got, err := ParseFormat(string(want)); got != want || err != nil {
			t.Errorf("%s: %q, %v", want, got, err)
		}
	}
	for _, name := range []string{"", "json", "TEXT"} {
		f, err := ParseFormat(name)
		if f != "" || err == nil || !strings.Contains(err.Error(), "text, jsonl and csv") {
			t.Errorf("%q: %q, %v", name, f, err)
		}
		if err := Sessions(io.Discard, Format(name), nil, Options{}); err == nil {
			t.Errorf("sessions can be written as %q", name)
		}
	}
}
