package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/virtaudit/virtaudit/internal/loggen"
)

func TestRunWritesLogAndTruth(t *testing.T) {
	dir := t.TempDir()
	log, truth := filepath.Join(dir, "audit.log"), filepath.Join(dir, "truth.json")
	args := []string{"-size", "256KiB", "-seed", "7", "-nodes", "2", "-labels", "selinux", "-o", log, "-truth", truth}
	if err := run(args, io.Discard, io.Discard); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	var want bytes.Buffer
	if _, err := loggen.Generate(&want, loggen.Config{
		Size: 256 << 10, Seed: 7, Nodes: 2, Labels: loggen.SELinux,
	}); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(text, want.Bytes()) {
		t.Error("not the log of these flags")
	}
	checkTruth(t, truth, len(text))
}

func checkTruth(t *testing.T, path string, size int) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var got loggen.Truth
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	if got.Bytes != int64(size) {
		t.Errorf("the truth is of %d bytes, the log has %d", got.Bytes, size)
	}
}

func TestRunWritesToStandardOutput(t *testing.T) {
	var out bytes.Buffer
	if err := run([]string{"-size", "64KiB"}, &out, io.Discard); err != nil {
		t.Fatal(err)
	}
	if out.Len() < 64<<10 {
		t.Errorf("%d bytes", out.Len())
	}
}

func TestRunRefuses(t *testing.T) {
	for _, args := range [][]string{
		{"-size", "much"},
		{"-labels", "smack"},
		{"-no-such-flag"},
		{"-o", filepath.Join(t.TempDir(), "no", "such", "folder")},
	} {
		if err := run(args, io.Discard, io.Discard); err == nil {
			t.Errorf("%v: no error", args)
		}
	}
	if err := run([]string{"-h"}, io.Discard, io.Discard); !errors.Is(err, flag.ErrHelp) {
		t.Errorf("-h: %v", err)
	}
}
