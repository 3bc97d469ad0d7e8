package web

import (
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

var frameTime = regexp.MustCompile(`(?m)^(\S.*\S)  +([0-9.]+) ms of script a frame$`)

// BenchmarkPage reports how long the page's scripts take for one frame, over
// 10,000 lanes in a real browser.
func BenchmarkPage(b *testing.B) {
	node := needBrowser(b)
	for range b.N {
		out, err := exec.CommandContext(b.Context(), node, "test/run.mjs", "bench").CombinedOutput()
		if err != nil {
			b.Fatalf("%v\n%s", err, out)
		}
		found := frameTime.FindAllSubmatch(out, -1)
		if len(found) == 0 {
			b.Fatalf("no figures:\n%s", out)
		}
		for _, m := range found {
			ms, err := strconv.ParseFloat(string(m[2]), 64)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(ms, strings.ReplaceAll(string(m[1]), " ", "-")+"-ms/frame")
		}
	}
}
