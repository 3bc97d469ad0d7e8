package main

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

// TestCutStream holds that no beginning of a stream passes for the whole.
func TestCutStream(t *testing.T) {
	whole := streams(t, "good")
	if _, status := report(whole, false); status != 0 {
		t.Fatalf("the whole stream gives status %d", status)
	}
	for at := 0; at < len(whole)-1; at++ {
		got, status := report(whole[:at], false)
		if status != 1 || strings.Contains(lastLine(got), " 0 failed") {
			t.Fatalf("cut after %d bytes: status %d, %q", at, status, lastLine(got))
		}
	}
}

func TestForeignLine(t *testing.T) {
	got, status := report("FAIL\texample.com/m/x [setup failed]\n"+streams(t, "good"), false)
	if status != 1 || lastLine(got) != "3 passed, 1 failed, 3 skipped" {
		t.Errorf("status %d, %q", status, lastLine(got))
	}
	if !strings.HasPrefix(got, "FAIL\texample.com/m/x [setup failed]\n") {
		t.Errorf("the line is not shown:\n%s", got)
	}
}

// TestBuildFailureAlone covers a stream whose only complaint is the build's.
func TestBuildFailureAlone(t *testing.T) {
	broken, _, _ := strings.Cut(streams(t, "broken"), `{"Action":"start"`)
	got, status := report(streams(t, "good")+broken, false)
	if status != 1 || lastLine(got) != "3 passed, 1 failed, 3 skipped" {
		t.Errorf("status %d, %q", status, lastLine(got))
	}
}

func TestReadError(t *testing.T) {
	in := io.MultiReader(strings.NewReader(streams(t, "good")), iotest.ErrReader(errors.New("input/output error")))
	var out strings.Builder
	if status := run(in, &out, false); status != 1 {
		t.Errorf("status %d, want 1", status)
	}
	if want := "reading the stream: input/output error\n"; !strings.Contains(out.String(), want) {
		t.Errorf("no %q in:\n%s", want, out.String())
	}
}

// TestInterleaved holds that packages that run side by side are told apart.
func TestInterleaved(t *testing.T) {
	good := strings.SplitAfter(streams(t, "good"), "\n")
	bad := strings.SplitAfter(streams(t, "bad"), "\n")
	var mixed strings.Builder
	for i := range max(len(good), len(bad)) {
		if i < len(good) {
			mixed.WriteString(good[i])
		}
		if i < len(bad) {
			mixed.WriteString(bad[i])
		}
	}
	got, _ := report(mixed.String(), false)
	if lastLine(got) != "6 passed, 3 failed, 3 skipped" {
		t.Errorf("%q", lastLine(got))
	}
}
