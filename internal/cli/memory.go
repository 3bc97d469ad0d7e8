package cli

import (
	"os"
	"runtime/debug"
)

// lean makes the garbage collector run earlier than by default: a trail that
// only counts makes little garbage, and its memory is what people see of it on
// a host that has better use for it. GOGC in the environment is obeyed.
func lean() {
	const percent = 60
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(percent)
	}
}
