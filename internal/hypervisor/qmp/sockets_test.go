package qmp

import (
	"maps"
	"net"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// TestUnfound: a pattern that names no socket is told with why; one that names
// some isn't.
func TestUnfound(t *testing.T) {
	dir := filepath.Dir(socketPath(t))
	path := func(name string) string { return filepath.Join(dir, name) }
	l, err := net.Listen("unix", path("a.sock"))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if err := os.WriteFile(path("file"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	got := Unfound([]string{path("a.sock"), path("*.sock"), dir, path("file"), path("b.sock"), path("*.qmp")})
	want := []string{
		dir + " is a folder: name the sockets in it, as in " + path("*"), path("file") + " is no socket",
		"there is no socket " + path("b.sock"), "there is no socket " + path("*.qmp"),
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestSockets(t *testing.T) {
	dir := filepath.Dir(socketPath(t))
	for _, name := range []string{"a.sock", "b.sock", "[c].sock"} {
		l, err := net.Listen("unix", filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
	}
	if err := os.WriteFile(filepath.Join(dir, "file.sock"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("a.sock", filepath.Join(dir, "link.sock")); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		patterns []string
		want     []string
	}{
		{[]string{"*.sock"}, []string{"[c].sock", "a.sock", "b.sock", "link.sock"}},
		{[]string{"a.sock", "?.sock"}, []string{"a.sock", "b.sock"}},
		{[]string{"[c].sock"}, []string{"[c].sock"}},
		{[]string{"none.sock", "none*"}, nil},
	} {
		for i := range tc.patterns {
			tc.patterns[i] = filepath.Join(dir, tc.patterns[i])
		}
		found, err := sockets(tc.patterns)
		var got []string
		for _, path := range slices.Sorted(maps.Keys(found)) {
			got = append(got, filepath.Base(path))
		}
		if err != nil || !slices.Equal(got, tc.want) {
			t.Errorf("%q: %q, %v; want %q", tc.patterns, got, err, tc.want)
		}
	}
}
