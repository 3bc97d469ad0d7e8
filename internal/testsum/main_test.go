package main

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the expected reports in testdata")

// streams reads captured streams of `go test -json` and joins them.
func streams(t *testing.T, names ...string) string {
	t.Helper()
	var all strings.Builder
	for _, name := range names {
		data, err := os.ReadFile(filepath.Join("testdata", name+".jsonl"))
		if err != nil {
			t.Fatal(err)
		}
		all.Write(data)
	}
	return all.String()
}

func report(stream string, failOnSkip bool) (string, int) {
	var out bytes.Buffer
	status := run(strings.NewReader(stream), &out, failOnSkip)
	return out.String(), status
}

func lastLine(report string) string {
	lines := strings.Split(strings.TrimSuffix(report, "\n"), "\n")
	return lines[len(lines)-1]
}

// TestReports compares whole reports with testdata/NAME.golden.
func TestReports(t *testing.T) {
	for _, tc := range []struct {
		name       string
		streams    []string
		failOnSkip bool
		status     int
		last       string
	}{
		{"good", []string{"good", "none", "script"}, false, 0, "3 passed, 0 failed, 4 skipped"},
		{"good-without-skips", []string{"good", "none", "script"}, true, 1, "3 passed, 0 failed, 4 skipped"},
		{"bad", []string{"good", "bad"}, false, 1, "6 passed, 3 failed, 3 skipped"},
		{"broken", []string{"broken", "good", "setup"}, false, 1, "3 passed, 2 failed, 3 skipped"},
		{"crash", []string{"crash"}, false, 1, "0 passed, 2 failed, 0 skipped"},
		{"quiet", []string{"quiet"}, false, 1, "1 passed, 1 failed, 0 skipped"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, status := report(streams(t, tc.streams...), tc.failOnSkip)
			if status != tc.status {
				t.Errorf("exit status %d, want %d", status, tc.status)
			}
			if last := lastLine(got); last != tc.last {
				t.Errorf("last line %q, want %q", last, tc.last)
			}
			compare(t, filepath.Join("testdata", tc.name+".golden"), got)
		})
	}
}

func compare(t *testing.T, golden, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("the report differs from %s:\n%s", golden, got)
	}
}
