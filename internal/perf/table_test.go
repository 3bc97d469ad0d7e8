//go:build linux

package main

import (
	"math"
	"testing"
	"time"
)

func TestTable(t *testing.T) {
	got := table([][]string{{"a", "long head"}, {"x | y", "≤ 1"}})
	want := "" +
		"| a      | long head |\n" +
		"|--------|-----------|\n" +
		"| x \\| y | ≤ 1       |\n"
	if got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestUnits(t *testing.T) {
	for got, want := range map[string]string{
		milliseconds(1499 * time.Microsecond): "1 ms",
		seconds(90 * time.Second):             "90 s",
		mebibytes(3 << 19):                    "1.5 MiB",
		times(math.NaN()):                     "",
		times(1.234):                          "1.23x",
		times(312.3):                          "312x",
		peak(10<<20, 10<<20):                  "≤ 10.0 MiB",
		peak(12<<20, 10<<20):                  "12.0 MiB",
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
