//go:build linux

package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func shell(script string) program { return installed("script", "sh", "-c", script) }

func TestExecuteAccounts(t *testing.T) {
	const work = "i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done; sleep 0.1"
	s, err := shell(work).execute(context.Background(), "", time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	if s.wall < s.cpu || s.wall < 100*time.Millisecond || s.cpu <= 0 || s.rss < 1<<19 {
		t.Errorf("%+v", s)
	}
}

func TestExecutePassesTheLog(t *testing.T) {
	log := filepath.Join(t.TempDir(), "audit.log")
	if _, err := shell(`echo seen > "$0"`).execute(context.Background(), log, time.Minute); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(log); err != nil || string(text) != "seen\n" {
		t.Errorf("%q, %v", text, err)
	}
}

func TestExecuteReportsFailure(t *testing.T) {
	_, err := shell("echo no such thing >&2; exit 3").execute(context.Background(), "", time.Minute)
	if err == nil || !strings.Contains(err.Error(), "no such thing") || !strings.Contains(err.Error(), "script") {
		t.Errorf("got %v", err)
	}
}

func TestExecuteGivesUp(t *testing.T) {
	_, err := installed("sleep", "sleep", "30").execute(context.Background(), "0", 50*time.Millisecond)
	if !errors.Is(err, errTimeout) {
		t.Errorf("got %v", err)
	}
}

func TestFirstBytes(t *testing.T) {
	var f firstBytes
	for range 100 {
		if n, err := f.Write([]byte("0123456789")); n != 10 || err != nil {
			t.Fatal(n, err)
		}
	}
	if len(f.text) != 300 {
		t.Errorf("kept %d", len(f.text))
	}
}
