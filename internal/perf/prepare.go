//go:build linux

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"

	"github.com/virtaudit/virtaudit/internal/loggen"
)

// build builds the generator, a process of its own because the peak memory of
// this one is the floor for what it can measure, and virtaudit.
func (b *bench) build(ctx context.Context) error {
	b.generator = filepath.Join(b.dir, "gen")
	if err := goBuild(ctx, b.generator, "github.com/virtaudit/virtaudit/internal/loggen/gen"); err != nil {
		return err
	}
	if b.plan.binary != "" {
		path, err := filepath.Abs(b.plan.binary)
		b.plan.binary = path
		return err
	}
	b.plan.binary = filepath.Join(b.dir, "virtaudit")
	err := goBuild(ctx, b.plan.binary, "github.com/virtaudit/virtaudit/cmd/virtaudit")
	if err != nil {
		return fmt.Errorf("no virtaudit to measure (give one with -binary): %w", err)
	}
	return nil
}

func goBuild(ctx context.Context, out, pkg string) error {
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", out, pkg)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if text, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("go build %s: %w: %s", pkg, err, bytes.TrimSpace(text))
	}
	return nil
}

// withLog generates a log, holds virtaudit to its truth, and deletes it after
// use.
func (b *bench) withLog(ctx context.Context, size int64, flags []string, use func(log string) error) error {
	log := filepath.Join(b.dir, "audit.log")
	truth := filepath.Join(b.dir, "audit.log.truth")
	defer os.Remove(log)
	args := append([]string{"-size", loggen.FormatSize(size), "-o", log, "-truth", truth}, flags...)
	fmt.Fprintf(b.progress, "perf: %s %s\n", loggen.FormatSize(size), strings.Join(flags, " "))
	if text, err := exec.CommandContext(ctx, b.generator, args...).CombinedOutput(); err != nil {
		return fmt.Errorf("generate %s: %w: %s", loggen.FormatSize(size), err, text)
	}
	if err := warm(log); err != nil {
		return err
	}
	if err := b.check(ctx, log, truth); err != nil {
		return err
	}
	return use(log)
}

// check fails if virtaudit is wrong: how fast it is would be of no interest.
func (b *bench) check(ctx context.Context, log, truthFile string) error {
	text, err := os.ReadFile(truthFile)
	if err != nil {
		return err
	}
	var want, got loggen.Truth
	if err := json.Unmarshal(text, &want); err != nil {
		return fmt.Errorf("truth: %w", err)
	}
	text, err = exec.CommandContext(ctx, b.plan.binary, "summary", "--format", "json", log).Output()
	if err != nil {
		return fmt.Errorf("virtaudit summary --format json: %w", err)
	}
	if err := json.Unmarshal(text, &got); err != nil {
		return fmt.Errorf("virtaudit summary --format json: %w", err)
	}
	if !reflect.DeepEqual(got, want) {
		return fmt.Errorf("virtaudit summary is wrong:\n got %+v\nwant %+v", got, want)
	}
	return nil
}
