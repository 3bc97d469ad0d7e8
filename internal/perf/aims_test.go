//go:build linux

package main

import (
	"strings"
	"testing"
	"time"
)

// measured is a row of so many milliseconds of wall and CPU time.
func measured(program string, size int64, ms int, rss int64) row {
	d := time.Duration(ms) * time.Millisecond
	return row{program: program, size: size, sample: sample{wall: d, cpu: d, rss: rss}}
}

func goodFindings() *findings {
	return &findings{
		plan:    fullPlan(),
		machine: []string{"CPU: some, 2 cores"},
		floor:   4 << 20,
		compared: []row{
			measured(summaryName, 1<<30, 150, 20<<20),
			measured(rgName, 1<<30, 100, 1000<<20),
			measured(whoName, 1<<30, 160, 60<<20),
			measured(eventsName, 1<<30, 190, 90<<20),
		},
		linear: []row{
			measured(summaryName, 64<<20, 40, 20<<20),
			measured(summaryName, 256<<20, 40, 20<<20),
			measured(summaryName, 1<<30, 150, 21<<20),
		},
		onlyVirt: []row{measured(summaryName, 256<<20, 700, 20<<20)},
		auvirt: []row{
			measured(auvirtName, 512<<20, 10_000, 0),
			measured(auvirtName, 1<<30, 60_000, 0),
		},
	}
}

// metColumn is the last column of the aims' table, without its head.
func metColumn(f *findings) []string {
	var met []string
	for _, line := range strings.Split(strings.TrimSpace(f.aims()), "\n")[2:] {
		cells := strings.Split(strings.Trim(line, "|"), "|")
		met = append(met, strings.TrimSpace(cells[len(cells)-1]))
	}
	return met
}

func TestAims(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*findings)
		want   string
	}{
		"all met":       {func(*findings) {}, "yes yes yes yes yes yes yes"},
		"slower":        {func(f *findings) { f.compared[0].wall *= 2 }, "**no** yes yes yes yes yes yes"},
		"larger":        {func(f *findings) { f.linear[2].rss = 40 << 20 }, "yes **no** yes yes yes yes yes"},
		"not linear":    {func(f *findings) { f.linear[2].cpu *= 2 }, "yes yes **no** yes yes yes yes"},
		"auvirt faster": {func(f *findings) { f.auvirt[1].cpu /= 2 }, "yes yes yes **no** yes yes yes"},
		"more CPU":      {func(f *findings) { f.onlyVirt[0].cpu *= 2 }, "yes yes yes yes **no** yes yes"},
		"who slower":    {func(f *findings) { f.compared[2].wall *= 2 }, "yes yes yes yes yes **no** yes"},
		"events slower": {func(f *findings) { f.compared[3].wall *= 2 }, "yes yes yes yes yes yes **no**"},
		"nothing": {
			func(f *findings) { *f = findings{plan: fullPlan()} },
			strings.TrimSuffix(strings.Repeat("not measured ", 7), " "),
		},
	} {
		f := goodFindings()
		c.change(f)
		if got := strings.Join(metColumn(f), " "); got != c.want {
			t.Errorf("%s: got %s, want %s", name, got, c.want)
		}
	}
}

func TestAuvirtAimSaysThatItIsExtrapolated(t *testing.T) {
	f := goodFindings()
	if strings.Contains(f.aims()+f.auvirtText(), "xtrapolated") {
		t.Error("auvirt was measured, not extrapolated")
	}
	f.auvirt = []row{
		measured(auvirtName, 128<<20, 1000, 0), measured(auvirtName, 256<<20, 4000, 0),
		{program: auvirtName, size: 512 << 20, skipped: "not done in 2m0s"},
	}
	if _, got, met := f.auvirtAim(); got != "427x, auvirt extrapolated" || !met {
		t.Errorf("got %s, %v", got, met)
	}
	for _, want := range []string{"Extrapolated, not measured", "64 s", "power of 2.00", "not done in 2m0s"} {
		if !strings.Contains(f.auvirtText(), want) {
			t.Errorf("no %q in\n%s", want, f.auvirtText())
		}
	}
}
