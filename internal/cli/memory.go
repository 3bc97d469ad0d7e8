package cli

import (
	"os"
	"runtime/debug"
)

// growKeeping is how much a command that keeps a trail may grow, in percent,
// between two garbage collections: it makes hardly any garbage.
const growKeeping = 300

// collectLess makes the garbage collector run less often than by default. GOGC
// in the environment is obeyed.
func collectLess() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(growKeeping)
	}
}
