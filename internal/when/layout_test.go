package when

import (
	"errors"
	"testing"
)

// TestReadLayout tells other forms from wrong numbers.
func TestReadLayout(t *testing.T) {
	for _, tc := range []struct{ layout, text, want string }{
		{"15:04:05", "14:00:05.25", "14:00:05.25"},
		{"15:04:05", "24:00:05", "hour out of range"},
		{"15:04:05", "24:00", ""},
		{"15:04", "14:00.5", ""},
		{"15:04", "90m ago", ""},
		{"15:04:05-07:00", "14:00:05.5+01:00", "14:00:05.5+01:00"},
		{"1/2/2006", "20.11.2026", ""},
		{"1/2/2006", "20/11/2026", "month out of range"},
		{"1/2/2006", "1/02/2026", "1/2/2026"},
		{"2006-01-02", "2026-1-2", ""},
		{"2006-01-02", "2026-02-30", "day out of range"},
	} {
		m, err := readLayout(tc.layout, tc.text)
		got := m.Format(tc.layout)
		if tc.layout == "15:04:05" || tc.layout == "15:04:05-07:00" {
			got = m.Format("15:04:05.999" + tc.layout[len("15:04:05"):])
		}
		switch {
		case errors.Is(err, errForm):
			got = ""
		case err != nil:
			got = err.Error()
		}
		if got != tc.want {
			t.Errorf("%s as %s: %q, want %q", tc.text, tc.layout, got, tc.want)
		}
	}
}
