//go:build linux

package main

import (
	"strings"
	"testing"
	"time"
)

func TestMarkdown(t *testing.T) {
	f := goodFindings()
	f.compared = append(f.compared, row{program: "ausearch", size: 1 << 30, skipped: "not installed"})
	got := f.markdown()
	for _, want := range []string{
		"* CPU: some, 2 cores\n",
		"| 1GiB | `virtaudit summary`          | 150 ms        | 150 ms | 20.0 MiB    | 1.50x     | 1.50x    |\n",
		"| 1GiB | `ausearch`                   | not installed |        |             |           |          |\n",
		"| 256MiB | 40 ms  | 40 ms  | 6.71 | 160 ms    | 20.0 MiB    |\n",
		"7 runs of each program",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}

func TestPointsLeaveOutWhatWasNotMeasured(t *testing.T) {
	rows := []row{
		measured("a", 1, 5, 0), measured("b", 1, 6, 0),
		{program: "a", size: 2, skipped: "not done"},
	}
	if got := points(rows, "a"); len(got) != 1 || got[0] != (point{1, 5 * time.Millisecond}) {
		t.Errorf("got %v", got)
	}
	if _, found := find(rows, "a", 2); found {
		t.Error("found what was not measured")
	}
}
