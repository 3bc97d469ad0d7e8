// Testsum reads the event stream of `go test -json` from standard input and
// says what a person wants to know of it: one line a package as it ends, the
// complete output of what failed, the skipped tests with their reasons, and as
// the very last line
//
//	N passed, N failed, N skipped
//
// It counts tests and subtests that did the work: a test that only groups
// subtests is counted only for a result of its own, that is when it failed
// though none of its subtests did, or skipped. Whatever keeps a test from
// giving a result is a failure too: a package that does not build, or ends
// without a result, a test that never ended, a stream that is empty or cut.
//
// It knows the stream's format (`go doc test2json`, `go help buildjson`) and
// how testing writes log lines; it does not run anything.
//
// The exit status is 0 when nothing failed, and 1 otherwise; with
// -fail-on-skip a skipped test counts as a reason for 1 as well.
package main

import (
	"flag"
	"io"
	"os"
)

func main() {
	failOnSkip := flag.Bool("fail-on-skip", false, "exit with 1 when a test was skipped")
	flag.Parse()
	os.Exit(run(os.Stdin, os.Stdout, *failOnSkip))
}

// run reads the stream, reports on out and gives the exit status.
func run(in io.Reader, out io.Writer, failOnSkip bool) int {
	s := newSummary(out)
	s.read(in)
	s.print(failOnSkip)
	if len(s.failed) > 0 || failOnSkip && len(s.skipped) > 0 {
		return 1
	}
	return 0
}
