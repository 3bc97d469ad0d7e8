//go:build linux

package main

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A virtaudit that knows the truth, and one that is wrong.
const (
	rightBinary = "#!/bin/sh\n[ \"$2\" = --format ] && [ \"$1\" = summary ] && exec cat \"$4.truth\"\nexec true\n"
	wrongBinary = "#!/bin/sh\n[ \"$2\" = --format ] && exec echo '{\"starts\": 1}'\nexec true\n"
)

func smallPlan(t *testing.T, binary string) plan {
	t.Helper()
	path := filepath.Join(t.TempDir(), "virtaudit")
	if err := os.WriteFile(path, []byte(binary), 0o700); err != nil {
		t.Fatal(err)
	}
	return plan{
		binary: path, compare: []int64{1 << 20}, linear: []int64{1 << 20, 2 << 20},
		auvirt: []int64{1 << 20}, onlyVirt: 1 << 20, runs: 2, timeout: time.Minute,
	}
}

func measurePlan(t *testing.T, p plan) (*findings, error) {
	t.Helper()
	b := &bench{plan: p, dir: t.TempDir(), progress: io.Discard}
	if err := b.build(context.Background()); err != nil {
		t.Fatal(err)
	}
	f, err := b.measure(context.Background())
	if logs, _ := filepath.Glob(filepath.Join(b.dir, "audit.log")); len(logs) > 0 {
		t.Error("the log is left")
	}
	return f, err
}

func TestMeasure(t *testing.T) {
	f, err := measurePlan(t, smallPlan(t, rightBinary))
	if err != nil {
		t.Fatal(err)
	}
	for _, rows := range [][]row{f.compared, f.linear, f.onlyVirt, f.auvirt} {
		for _, r := range rows {
			if r.program == summaryName && (r.wall <= 0 || r.cpu <= 0 || r.rss <= 0) {
				t.Errorf("%+v", r)
			}
		}
	}
	if len(f.compared) != 7 || len(f.linear) != 2 || len(f.onlyVirt) != 3 || len(f.auvirt) != 2 || f.floor <= 0 {
		t.Errorf("%d, %d, %d and %d rows", len(f.compared), len(f.linear), len(f.onlyVirt), len(f.auvirt))
	}
}

func TestMeasureRefusesAWrongSummary(t *testing.T) {
	_, err := measurePlan(t, smallPlan(t, wrongBinary))
	if err == nil || !strings.Contains(err.Error(), "summary is wrong") {
		t.Errorf("got %v", err)
	}
}

func TestInTurnSkips(t *testing.T) {
	b := &bench{plan: plan{runs: 3, timeout: time.Second}}
	rows, err := b.inTurn(context.Background(), []program{
		{name: "missing"},
		installed("slow", "sleep"),
		installed("quick", "true"),
	}, "30", 1)
	if err != nil {
		t.Fatal(err)
	}
	if rows[0].skipped != "not installed" || rows[1].skipped != "not done in 1s" || rows[2].skipped != "" || rows[2].wall <= 0 {
		t.Errorf("%+v", rows)
	}
}

func TestTookLong(t *testing.T) {
	if tookLong(nil) || tookLong([]sample{{wall: longRun}}) || !tookLong([]sample{{wall: longRun + 1}}) {
		t.Error("the bound is not kept")
	}
}

func TestBuildSaysWhatIsMissing(t *testing.T) {
	err := goBuild(context.Background(), filepath.Join(t.TempDir(), "x"), "github.com/virtaudit/virtaudit/cmd/no-such-command")
	if err == nil || !strings.Contains(err.Error(), "cmd/no-such-command") {
		t.Errorf("got %v", err)
	}
}
