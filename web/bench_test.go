package web

import (
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// figure is a line of the bench: what, how much, and of which unit.
var figure = regexp.MustCompile(`(?m)^(\S.*\S)  +([0-9.]+) (ms/frame|ms|MiB)$`)

// BenchmarkPage reports how long the page's scripts take for one frame, over
// 10,000 lanes of a made-up host in a real browser, and how long one waits.
func BenchmarkPage(b *testing.B) {
	node := needBrowser(b)
	for range b.N {
		out, err := exec.CommandContext(b.Context(), node, "test/run.mjs", "bench").CombinedOutput()
		if err != nil {
			b.Fatalf("%v\n%s", err, out)
		}
		found := figure.FindAllSubmatch(out, -1)
		if len(found) == 0 {
			b.Fatalf("no figures:\n%s", out)
		}
		for _, m := range found {
			value, err := strconv.ParseFloat(string(m[2]), 64)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(value, strings.ReplaceAll(string(m[1]), " ", "-")+"-"+string(m[3]))
		}
	}
}
