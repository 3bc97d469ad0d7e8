package reconcile

import "testing"

func TestChangedWords(t *testing.T) {
	for _, tc := range []struct{ before, now, want string }{
		{"link=up model=e1000", "link=down model=e1000", "link=up -> link=down"},
		{"model=e1000", "link=down model=e1000", "link=down"},
		{"link=down model=e1000", "model=e1000", "without link=down"},
	} {
		if got := changedWords(tc.before, tc.now); got != tc.want {
			t.Errorf("%q, then %q: %q, want %q", tc.before, tc.now, got, tc.want)
		}
	}
}
