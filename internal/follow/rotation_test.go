package follow

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// The files of a log come from the oldest to the live one; others don't.
func TestListLog(t *testing.T) {
	dir := t.TempDir()
	want := []string{
		"audit.log-20240131.gz", "audit.log.20240201", "audit.log-2024-02-02.xz",
		"audit.log.12.zst", "audit.log.3", "audit.log.2.gz", "audit.log.2", "audit.log.1", "audit.log",
	}
	for _, name := range append([]string{
		"audit.log.old", "audit.log.", "audit.log.1.bz2", "audit.log~", "audit.log-1", "audit.log.-1", "audit", "x.log",
	}, want...) {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "audit.log.7"), 0o700); err != nil {
		t.Fatal(err)
	}
	all, err := listLog(filepath.Join(dir, "audit.log"))
	var got []string
	for i, r := range all {
		got = append(got, filepath.Base(r.path))
		if r.live() != (i == len(all)-1) || i > 0 && !os.SameFile(r.older, all[i-1].info) {
			t.Errorf("a file with another one before it, or taken for the live one: %+v", r)
		}
	}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%v, %v; want %v", got, err, want)
	}
}
