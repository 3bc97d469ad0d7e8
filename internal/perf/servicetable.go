//go:build linux

package main

import (
	"fmt"
	"math"
	"strings"
)

// figure is a row of the table of the service.
type figure struct {
	what  string
	name  string // of the benchmark's figure
	per   float64
	unit  string
	least float64 // the aim: at least so much
	most  float64 // or at most
}

// million is how many facts the replay is told for.
const million = 1e6

// serviceFigures are what is told of the service, with the aims.
var serviceFigures = []figure{
	{what: "facts of the log stored in a second, with all that is derived", name: "Writer/records/catching-up facts/s", unit: " facts", least: 20_000},
	{what: "the same in a second of CPU", name: "Writer/records/catching-up facts/cpu-s", unit: " facts"},
	{what: "facts stored in a second of CPU, where two of three are observations of a guest with 20 devices", name: "Writer/observations facts/cpu-s", unit: " facts"},
	{what: "start of the service, for each million facts that it has", name: "Replay facts/s", per: million, unit: " s"},
	{what: "from a record in the log to the API's answer, median", name: "Answer/beside-0-records-a-second p50-ms", unit: " ms"},
	{what: "the same, 99 of 100", name: "Answer/beside-0-records-a-second p99-ms", unit: " ms", most: 100},
	{what: "the same, 99 of 100, beside 500 other records a second", name: "Answer/beside-500-records-a-second p99-ms", unit: " ms", most: 100},
	{what: "1,000 libvirt guests with 20 devices, nothing changes: CPU", name: "Guests idle-%core", unit: " % of a core", most: 5},
	{what: "the same: memory", name: "Guests idle-MiB", unit: " MiB", most: 256},
	{what: "the same, 10 changes a second: CPU", name: "Guests changing-%core", unit: " % of a core"},
	{what: "the same: the most memory", name: "Guests peak-MiB", unit: " MiB", most: 256},
	{what: "who held /dev/urandom at a time, the first 100", name: "Who/page ns/op", per: -million, unit: " ms", most: 10},
	{what: "the same, all of them: one guest of five", name: "Who/whole ns/op", per: -million, unit: " ms"},
}

// value gives the figure as it is shown: per is what a rate is for, or, below
// 0, what a time is divided by.
func (g *figure) value(of figures) (float64, bool) {
	v, found := of[g.name]
	switch {
	case !found || v == 0:
		return 0, false
	case g.per > 0:
		v = g.per / v
	case g.per < 0:
		v /= -g.per
	}
	return v, true
}

// aim gives the aim in words, and whether a value meets it.
func (g *figure) aim(v float64) (text string, met bool) {
	switch {
	case g.least > 0:
		return "at least " + rounded(g.least) + g.unit, v >= g.least
	case g.most > 0:
		return "at most " + rounded(g.most) + g.unit, v <= g.most
	}
	return "", true
}

// serviceText is the section of the service.
func (f *findings) serviceText() string {
	if len(f.plan.service) == 0 {
		return "Not measured.\n"
	}
	return fmt.Sprintf("What `virtaudit serve` takes, by the benchmarks of `internal/agent` and `internal/store`. The guests are those of a process "+
		"that speaks libvirt's protocol, each with a definition of 8 kB, and the service has its default settings: all are read in 30 s. "+
		"%s holdings are in the store that is asked who held something, one of fifty of them of /dev/urandom. "+
		"Facts a second and milliseconds are by the clock, on a disk that writes each commit.\n\n", grouped(f.plan.holdings)) +
		figureTable(serviceFigures, f.service)
}

// figureTable holds figures against their aims.
func figureTable(all []figure, of figures) string {
	cells := [][]string{{"what", "measured", "aim", "met"}}
	for i := range all {
		g := &all[i]
		v, found := g.value(of)
		aim, met := g.aim(v)
		measured, verdict := "", ""
		if found {
			measured = rounded(v) + g.unit
		}
		if aim != "" || !found {
			verdict = yesNo(measured, met)
		}
		cells = append(cells, []string{g.what, measured, aim, verdict})
	}
	return table(cells)
}

// rounded shows three digits, and of large numbers all before the point.
func rounded(v float64) string {
	switch {
	case v >= 100:
		return grouped(int(math.Round(v)))
	case v >= 10:
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.2f", v)
}

// grouped shows a number with its thousands apart.
func grouped(n int) string {
	digits := fmt.Sprint(n)
	var parts []string
	for len(digits) > 3 {
		parts = append([]string{digits[len(digits)-3:]}, parts...)
		digits = digits[:len(digits)-3]
	}
	return strings.Join(append([]string{digits}, parts...), ",")
}
