//go:build linux

package main

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/virtaudit/virtaudit/internal/loggen"
)

// row is the median of a program's runs over a log.
type row struct {
	program string
	size    int64
	sample
	skipped string // why there is none
}

// findings is all that was measured.
type findings struct {
	plan    plan
	machine []string
	floor   int64 // the least peak memory that can be told, bytes

	compared, linear, onlyVirt, auvirt []row
	service, page                      figures
}

const (
	summaryName = "virtaudit summary"
	rgName      = "rg -c '^type=VIRT_'"
	auvirtName  = "auvirt --summary -f"
	whoName     = "virtaudit who /dev/urandom"
	eventsName  = "virtaudit events"
)

func (f *findings) markdown() string {
	sections := []string{
		"# Performance\n",
		"Written by `go run ./internal/perf` (`make bench`). The logs are generated (`go run ./internal/loggen/gen -size 1GiB -o audit.log`): " +
			"3 % VIRT records, 2,000 guests, seed 1. Before a log is timed, `virtaudit summary --format json` is compared with what the generator " +
			"knows the log to prove; a difference ends the measurement.\n",
		"## Machine\n", list(f.machine),
		"## Aims\n", f.aims(),
		"## Beside other programs\n",
		"Each command has the log's path after it. CPU is user and system time.\n",
		comparison(f.compared, f.floor),
		"## Growth\n",
		"`virtaudit summary audit.log`\n",
		growthTable(f.linear, f.floor),
		"## VIRT records only\n",
		fmt.Sprintf("A log of %s with nothing but VIRT records (`-only-virt`).\n", loggen.FormatSize(f.plan.onlyVirt)),
		comparison(f.onlyVirt, f.floor),
		"## auvirt\n", f.auvirtText(),
		"## Service\n", f.serviceText(),
		"## Page\n", f.pageText(),
		"## How\n", f.how(),
	}
	return strings.Join(sections, "\n")
}

func (f *findings) how() string {
	return fmt.Sprintf("Whole processes, output through a pipe, log in the page cache. %d runs of each program at a size, the programs in turn "+
		"(A B A B), the median of each quantity. Peak memory is the kernel's `ru_maxrss`; the measuring process sets a floor of %s to it, "+
		"what is below reads ≤. rg maps the file into its memory, and what it has read of it counts. "+
		"A program that took more than %v is not run again over the same log, and given up after %v.\n",
		f.plan.runs, mebibytes(f.floor), longRun, f.plan.timeout)
}

func list(items []string) string {
	var b strings.Builder
	for _, item := range items {
		b.WriteString("* " + item + "\n")
	}
	return b.String()
}

// comparison has the ratios to rg where rg was run.
func comparison(rows []row, floor int64) string {
	cells := [][]string{{"log", "command", "wall", "CPU", "peak memory", "wall / rg", "CPU / rg"}}
	for _, r := range rows {
		name := "`" + r.program + "`"
		if r.skipped != "" {
			cells = append(cells, []string{loggen.FormatSize(r.size), name, r.skipped, "", "", "", ""})
			continue
		}
		rg, _ := find(rows, rgName, r.size)
		cells = append(cells, []string{
			loggen.FormatSize(r.size), name, milliseconds(r.wall), milliseconds(r.cpu), peak(r.rss, floor),
			times(ratio(r.wall, rg.wall)), times(ratio(r.cpu, rg.cpu)),
		})
	}
	return table(cells)
}

func growthTable(rows []row, floor int64) string {
	cells := [][]string{{"log", "wall", "CPU", "GB/s", "CPU a GiB", "peak memory"}}
	for _, r := range rows {
		if r.skipped != "" {
			cells = append(cells, []string{loggen.FormatSize(r.size), r.skipped, "", "", "", ""})
			continue
		}
		cells = append(cells, []string{
			loggen.FormatSize(r.size), milliseconds(r.wall), milliseconds(r.cpu),
			fmt.Sprintf("%.2f", float64(r.size)/float64(r.wall)),
			milliseconds(time.Duration(float64(r.cpu) * (1 << 30) / float64(r.size))), peak(r.rss, floor),
		})
	}
	return table(cells)
}

func (f *findings) auvirtText() string {
	cells := [][]string{{"log", "auvirt CPU", "virtaudit CPU", "auvirt / virtaudit"}}
	for _, r := range f.auvirt {
		if r.program != auvirtName {
			continue
		}
		if r.skipped != "" {
			cells = append(cells, []string{loggen.FormatSize(r.size), r.skipped, "", ""})
			continue
		}
		ours, _ := find(f.auvirt, summaryName, r.size)
		cells = append(cells, []string{
			loggen.FormatSize(r.size), milliseconds(r.cpu), milliseconds(ours.cpu), times(ratio(r.cpu, ours.cpu)),
		})
	}
	return "`auvirt --summary -f audit.log`, at sizes up to where it ends in time.\n\n" + table(cells) + "\n" + f.auvirtGrowth()
}

func (f *findings) auvirtGrowth() string {
	ps := points(f.auvirt, auvirtName)
	cpu, exponent := extrapolate(ps, aimSize)
	if math.IsNaN(exponent) {
		return "Too few sizes to say how it grows.\n"
	}
	text := fmt.Sprintf("Between the last two sizes its time grows as size to the power of %.2f.", exponent)
	if ps[len(ps)-1].size < aimSize {
		text += fmt.Sprintf(" **Extrapolated, not measured:** at 1 GiB it would take %s of CPU.", seconds(cpu))
	}
	return text + "\n"
}

// points are the rows of a program that were measured.
func points(rows []row, program string) []point {
	var ps []point
	for _, r := range rows {
		if r.program == program && r.skipped == "" {
			ps = append(ps, point{r.size, r.cpu})
		}
	}
	return ps
}

// find gives the measured row of a program at a size.
func find(rows []row, program string, size int64) (row, bool) {
	i := slices.IndexFunc(rows, func(r row) bool {
		return r.program == program && r.size == size && r.skipped == ""
	})
	if i < 0 {
		return row{}, false
	}
	return rows[i], true
}
