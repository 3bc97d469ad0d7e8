package web

import (
	"cmp"
	"net"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/virtaudit/virtaudit/web"
)

// figure is a line of the page's bench: what, how much, and of which unit.
var figure = regexp.MustCompile(`(?m)^(\S.*\S)  +([0-9.]+) (ms/frame|ms|MiB)$`)

// BenchmarkPageOfStore looks with a real browser at the guests of a store, 10,000
// with 1,000,000 holdings where that is asked for: how long the scripts take for a frame, how long one waits, and what
// the tab needs of memory.
func BenchmarkPageOfStore(b *testing.B) {
	if _, err := os.Stat(cmp.Or(os.Getenv("CHROMIUM"), "/usr/bin/chromium")); err != nil {
		b.Skipf("there is no Chromium, which CHROMIUM can name: %v", err)
	}
	if _, err := os.Stat("../../web/node_modules/.package-lock.json"); err != nil {
		b.Skip("run `npm ci` in web first")
	}
	url := servePage(b)
	for b.Loop() {
		cmd := exec.CommandContext(b.Context(), "node", "test/run.mjs", "bench")
		cmd.Dir, cmd.Env = "../../web", append(os.Environ(), "VIRTAUDIT_URL="+url, "VIRTAUDIT_TOKEN="+testToken, "TEST_OUTPUT=test-output/store")
		out, err := cmd.CombinedOutput()
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

// servePage answers over the store of the benchmarks, with the page.
func servePage(b *testing.B) (url string) {
	b.Helper()
	c := testConfig(benchStore(b))
	c.Page = web.Files()
	s, err := New(c)
	if err != nil {
		b.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- s.Serve(l) }()
	b.Cleanup(func() {
		_ = s.Shutdown(b.Context()) // the context is done by then
		if err := <-done; err != nil {
			b.Error(err)
		}
	})
	return "http://" + l.Addr().String()
}
