//go:build linux

package integration

import (
	"bytes"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
)

// Where auvirt is right, virtaudit says the same: how often guests started and
// stopped.
func TestAsAuvirt(t *testing.T) {
	need(t, "auvirt")
	program := build(t)
	for _, log := range []string{"demo/audit.log", "cases/normal.log", "cases/days.log"} {
		t.Run(log, func(t *testing.T) {
			startsAndStopsAsAuvirt(t, program, filepath.Join("../../testdata", log))
		})
	}
}

// startsAndStopsAsAuvirt compares what virtaudit and auvirt count. A start that
// failed is none to either, but auvirt lists it as one.
func startsAndStopsAsAuvirt(t *testing.T, v virtaudit, log string) {
	t.Helper()
	need(t, "auvirt")
	s := v.summary(t, log)
	if s.Starts == 0 {
		t.Fatalf("%s has no starts to compare", log)
	}
	report := run(t, "auvirt", "--summary", "-f", log)
	if starts, stops := auvirtCount(t, report, "starts"), auvirtCount(t, report, "stops"); starts != s.Starts || stops != s.Stops {
		t.Errorf("%d starts and %d stops, auvirt counts %d and %d", s.Starts, s.Stops, starts, stops)
	}
	listed := countMatches(run(t, "auvirt", "--all-events", "-f", log), `(?m)^(start|stop) `)
	if listed["start"] != s.Starts+s.FailedStarts || listed["stop"] != s.Stops {
		t.Errorf("%d starts, %d failed ones and %d stops, auvirt lists %v", s.Starts, s.FailedStarts, s.Stops, listed)
	}
}

// auvirtCount gives a number of auvirt's summary.
func auvirtCount(t *testing.T, report []byte, of string) int {
	t.Helper()
	match := regexp.MustCompile(`Number of guest ` + of + `:\s+(\d+)`).FindSubmatch(report)
	if match == nil {
		t.Fatalf("auvirt's summary has no number of guest %s:\n%s", of, report)
	}
	n, err := strconv.Atoi(string(match[1]))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// virtaudit counts as many records of a type as ausearch finds, and ausearch's
// output is as good as the log.
func TestAsAusearch(t *testing.T) {
	need(t, "ausearch")
	const log = "../../testdata/demo/audit.log"
	program := build(t)
	counted := program.summary(t, log).Records
	for _, name := range []string{"VIRT_CONTROL", "VIRT_RESOURCE", "VIRT_MACHINE_ID", "ANOM_ABEND", "DAEMON_START"} {
		found := bytes.Count(run(t, "ausearch", "--raw", "-if", log, "-m", name), []byte("\n"))
		if found == 0 || counted[name] != found {
			t.Errorf("%d records %s, ausearch finds %d", counted[name], name, found)
		}
	}
	sessionsThroughAusearch(t, program, log)
}

// sessionsThroughAusearch holds the sessions of what ausearch gives of a log to
// those of the log.
func sessionsThroughAusearch(t *testing.T, v virtaudit, log string) {
	t.Helper()
	need(t, "ausearch")
	want := v.run(t, nil, "sessions", "--format", "jsonl", log)
	got := v.run(t, run(t, "ausearch", "--raw", "-if", log), "sessions", "--format", "jsonl", "-")
	if !bytes.Equal(got, want) {
		t.Errorf("through ausearch:\n%s\nwant\n%s", got, want)
	}
}

// namesAsAusearch looks in ausearch's reading of a log for the names of guests
// and disks.
func namesAsAusearch(t *testing.T, sessions []session, log string) {
	t.Helper()
	read := run(t, "ausearch", "--interpret", "-if", log)
	for _, s := range sessions {
		texts := []string{" vm=" + s.Name + " uuid=" + s.UUID + " "}
		for _, h := range s.Holdings {
			texts = append(texts, " new-"+h.Kind+"="+h.ID+" exe=")
		}
		for _, text := range texts {
			if !bytes.Contains(read, []byte(text)) {
				t.Errorf("ausearch reads no %q", text)
			}
		}
	}
}

// countMatches counts what the group of an expression matches.
func countMatches(text []byte, expression string) map[string]int {
	counts := map[string]int{}
	for _, match := range regexp.MustCompile(expression).FindAllSubmatch(text, -1) {
		counts[string(match[1])]++
	}
	return counts
}
