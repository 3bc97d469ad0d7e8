package main

import (
	"slices"
	"testing"
)

// suiteOf feeds a suite pairs of test name and action.
func suiteOf(pairs ...string) *suite {
	p := newSuite("example.com/m")
	for i := 0; i < len(pairs); i += 2 {
		p.event(event{Action: pairs[i+1], Test: pairs[i]})
	}
	return p
}

func TestCounted(t *testing.T) {
	for _, tc := range []struct {
		name   string
		events []string
		want   []string
	}{
		{
			"a group is not counted",
			[]string{"T", "run", "T/a", "run", "T/a", "pass", "T", "pass"},
			[]string{"T/a pass"},
		},
		{
			"a failure below explains those above",
			[]string{"T", "run", "T/a", "run", "T/a/b", "run", "T/a/b", "fail", "T/a", "fail", "T", "fail"},
			[]string{"T/a/b fail"},
		},
		{
			"a group fails by itself",
			[]string{"T", "run", "T/a", "run", "T/a", "pass", "T", "fail"},
			[]string{"T fail", "T/a pass"},
		},
		{
			"a group skips after a subtest",
			[]string{"T", "run", "T/a", "run", "T/a", "pass", "T", "skip"},
			[]string{"T skip", "T/a pass"},
		},
		{
			"a slash in a subtest's own name",
			[]string{"T", "run", "T/a/b", "run", "T/a/b", "skip", "T", "pass"},
			[]string{"T/a/b skip"},
		},
		{
			"a subtest that never ends",
			[]string{"T", "run", "T/a", "run"},
			[]string{"T/a "},
		},
		{
			"the same test twice",
			[]string{"T", "run", "T", "fail", "T", "run", "T", "pass"},
			[]string{"T fail", "T pass"},
		},
		{
			"a result without a start",
			[]string{"T", "pass"},
			[]string{"T pass"},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var got []string
			for _, own := range suiteOf(tc.events...).counted() {
				got = append(got, own.name+" "+own.result)
			}
			if !slices.Equal(got, tc.want) {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}
