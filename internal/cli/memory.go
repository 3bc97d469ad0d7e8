package cli

import (
	"os"
	"runtime/debug"
)

// How much a command may grow, in percent, between two garbage collections. A
// trail that only counts holds a few MiB, all of which each collection goes
// through, and makes little garbage. One that keeps all makes hardly any.
const (
	growCounting = 150
	growKeeping  = 300
)

// collectLess makes the garbage collector run less often than by default. GOGC
// in the environment is obeyed.
func collectLess(percent int) {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(percent)
	}
}
