//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// program is a command to measure; the log's path follows its arguments.
type program struct {
	name string // as the tables have it
	path string // "" if it is not installed
	args []string
}

func installed(name, command string, args ...string) program {
	path, err := exec.LookPath(command)
	if err != nil {
		path = ""
	}
	return program{name: name, path: path, args: args}
}

// errTimeout is the end of a run that took too long.
var errTimeout = errors.New("not done in time")

// execute runs the program over the log once. Its output goes through a pipe:
// grep stops at the first match when it writes to /dev/null.
func (p program) execute(ctx context.Context, log string, timeout time.Duration) (sample, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, p.path, append(p.args[:len(p.args):len(p.args)], log)...)
	cmd.Stdout = struct{ io.Writer }{io.Discard}
	var complaint firstBytes
	cmd.Stderr = &complaint
	start := time.Now()
	err := cmd.Run()
	wall := time.Since(start)
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return sample{}, fmt.Errorf("%s: %w (%v)", p.name, errTimeout, timeout)
	}
	if err != nil {
		return sample{}, fmt.Errorf("%s: %w: %s", p.name, err, complaint.text)
	}
	return sampleOf(cmd.ProcessState, wall)
}

func sampleOf(state *os.ProcessState, wall time.Duration) (sample, error) {
	usage, ok := state.SysUsage().(*syscall.Rusage)
	if !ok {
		return sample{}, errors.New("the system accounts no resources")
	}
	return sample{
		wall: wall,
		cpu:  state.UserTime() + state.SystemTime(),
		rss:  usage.Maxrss << 10, // Linux counts KiB
	}, nil
}

// firstBytes keeps the beginning of what a program says.
type firstBytes struct{ text []byte }

func (f *firstBytes) Write(b []byte) (int, error) {
	if room := 300 - len(f.text); room > 0 {
		f.text = append(f.text, b[:min(room, len(b))]...)
	}
	return len(b), nil
}

// warm reads a file so that it is in the page cache.
func warm(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = io.CopyBuffer(struct{ io.Writer }{io.Discard}, struct{ io.Reader }{f}, make([]byte, 1<<18))
	return err
}
