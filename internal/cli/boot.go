package cli

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// bootTime gives when this system booted.
func bootTime() (time.Time, error) {
	const file = "/proc/stat"
	text, err := os.ReadFile(file)
	if err != nil {
		return time.Time{}, err
	}
	t, err := parseBootTime(string(text))
	if err != nil {
		return t, fmt.Errorf("%s: %w", file, err)
	}
	return t, nil
}

// parseBootTime finds the line btime SECONDS. The line of the interrupts before
// it is longer than any reader of lines expects.
func parseBootTime(stat string) (time.Time, error) {
	_, rest, ok := strings.Cut("\n"+stat, "\nbtime ")
	if !ok {
		return time.Time{}, errors.New("it doesn't say when the system booted")
	}
	text, _, _ := strings.Cut(rest, "\n")
	seconds, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return time.Time{}, fmt.Errorf("btime %q is no number", text)
	}
	return time.Unix(seconds, 0), nil
}
