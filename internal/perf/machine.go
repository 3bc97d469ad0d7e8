//go:build linux

package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
)

// thisMachine says on what the figures were taken, one fact a line.
func thisMachine(ctx context.Context) []string {
	facts := []string{
		fmt.Sprintf("CPU: %s, %d cores", fieldOf("/proc/cpuinfo", "model name"), runtime.NumCPU()),
		"memory: " + fieldOf("/proc/meminfo", "MemTotal"),
		"kernel: Linux " + firstLine(readText("/proc/sys/kernel/osrelease")),
		"Go: " + runtime.Version(),
	}
	for _, tool := range []string{"rg", "grep", "ausearch"} {
		if version := versionOf(ctx, tool); version != "" {
			facts = append(facts, tool+": "+version)
		}
	}
	return facts
}

// fieldOf gives the first value of a name in a file of lines "name : value".
func fieldOf(path, name string) string {
	for line := range strings.Lines(readText(path)) {
		key, value, found := strings.Cut(line, ":")
		if found && strings.TrimSpace(key) == name {
			return strings.Join(strings.Fields(value), " ")
		}
	}
	return "unknown"
}

func readText(path string) string {
	text, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	return string(text)
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	return line
}

// versionOf is the first line that a tool says of its version.
func versionOf(ctx context.Context, tool string) string {
	text, err := exec.CommandContext(ctx, tool, "--version").Output()
	if err != nil {
		return ""
	}
	return firstLine(string(text))
}
