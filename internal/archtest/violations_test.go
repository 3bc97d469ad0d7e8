package archtest

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// good is a package without fault; the cases spoil it.
func good(path, name string) pkg {
	return pkg{path: path, name: name, comment: "Package " + name + " does one thing.\n"}
}

func TestViolations(t *testing.T) {
	for _, tc := range []struct {
		name  string
		spoil func() pkg
		want  []string
	}{
		{"none", func() pkg {
			p := good("internal/trail", "trail")
			p.imports = []ref{{"time", "a.go:3"}, {module + "/record", "a.go:5"}}
			p.testImports = []ref{{"os", "a_test.go:3"}, {module + "/internal/loggen", "a_test.go:4"}}
			p.uses = []ref{{"time.Unix", "a.go:9"}}
			return p
		}, nil},
		{"ours", func() pkg {
			p := good("internal/trail", "trail")
			p.imports = []ref{{module + "/internal/store", "internal/trail/guest.go:7"}}
			return p
		}, []string{"internal/trail/guest.go:7: internal/trail must not import internal/store; of ours it may import record, internal/fact, internal/recent"}},
		{"the heart", func() pkg {
			p := good("record", "record")
			p.imports = []ref{{module + "/guest", "record/kind.go:4"}}
			return p
		}, []string{"record/kind.go:4: record must not import guest; of ours it may import nothing"}},
		{"the module's root", func() pkg {
			p := good("internal/cli", "cli")
			p.imports = []ref{{module, "internal/cli/run.go:4"}}
			return p
		}, []string{"internal/cli/run.go:4: internal/cli must not import .; of ours it may import " + listOf(product)}},
		{"another's", func() pkg {
			p := good("internal/input", "input")
			p.imports = []ref{{"github.com/klauspost/compress/zstd", "a.go:3"}, {"github.com/klauspost/compressor", "a.go:4"}}
			return p
		}, []string{"a.go:4: internal/input must not import github.com/klauspost/compressor; of others it may import github.com/klauspost/compress, github.com/ulikunitz/xz"}},
		{"cgo", func() pkg {
			p := good("internal/cli", "cli")
			p.imports = []ref{{"C", "a.go:3"}}
			return p
		}, []string{"a.go:3: internal/cli must not import C; of others it may import github.com/spf13/cobra, golang.org/x/term"}},
		{"a public test", func() pkg {
			p := good("auditlog", "auditlog")
			p.testImports = []ref{{module + "/kaudit", "a_test.go:3"}, {module + "/internal/loggen", "a_test.go:4"}, {"github.com/x/y", "a_test.go:5"}}
			return p
		}, []string{
			"a_test.go:4: auditlog is public, so its tests must not import internal/loggen",
			"a_test.go:5: auditlog is public, so its tests must not import github.com/x/y; of others they may import nothing",
		}},
		{"files and the clock", func() pkg {
			p := good("internal/report", "report")
			p.imports = []ref{{"os", "a.go:3"}, {"net/netip", "a.go:4"}}
			p.uses = []ref{{"time.Now", "a.go:8"}, {"time.UTC", "a.go:9"}}
			return p
		}, []string{
			"a.go:3: internal/report must not import os; files, sockets and processes enter as parameters",
			"a.go:8: internal/report must not use time.Now; the time and the streams enter as parameters",
		}},
		{"files where they belong", func() pkg {
			p := good("internal/input", "input")
			p.imports = []ref{{"os", "a.go:3"}}
			return p
		}, nil},
		{"a stranger", func() pkg {
			return good("internal/util", "util")
		}, []string{"internal/util is not in the dependency map: add it to internal/archtest/map_test.go"}},
		{"no comment", func() pkg {
			return pkg{path: "record", name: "record"}
		}, []string{"record has no package comment"}},
		{"another form of comment", func() pkg {
			return pkg{path: "record", name: "record", comment: "This package decodes.\n"}
		}, []string{`record: the package comment does not begin with "Package record "`}},
		{"a command's comment", func() pkg {
			return pkg{path: "cmd/virtaudit", name: "main", comment: "Virtaudit reads.\n"}
		}, nil},
		{"unreadable", func() pkg {
			return pkg{path: "record", fault: "a.go:1:1: expected 'package'"}
		}, []string{"record: a.go:1:1: expected 'package'"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := violations(tc.spoil()); !slices.Equal(got, tc.want) {
				t.Errorf("got  %q\nwant %q", got, tc.want)
			}
		})
	}
}

// TestRead goes the whole way from files and a line of `go list -json`.
func TestRead(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("trail.go", "// Package trail derives.\npackage trail\n\nimport clock \"time\"\n\nvar began = clock.Now()\n")
	write("trail_windows.go", "package trail\n\nimport _ \"net\"\n")
	write("make.go", "//go:build ignore\n\npackage main\n\nimport _ \"os\"\n")
	write("trail_test.go", "package trail_test\n\nimport _ \"os\"\n")

	pkgs, err := decode([]byte(`{"Dir": "` + dir + `", "ImportPath": "` + module + `/internal/trail", "Name": "trail",
		"GoFiles": ["trail.go"], "IgnoredGoFiles": ["trail_windows.go", "make.go"], "XTestGoFiles": ["trail_test.go"]}`))
	if err != nil || len(pkgs) != 1 {
		t.Fatalf("%d packages, %v", len(pkgs), err)
	}
	want := []string{
		"internal/trail/trail_windows.go:3: internal/trail must not import net; files, sockets and processes enter as parameters",
		"internal/trail/trail.go:6: internal/trail must not use time.Now; the time and the streams enter as parameters",
	}
	if got := violations(pkgs[0]); !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestDecodeRefusesOtherText(t *testing.T) {
	if _, err := decode([]byte("no package\n")); err == nil {
		t.Error("text that is no listing is taken")
	}
}
