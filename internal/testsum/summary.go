package main

import (
	"fmt"
	"io"
	"slices"
)

// summary is what the stream has shown so far.
type summary struct {
	out          io.Writer
	open         map[string]*suite // packages that have not ended
	passed       int
	failed       []outcome
	skipped      []outcome
	foreign      int // lines that are no event
	brokenBuilds int
}

// outcome is a failed or skipped test; without a test it is about a package,
// and without a package about the stream.
type outcome struct {
	pkg, test, reason string
}

func newSummary(out io.Writer) *summary {
	return &summary{out: out, open: map[string]*suite{}}
}

func (s *summary) fail(pkg, test, reason string) {
	s.failed = append(s.failed, outcome{pkg, test, reason})
}

// add takes a package that has ended: its counts, its line of progress and,
// where something failed, all that it printed.
func (s *summary) add(p *suite, last event) {
	passed, failed, skipped := s.passed, len(s.failed), len(s.skipped)
	s.count(p)
	if last.Action == "fail" && len(s.failed) == failed {
		s.fail(p.path, "", packageFault(last))
	}
	if len(s.failed) > failed {
		s.show(p)
		return
	}
	if last.Action == "skip" {
		fmt.Fprintf(s.out, "-     %s  no tests\n", p.path)
		return
	}
	fmt.Fprintf(s.out, "ok    %s  %.1fs, %d passed, %d skipped\n",
		p.path, last.Elapsed, s.passed-passed, len(s.skipped)-skipped)
}

func packageFault(last event) string {
	if last.FailedBuild != "" {
		return "does not build"
	}
	return "failed outside its tests"
}

func (s *summary) count(p *suite) {
	for _, t := range p.counted() {
		switch t.result {
		case "pass":
			s.passed++
		case "skip":
			s.skipped = append(s.skipped, outcome{p.path, t.name, reason(t.output.String())})
		case "fail":
			s.fail(p.path, t.name, "")
		default:
			s.fail(p.path, t.name, "did not end")
		}
	}
}

// show prints what the failing tests and the package itself printed; the
// latter ends with the go command's verdict.
func (s *summary) show(p *suite) {
	for _, t := range p.failures() {
		fmt.Fprint(s.out, t.output.String())
	}
	fmt.Fprint(s.out, p.output.String())
}

// close ends the stream: what it should have told and did not is a failure.
func (s *summary) close() {
	paths := make([]string, 0, len(s.open))
	for path := range s.open {
		paths = append(paths, path)
	}
	slices.Sort(paths)
	for _, path := range paths {
		s.count(s.open[path])
		s.show(s.open[path])
		s.fail(path, "", "the stream ends before the package does")
	}
	if s.foreign > 0 {
		s.fail("", "", fmt.Sprintf("%d lines of the stream are no events of go test -json", s.foreign))
	}
	if s.passed+len(s.failed)+len(s.skipped) == 0 {
		s.fail("", "", "the stream tells of no test")
	}
	if s.brokenBuilds > 0 && len(s.failed) == 0 {
		s.fail("", "", "a build failed")
	}
}

// print ends the report; the counts are its last line.
func (s *summary) print(failOnSkip bool) {
	s.list("failed", s.failed)
	s.list("skipped", s.skipped)
	fmt.Fprintln(s.out)
	if failOnSkip && len(s.skipped) > 0 {
		fmt.Fprintln(s.out, "a skipped test counts as a failure here")
	}
	fmt.Fprintf(s.out, "%d passed, %d failed, %d skipped\n", s.passed, len(s.failed), len(s.skipped))
}

func (s *summary) list(title string, outcomes []outcome) {
	if len(outcomes) == 0 {
		return
	}
	fmt.Fprintf(s.out, "\n%s:\n", title)
	for _, o := range outcomes {
		fmt.Fprintf(s.out, "    %s\n", o)
	}
}

func (o outcome) String() string {
	text := o.pkg
	if o.test != "" {
		text += " " + o.test
	}
	if o.reason == "" {
		return text
	}
	if text == "" {
		return o.reason
	}
	return text + ": " + o.reason
}
