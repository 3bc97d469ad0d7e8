package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// event is what is used of one line of the stream: an event of a test, of a
// package (Test is empty) or of a build (build-output, build-fail).
type event struct {
	Action      string
	Package     string
	Test        string
	Elapsed     float64
	Output      string
	FailedBuild string
}

// read takes the whole stream. A line that is not an event is shown as it is;
// it is a failure because the events that it hides may be failures.
func (s *summary) read(in io.Reader) {
	lines := bufio.NewReader(in)
	for {
		line, err := lines.ReadBytes('\n')
		if line = bytes.TrimSpace(line); len(line) > 0 {
			s.line(line)
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			s.fail("", "", fmt.Sprintf("reading the stream: %v", err))
			break
		}
	}
	s.close()
}

func (s *summary) line(line []byte) {
	var e event
	if err := json.Unmarshal(line, &e); err != nil {
		fmt.Fprintf(s.out, "%s\n", line)
		s.foreign++
		return
	}
	s.event(e)
}

func (s *summary) event(e event) {
	switch {
	case e.Action == "build-output":
		fmt.Fprint(s.out, e.Output)
	case e.Action == "build-fail":
		s.brokenBuilds++
	case e.Package == "":
		s.foreign++
	default:
		s.packageEvent(e)
	}
}

func (s *summary) packageEvent(e event) {
	p := s.open[e.Package]
	if p == nil {
		p = newSuite(e.Package)
		s.open[e.Package] = p
	}
	if !p.event(e) {
		return
	}
	delete(s.open, e.Package)
	s.add(p, e)
}
