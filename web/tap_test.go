package web

import (
	"bufio"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// A result is what a line of TAP, the Test Anything Protocol, says of a test.
type result struct {
	name string // with those of the tests that it is part of
	ok   bool
	skip string // why it was skipped
	why  []string
}

var resultLine = regexp.MustCompile(`^((?:    )*)(not )?ok \d+ - (.*?)(?: # SKIP\s*(.*))?$`)

// readTAP gives the results that Node's reporter writes, without those that only
// sum up others that are there. All else is given as notes.
func readTAP(r io.Reader) (results []result, notes []string, err error) {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	var inside []string // the tests that the line is of
	var summed bool     // the last result has parts
	for lines.Scan() {
		line := lines.Text()
		depth, text := indented(line)
		if name, ok := strings.CutPrefix(text, "# Subtest: "); ok {
			inside = append(inside[:min(depth, len(inside))], name)
			continue
		}
		m := resultLine.FindStringSubmatch(line)
		switch {
		case m != nil:
			summed = len(results) > 0 && depth < strings.Count(results[len(results)-1].name, "/") && m[2] == ""
			if !summed {
				inside = append(inside[:min(depth, len(inside))], m[3])
				results = append(results, result{name: joined(inside), ok: m[2] == "", skip: m[4]})
			}
		case strings.HasPrefix(text, "#"):
			notes = append(notes, text)
		case !summed && len(results) > 0 && !results[len(results)-1].ok:
			results[len(results)-1].why = append(results[len(results)-1].why, line)
		}
	}
	return results, notes, lines.Err()
}

// joined makes one name, in which a slash parts tests only.
func joined(names []string) string {
	clean := slices.Clone(names)
	for i := range clean {
		clean[i] = strings.ReplaceAll(clean[i], "/", "_")
	}
	return strings.Join(clean, "/")
}

func indented(line string) (depth int, text string) {
	text = strings.TrimLeft(line, " ")
	return (len(line) - len(text)) / 4, text
}

// report makes a subtest of each result.
func report(t *testing.T, results []result) {
	t.Helper()
	for _, r := range results {
		t.Run(r.name, func(t *testing.T) {
			switch {
			case r.skip != "":
				t.Skip(r.skip)
			case !r.ok:
				t.Error(strings.Join(r.why, "\n"))
			}
		})
	}
}

func TestReadTAP(t *testing.T) {
	t.Parallel()
	const text = `TAP version 13
# bundle: 4 bytes
# Subtest: one
ok 1 - one
  ---
  duration_ms: 3
  ...
# Subtest: every view
    # Subtest: a/b
    ok 1 - a/b
      ---
      duration_ms: 3
      ...
    # Subtest: c
    not ok 2 - c
      ---
      error: 'no'
      ...
    1..2
not ok 2 - every view
  ---
  error: '1 subtest failed'
  ...
# Subtest: both
    # Subtest: d
    ok 1 - d # SKIP no root
    1..1
ok 3 - both
  ---
  ...
1..3
# tests 4
`
	results, notes, err := readTAP(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range results {
		got = append(got, fmt.Sprint(r.name, " ", r.ok, " ", r.skip, " ", len(r.why)))
	}
	want := []string{"one true  0", "every view/a_b true  0", "every view/c false  4", "every view false  3", "both/d true no root 0"}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if !slices.Equal(notes, []string{"# bundle: 4 bytes", "# tests 4"}) {
		t.Errorf("%q", notes)
	}
}
