package cli

import (
	"strings"
	"testing"
	"time"
)

func TestParseBootTime(t *testing.T) {
	interrupts := "intr " + strings.Repeat("0 ", 100_000) + "\n"
	for _, tc := range []struct {
		stat    string
		seconds int64
		err     string
	}{
		{"cpu 1 2 3\n" + interrupts + "ctxt 5\nbtime 1793000000\nprocesses 6\n", 1793000000, ""},
		{"btime 1793000000", 1793000000, ""},
		{"cpu 1\n", 0, "it doesn't say when the system booted"},
		{"xbtime 1793000000\n", 0, "it doesn't say when the system booted"},
		{"btime soon\n", 0, `btime "soon" is no number`},
		{"btime \n", 0, `btime "" is no number`},
	} {
		got, err := parseBootTime(tc.stat)
		switch {
		case tc.err != "":
			if err == nil || err.Error() != tc.err {
				t.Errorf("%.30q: %v, want %s", tc.stat, err, tc.err)
			}
		case err != nil || got.Unix() != tc.seconds:
			t.Errorf("%.30q: %v, %v", tc.stat, got, err)
		}
	}
}

func TestBootTime(t *testing.T) {
	booted, err := bootTime()
	if err != nil {
		t.Skipf("no /proc here: %v", err)
	}
	if now := time.Now(); booted.After(now) || booted.Unix() <= 0 {
		t.Errorf("booted %v, and now is %v", booted, now)
	}
}
