//go:build linux

package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestThisMachine(t *testing.T) {
	facts := strings.Join(thisMachine(context.Background()), "\n")
	for _, want := range []string{"cores", "kernel: Linux ", "Go: go"} {
		if !strings.Contains(facts, want) {
			t.Errorf("no %q in\n%s", want, facts)
		}
	}
}

func TestFieldOf(t *testing.T) {
	path := filepath.Join(t.TempDir(), "cpuinfo")
	if err := os.WriteFile(path, []byte("processor\t: 0\nmodel name\t: Some   CPU: fast\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := fieldOf(path, "model name"); got != "Some CPU: fast" {
		t.Errorf("got %q", got)
	}
	if got := fieldOf(path, "model"); got != "unknown" {
		t.Errorf("got %q", got)
	}
}
