//go:build linux

package main

import (
	"context"
	"io"
	"strings"
	"testing"
)

const benchmarkText = `goos: linux
BenchmarkReplay-2   	       1	     50000 facts/s	 9 ns/op
BenchmarkReplay-2   	       1	     40000 facts/s	 9 ns/op
BenchmarkReplay-2   	       1	     90000 facts/s	 9 ns/op
BenchmarkWho/page-2         	     200	   25000000 ns/op
BenchmarkAnswer/beside-0-records-a-second-2 	 100	 38.26 p50-ms	 99 p99-ms
PASS
`

func TestMedians(t *testing.T) {
	got := medians(benchmarkText)
	want := figures{
		"Replay facts/s": 50000, "Replay ns/op": 9, "Who/page ns/op": 25e6,
		"Answer/beside-0-records-a-second p50-ms": 38.26, "Answer/beside-0-records-a-second p99-ms": 99,
	}
	if len(got) != len(want) {
		t.Errorf("got %v", got)
	}
	for name, v := range want {
		if got[name] != v {
			t.Errorf("%s: %v, want %v", name, got[name], v)
		}
	}
}

func TestServiceText(t *testing.T) {
	f := &findings{plan: fullPlan(), service: medians(benchmarkText)}
	text := f.serviceText()
	rows := map[string]string{}
	for line := range strings.Lines(text) {
		if cells := strings.Split(line, "|"); len(cells) == 6 {
			rows[strings.TrimSpace(cells[1])] = strings.TrimSpace(cells[2]) + "; " + strings.TrimSpace(cells[3]) + "; " + strings.TrimSpace(cells[4])
		}
	}
	for what, want := range map[string]string{
		"start of the service, for each million facts that it has": "20.0 s; ; ",
		"the same, 99 of 100":                                           "99.0 ms; at most 100 ms; yes",
		"who held /dev/urandom at a time, the first 100":                "25.0 ms; at most 10.0 ms; **no**",
		"facts of the log stored in a second, with all that is derived": "; at least 20,000 facts; not measured",
	} {
		if rows[what] != want {
			t.Errorf("%s: %q, want %q", what, rows[what], want)
		}
	}
	if !strings.Contains(text, "10,000,000 holdings") {
		t.Error(text)
	}
}

func TestMeasureServiceSaysWhatFailed(t *testing.T) {
	b := &bench{dir: t.TempDir(), progress: io.Discard}
	b.plan.service = []benchmark{{pkg: "github.com/virtaudit/virtaudit/internal/none", pattern: "X", times: "1x", runs: 1}}
	err := b.measureService(context.Background(), &findings{})
	if err == nil || !strings.Contains(err.Error(), "internal/none") {
		t.Errorf("got %v", err)
	}
}
