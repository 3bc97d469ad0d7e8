//go:build linux

package main

import (
	"strings"
	"testing"
)

const pageText = `BenchmarkPage-2  1  9 ns/op  2.57 panning-in-time-ms/frame  400 memory-of-the-tab-MiB
BenchmarkPageOfStore-2  1  9 ns/op  9.25 panning-in-time-ms/frame  253.3 memory-of-the-tab-MiB
PASS
`

func TestPageText(t *testing.T) {
	f := &findings{plan: fullPlan(), page: medians(pageText)}
	text := f.pageText()
	for _, want := range [][]string{
		{"panning in time over 10,000 lanes of a made-up host", "2.57 ms", "at most 8.00 ms", "yes"},
		{"the same over the store", "9.25 ms", "at most 8.00 ms", "**no**"},
		{"memory of the tab", "253 MiB"},
	} {
		if row := lineOf(text, want[0]); !inOrder(row, want) {
			t.Errorf("%q, want %q", row, want)
		}
	}
	if got := (&findings{}).pageText(); got != "Not measured.\n" {
		t.Errorf("%q", got)
	}
}

// lineOf gives the first line with a text.
func lineOf(text, part string) string {
	for line := range strings.Lines(text) {
		if strings.Contains(line, part) {
			return line
		}
	}
	return ""
}

func inOrder(text string, parts []string) bool {
	for _, part := range parts {
		_, rest, found := strings.Cut(text, part)
		if !found {
			return false
		}
		text = rest
	}
	return true
}
