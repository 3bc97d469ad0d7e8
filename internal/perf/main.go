//go:build linux

// Perf measures virtaudit beside the programs that people use on audit logs
// now, and writes what it found to a Markdown file.
//
// It runs whole processes over generated logs that are in the page cache, the
// programs in turn (A B A B) so that a drift of the machine cancels, and takes
// the median of wall time, CPU time and peak memory as the kernel accounts
// them. Before it times anything it holds the summary of the log to the truth
// that the generator gave. It knows virtaudit by its command line only; what the
// service takes it learns from the benchmarks of the service's packages.
//
//	go run ./internal/perf [-sizes 256MiB,1GiB] [-binary bin/virtaudit] [-o docs/performance.md] [-quick] [-large]
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"

	"github.com/virtaudit/virtaudit/internal/loggen"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stderr)
	stop()
	if errors.Is(err, flag.ErrHelp) {
		os.Exit(2)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "perf:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, stderr io.Writer) error {
	p, err := parse(args, stderr)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "virtaudit-perf-")
	if err != nil {
		return fmt.Errorf("folder for logs: %w", err)
	}
	defer os.RemoveAll(dir)
	b := &bench{plan: p, dir: dir, progress: stderr}
	if err := b.build(ctx); err != nil {
		return err
	}
	found, err := b.measure(ctx)
	if err != nil {
		return err
	}
	return os.WriteFile(p.out, []byte(found.markdown()), 0o644)
}

func parse(args []string, stderr io.Writer) (plan, error) {
	p := fullPlan()
	fs := flag.NewFlagSet("perf", flag.ContinueOnError)
	fs.SetOutput(stderr)
	sizes := fs.String("sizes", "", "sizes of the logs for the comparison (default 256MiB,1GiB)")
	quick := fs.Bool("quick", false, "small logs and few runs: shows that it works, proves nothing")
	large := fs.Bool("large", false, "8 GiB too; needs as much free memory, or the disk is measured")
	binary := fs.String("binary", "", "virtaudit to measure (default: built from ./cmd/virtaudit)")
	out := fs.String("o", "docs/performance.md", "file to write")
	if err := fs.Parse(args); err != nil {
		return p, err
	}
	if *quick {
		p = quickPlan()
	}
	if *large {
		p.linear = append(p.linear, 8<<30)
	}
	p.binary, p.out = *binary, *out
	if *sizes == "" {
		return p, nil
	}
	var err error
	p.compare, err = parseSizes(*sizes)
	return p, err
}

func parseSizes(list string) ([]int64, error) {
	var sizes []int64
	for text := range strings.SplitSeq(list, ",") {
		size, err := loggen.ParseSize(strings.TrimSpace(text))
		if err != nil {
			return nil, err
		}
		sizes = append(sizes, size)
	}
	return sizes, nil
}
