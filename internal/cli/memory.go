package cli

import (
	"os"
	"runtime/debug"
)

// collectLess makes the garbage collector run less often than by default. A
// trail that only counts holds a few MiB, all of which each collection goes
// through, and makes little garbage. GOGC in the environment is obeyed.
func collectLess() {
	const percent = 150
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(percent)
	}
}
