//go:build linux

package main

import (
	"fmt"
	"math"
	"time"

	"github.com/virtaudit/virtaudit/internal/loggen"
)

// The aims that the figures are held against.
const (
	maxWallToRg     = 2.0
	maxPeak         = 32 << 20
	maxSpread       = 1.25
	minAuvirtToOurs = 300.0
	maxOnlyVirtCPU  = time.Second
	maxToSummary    = 1.3
)

// linearFrom is the size from which the start of a process no longer shows.
const linearFrom = 256 << 20

func (f *findings) aims() string {
	cells := [][]string{{"aim", "measured", "met"}}
	for _, aim := range []func() (text, measured string, met bool){
		f.wallAim, f.peakAim, f.linearAim, f.auvirtAim, f.onlyVirtAim, f.whoAim, f.eventsAim,
	} {
		text, measured, met := aim()
		cells = append(cells, []string{text, measured, yesNo(measured, met)})
	}
	return table(cells)
}

func yesNo(measured string, met bool) string {
	switch {
	case measured == "":
		return "not measured"
	case met:
		return "yes"
	default:
		return "**no**"
	}
}

func (f *findings) wallAim() (text, measured string, met bool) {
	text = fmt.Sprintf("`%s` of 1 GiB within %.0fx of `%s`, wall", summaryName, maxWallToRg, rgName)
	ours, found := find(f.compared, summaryName, aimSize)
	rg, foundRg := find(f.compared, rgName, aimSize)
	if !found || !foundRg {
		return text, "", false
	}
	r := ratio(ours.wall, rg.wall)
	return text, fmt.Sprintf("%s (%s and %s)", times(r), milliseconds(ours.wall), milliseconds(rg.wall)), r <= maxWallToRg
}

func (f *findings) peakAim() (text, measured string, met bool) {
	text = fmt.Sprintf("`%s` needs less than %s up to 1 GiB", summaryName, mebibytes(maxPeak))
	var most row
	for _, rows := range [][]row{f.compared, f.linear} {
		for _, r := range rows {
			if r.program == summaryName && r.skipped == "" && r.size <= aimSize && r.rss > most.rss {
				most = r
			}
		}
	}
	if most.rss == 0 {
		return text, "", false
	}
	return text, fmt.Sprintf("%s at %s", mebibytes(most.rss), loggen.FormatSize(most.size)), most.rss < maxPeak
}

func (f *findings) linearAim() (text, measured string, met bool) {
	text = fmt.Sprintf("CPU a byte grows by less than %.0f %% from %s on", (maxSpread-1)*100, loggen.FormatSize(linearFrom))
	var large []point
	for _, p := range points(f.linear, summaryName) {
		if p.size >= linearFrom {
			large = append(large, p)
		}
	}
	if len(large) < 2 {
		return text, "", false
	}
	s := dearer(large)
	measured = fmt.Sprintf("%.0f %%, to %s", (s-1)*100, loggen.FormatSize(large[len(large)-1].size))
	return text, measured, s < maxSpread
}

func (f *findings) auvirtAim() (text, measured string, met bool) {
	text = fmt.Sprintf("%.0fx less CPU than auvirt at 1 GiB", minAuvirtToOurs)
	theirs, exponent := extrapolate(points(f.auvirt, auvirtName), aimSize)
	ours, found := find(f.compared, summaryName, aimSize)
	if math.IsNaN(exponent) || !found {
		return text, "", false
	}
	r := ratio(theirs, ours.cpu)
	measured = times(r)
	if _, ended := find(f.auvirt, auvirtName, aimSize); !ended {
		measured += ", auvirt extrapolated"
	}
	return text, measured, r >= minAuvirtToOurs
}

func (f *findings) onlyVirtAim() (text, measured string, met bool) {
	text = fmt.Sprintf("`%s` of %s of VIRT records only in less than %v of CPU", summaryName, loggen.FormatSize(aimOnlyVirtSize), maxOnlyVirtCPU)
	r, found := find(f.onlyVirt, summaryName, aimOnlyVirtSize)
	if !found {
		return text, "", false
	}
	return text, milliseconds(r.cpu), r.cpu < maxOnlyVirtCPU
}

func (f *findings) whoAim() (text, measured string, met bool)    { return f.besideSummary(whoName) }
func (f *findings) eventsAim() (text, measured string, met bool) { return f.besideSummary(eventsName) }

// besideSummary is the aim of a command that shows what summary counts.
func (f *findings) besideSummary(name string) (text, measured string, met bool) {
	text = fmt.Sprintf("`%s` of 1 GiB within %.1fx of `%s`, wall", name, maxToSummary, summaryName)
	shown, found := find(f.compared, name, aimSize)
	counted, foundToo := find(f.compared, summaryName, aimSize)
	if !found || !foundToo {
		return text, "", false
	}
	r := ratio(shown.wall, counted.wall)
	return text, fmt.Sprintf("%s (%s and %s)", times(r), milliseconds(shown.wall), milliseconds(counted.wall)), r <= maxToSummary
}
