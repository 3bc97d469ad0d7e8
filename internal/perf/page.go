//go:build linux

package main

import (
	"context"
	"fmt"
)

const (
	pagePackage = "github.com/virtaudit/virtaudit/web"
	apiPackage  = "github.com/virtaudit/virtaudit/internal/web"
)

// pageGuests is for how many guests the aim is stated; each has 100 holdings.
const pageGuests = 10_000

// pageBenchmarks look at the page with a browser: over a made-up host, where the
// page alone is measured, and over a store of that many guests.
func pageBenchmarks(guests int) []benchmark {
	return []benchmark{
		{pkg: pagePackage, pattern: "Page$", times: "1x", runs: 1, dir: "web"},
		{pkg: apiPackage, pattern: "PageOfStore", times: "1x", runs: 1, dir: "internal/web", env: []string{fmt.Sprint("VIRTAUDIT_BENCH_GUESTS=", guests)}},
	}
}

// pageFigures are what is told of the page, with the aims.
var pageFigures = []figure{
	{what: "script a frame, panning in time over 10,000 lanes of a made-up host", name: "Page panning-in-time-ms/frame", unit: " ms", most: 8},
	{what: "the same over the store", name: "PageOfStore panning-in-time-ms/frame", unit: " ms", most: 8},
	{what: "the same, zooming", name: "PageOfStore zooming-ms/frame", unit: " ms", most: 8},
	{what: "the same, scrolling and panning at once", name: "PageOfStore panning-and-scrolling-ms/frame", unit: " ms", most: 8},
	{what: "from its address to the lanes of the last year", name: "PageOfStore first-paint-of-the-timeline-ms", unit: " ms"},
	{what: "a screen earlier", name: "PageOfStore a-screen-earlier-ms", unit: " ms"},
	{what: "opening the lane of a guest with 20,100 holdings", name: "PageOfStore opening-its-lane-ms", unit: " ms"},
	{what: "completing a search", name: "PageOfStore completing-a-search-ms", unit: " ms"},
	{what: "who held /dev/urandom, with the first 1,000 of 50,000", name: "PageOfStore who-held-/dev/urandom-ms", unit: " ms"},
	{what: "entropy of the guests that run, the first 1,000", name: "PageOfStore entropy-of-all-that-run-ms", unit: " ms"},
	{what: "memory of the tab, with what every tab shares", name: "PageOfStore memory-of-the-tab-MiB", unit: " MiB"},
}

// measurePage runs the benchmarks of the page.
func (b *bench) measurePage(ctx context.Context, f *findings) (err error) {
	f.page, err = b.runBenchmarks(ctx, b.plan.page)
	return err
}

// pageText is the section of the page.
func (f *findings) pageText() string {
	if len(f.plan.page) == 0 {
		return "Not measured.\n"
	}
	return fmt.Sprintf("The page in headless Chromium, 1920 by 1080, by the benchmarks of `web` and `internal/web`. The store has %s guests with "+
		"100 holdings each and one with 20,000 more; one of two guests runs. Times are from what somebody does until it is shown, with the "+
		"service on the same processors.\n\n", grouped(f.plan.guests)) + figureTable(pageFigures, f.page)
}
