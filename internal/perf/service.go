//go:build linux

package main

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// benchmark is a benchmark of one of our packages. The service is measured by
// these, as what it takes shows only beside simulated hypervisors and stores.
type benchmark struct {
	pkg     string
	pattern string // as -test.bench
	times   string // as -test.benchtime
	runs    int
	env     []string
	dir     string // where it is run, "" for an empty folder
}

const (
	agentPackage = "github.com/virtaudit/virtaudit/internal/agent"
	storePackage = "github.com/virtaudit/virtaudit/internal/store"
)

// figures are medians of what benchmarks report: by the benchmark and the unit,
// "Writer/observations facts/s".
type figures map[string]float64

// measureService runs the benchmarks, one after the other: a disk that is busy
// for one makes each commit of the other slow.
func (b *bench) measureService(ctx context.Context, f *findings) error {
	var err error
	f.service, err = b.runBenchmarks(ctx, b.plan.service)
	return err
}

func (b *bench) runBenchmarks(ctx context.Context, all []benchmark) (figures, error) {
	got := figures{}
	for _, bm := range all {
		fmt.Fprintf(b.progress, "perf: %s %s\n", filepath.Base(bm.pkg), bm.pattern)
		found, err := b.runBenchmark(ctx, bm)
		if err != nil {
			return nil, err
		}
		maps.Copy(got, found)
	}
	return got, nil
}

// runBenchmark gives the medians of its runs.
func (b *bench) runBenchmark(ctx context.Context, bm benchmark) (figures, error) {
	dir, err := os.MkdirTemp(b.dir, "benchmark-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	binary := filepath.Join(dir, "test")
	if text, err := exec.CommandContext(ctx, "go", "test", "-c", "-o", binary, bm.pkg).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("go test -c %s: %w: %s", bm.pkg, err, bytes.TrimSpace(text))
	}
	cmd := exec.CommandContext(ctx, binary, "-test.run=^$", "-test.bench="+bm.pattern, "-test.benchtime="+bm.times,
		"-test.count="+strconv.Itoa(bm.runs), "-test.v")
	cmd.Dir, cmd.Env = cmp.Or(bm.dir, dir), append(append(os.Environ(), "TMPDIR="+dir), bm.env...)
	text, err := cmd.CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("%s of %s: %w: %s", bm.pattern, bm.pkg, err, bytes.TrimSpace(text))
	}
	got := medians(string(text))
	if len(got) == 0 && !bytes.Contains(text, []byte("--- SKIP")) { // what lacks something is told as not measured
		return nil, fmt.Errorf("%s of %s: it says nothing: %s", bm.pattern, bm.pkg, text)
	}
	return got, nil
}

// medians reads lines as go test writes them: the benchmark's name with the
// number of processors, how often it ran, and a value and a unit again and again.
func medians(text string) figures {
	all := map[string][]float64{}
	for line := range strings.Lines(text) {
		fields := strings.Fields(line)
		if len(fields) < 4 || !strings.HasPrefix(fields[0], "Benchmark") {
			continue
		}
		name := strings.TrimPrefix(fields[0], "Benchmark")
		if i := strings.LastIndexByte(name, '-'); i > 0 {
			name = name[:i]
		}
		for pair := range slices.Chunk(fields[2:], 2) {
			if value, err := strconv.ParseFloat(pair[0], 64); err == nil && len(pair) == 2 {
				all[name+" "+pair[1]] = append(all[name+" "+pair[1]], value)
			}
		}
	}
	middle := figures{}
	for name, values := range all {
		slices.Sort(values)
		middle[name] = values[(len(values)-1)/2]
	}
	return middle
}
