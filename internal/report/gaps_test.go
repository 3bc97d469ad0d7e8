package report

import (
	"strings"
	"testing"

	"github.com/virtaudit/virtaudit/internal/trail"
)

// TestGapsNameTheStore: the command that tells more asks the store that was asked, as a
// shell takes its name.
func TestGapsNameTheStore(t *testing.T) {
	gaps := []*trail.Finding{{At: trail.Moment{Millis: 1}, Until: trail.Moment{Millis: 2}, By: "log"}}
	for store, want := range map[string]string{
		"--store":              ": virtaudit findings --store --kind source-unwatched\n",
		"--store=/srv/a-1.db":  ": virtaudit findings --store=/srv/a-1.db --kind source-unwatched\n",
		"--store=it's a $(x)":  `: virtaudit findings '--store=it'\''s a $(x)' --kind source-unwatched` + "\n",
		"--store=a\x1b[31mb~c": `: virtaudit findings '--store=a\x1b[31mb~c' --kind source-unwatched` + "\n",
	} {
		var out strings.Builder
		if err := Gaps(&out, gaps, Options{FromStore: store}); err != nil {
			t.Fatal(err)
		}
		if !strings.HasSuffix(out.String(), want) {
			t.Errorf("%q: got %q, want %q", store, out.String(), want)
		}
	}
}
