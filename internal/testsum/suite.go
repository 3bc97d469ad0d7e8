package main

import "strings"

// suite is one package's tests while the package runs.
type suite struct {
	path   string
	tests  []*test
	byName map[string]*test
	output strings.Builder // what the package printed outside its tests
}

// test is one test or subtest.
type test struct {
	name   string
	parent *test
	result string // pass, fail or skip; empty until it ends
	groups bool   // it has subtests
	output strings.Builder
}

func newSuite(path string) *suite {
	return &suite{path: path, byName: map[string]*test{}}
}

// event takes one event of the package and reports whether it was the
// package's last.
func (p *suite) event(e event) (ended bool) {
	switch e.Action {
	case "output":
		p.outputOf(e.Test).WriteString(e.Output)
	case "run":
		p.start(e.Test)
	case "pass", "fail", "skip":
		if e.Test == "" {
			return true
		}
		p.end(e.Test, e.Action)
	}
	return false
}

func (p *suite) outputOf(name string) *strings.Builder {
	if name == "" {
		return &p.output
	}
	return &p.test(name).output
}

// test finds a test by its name, as a stream may speak of one it never started.
func (p *suite) test(name string) *test {
	if t := p.byName[name]; t != nil {
		return t
	}
	return p.start(name)
}

// start begins a test, anew where -count repeats one.
func (p *suite) start(name string) *test {
	t := &test{name: name, parent: p.parent(name)}
	if t.parent != nil {
		t.parent.groups = true
	}
	p.byName[name] = t
	p.tests = append(p.tests, t)
	return t
}

// parent is the nearest test that name is a subtest of. A subtest's own name
// may hold slashes, so the text before the last slash need not be a test.
func (p *suite) parent(name string) *test {
	for {
		i := strings.LastIndexByte(name, '/')
		if i < 0 {
			return nil
		}
		name = name[:i]
		if t := p.byName[name]; t != nil {
			return t
		}
	}
}

// end notes a result. What a passing test printed is of no use any more.
func (p *suite) end(name, result string) {
	t := p.test(name)
	t.result = result
	if result == "pass" {
		t.output.Reset()
	}
}

// failures gives every test that failed or never ended.
func (p *suite) failures() []*test {
	var failed []*test
	for _, t := range p.tests {
		if t.result == "fail" || t.result == "" {
			failed = append(failed, t)
		}
	}
	return failed
}

// counted gives the tests with a result of their own: not those that group
// subtests, unless they were skipped, or failed without a failing subtest.
func (p *suite) counted() []*test {
	explained := map[*test]bool{}
	for _, t := range p.failures() {
		for up := t.parent; up != nil; up = up.parent {
			explained[up] = true
		}
	}
	var own []*test
	for _, t := range p.tests {
		passedGroup := t.groups && t.result == "pass"
		if !passedGroup && !explained[t] {
			own = append(own, t)
		}
	}
	return own
}
