package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/virtaudit/virtaudit/kaudit"
)

// The values of --to.
const (
	toKernel = "kernel"
	toStdout = "stdout"
	toFile   = "file:" // and a path
)

// A destination is where messages go.
type destination struct {
	name string
	// patient is a destination whose reader may take all the time it needs.
	patient bool
	open    func(ctx context.Context) (kaudit.Sender, io.Closer, error)
}

// destinations reads --to.
func (e *emitter) destinations() ([]destination, error) {
	var all []destination
	for i, name := range e.to {
		if slices.ContainsFunc(e.to[:i], func(other string) bool { return sameDestination(name, other) }) {
			return nil, fmt.Errorf("--to %s is given twice", shownName(name))
		}
		d := destination{name: shownName(name)}
		path, isFile := strings.CutPrefix(name, toFile)
		switch {
		case name == toKernel:
			d.open = e.openKernel
		case name == toStdout:
			d.patient, d.open = true, e.openStdout
		case isFile && path != "":
			d.open = func(ctx context.Context) (kaudit.Sender, io.Closer, error) {
				f, err := kaudit.OpenFile(ctx, path, kaudit.FileOptions{})
				return f, f, err
			}
		default:
			return nil, fmt.Errorf("--to %q: there are kernel, stdout and file:PATH", name)
		}
		all = append(all, d)
	}
	return all, nil
}

// sameDestination tells whether two values of --to mean the same: files may have
// several names.
func sameDestination(a, b string) bool {
	pathA, isFileA := strings.CutPrefix(a, toFile)
	pathB, isFileB := strings.CutPrefix(b, toFile)
	if a == b || !isFileA || !isFileB {
		return a == b
	}
	fileA, errA := os.Stat(pathA)
	fileB, errB := os.Stat(pathB)
	return filepath.Clean(pathA) == filepath.Clean(pathB) || errA == nil && errB == nil && os.SameFile(fileA, fileB)
}

func (e *emitter) openStdout(context.Context) (kaudit.Sender, io.Closer, error) {
	return stdoutSender{kaudit.NewWriter(e.std.Out)}, nothing{}, nil
}

// A stdoutSender ends with the context, which a write into a full pipe doesn't.
// Nothing can be sent after that.
type stdoutSender struct{ kaudit.Sender }

func (s stdoutSender) Send(ctx context.Context, m kaudit.Message) error {
	sent := make(chan error, 1)
	go func() { sent <- s.Sender.Send(ctx, m) }()
	select {
	case err := <-sent:
		return err
	case <-ctx.Done():
		return fmt.Errorf("write %v: %w", m.Type, fmt.Errorf("%w (%w)", kaudit.ErrUnconfirmed, context.Cause(ctx)))
	}
}

func (e *emitter) openKernel(context.Context) (kaudit.Sender, io.Closer, error) {
	c, err := e.dial()
	return c, c, err
}

// nothing is there to be closed.
type nothing struct{}

func (nothing) Close() error { return nil }

func completeTo(_ *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
	return []string{toKernel, toStdout, toFile}, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
}
