package libvirt

import "strconv"

// words name the values of one of libvirt's enumerations, from 0 on.
type words []string

// of names a value; one that came later than this was written is its number.
func (w words) of(value uint32) string {
	if uint64(value) < uint64(len(w)) && w[value] != "" {
		return w[value]
	}
	return strconv.Itoa(int(int32(value)))
}

var (
	lifecycleWords = words{"defined", "undefined", "started", "suspended", "resumed", "stopped", "shutdown", "pmsuspended", "crashed"}
	// lifecycleDetails are by the word before.
	lifecycleDetails = []words{
		{"added", "updated", "renamed", "from-snapshot"},
		{"removed", "renamed"},
		{"booted", "migrated", "restored", "from-snapshot", "wakeup", "recreated"},
		{"paused", "migrated", "io-error", "watchdog", "restored", "from-snapshot", "api-error", "postcopy", "postcopy-failed"},
		{"unpaused", "migrated", "from-snapshot", "postcopy", "postcopy-failed"},
		{"shutdown", "destroyed", "crashed", "migrated", "saved", "failed", "from-snapshot", "recreated"},
		{"finished", "guest", "host"},
		{"memory", "disk"},
		{"panicked", "crashloaded"},
	}
	watchdogWords        = words{"none", "pause", "reset", "poweroff", "shutdown", "debug", "inject-nmi"}
	ioErrorWords         = words{"none", "pause", "report"}
	graphicsWords        = words{"connect", "initialize", "disconnect"}
	addressWords         = words{"ipv4", "ipv6", "unix"}
	blockJobWords        = words{"unknown", "pull", "copy", "commit", "active-commit", "backup"}
	blockJobStatusWords  = words{"completed", "failed", "canceled", "ready"}
	diskChangeWords      = words{"missing-on-start", "drop-missing-on-start"}
	trayWords            = words{"open", "close"}
	agentWords           = words{"", "connected", "disconnected"}
	agentReasonWords     = words{"unknown", "domain-started", "channel"}
	metadataWords        = words{"description", "title", "element"}
	memoryRecipientWords = words{"hypervisor", "guest"}
	memoryActionWords    = words{"ignore", "inject", "fatal", "reset"}
	stateWords           = words{"no-state", "running", "blocked", "paused", "shutdown", "shutoff", "crashed", "pmsuspended"}
	// stateReasons are by the word before.
	stateReasons = []words{
		{"unknown"},
		{"unknown", "booted", "migrated", "restored", "from-snapshot", "unpaused", "migration-canceled", "save-canceled", "wakeup", "crashed", "postcopy", "postcopy-failed"},
		{"unknown"},
		{"unknown", "user", "migration", "save", "dump", "io-error", "watchdog", "from-snapshot", "shutting-down", "snapshot", "crashed", "starting-up", "postcopy", "postcopy-failed", "api-error"},
		{"unknown", "user"},
		{"unknown", "shutdown", "destroyed", "crashed", "migrated", "saved", "failed", "from-snapshot", "daemon"},
		{"unknown", "panicked"},
		{"unknown"},
	}
)

// pair names a value and one whose meaning hangs on it.
func pair(first words, second []words, a, b uint32) (string, string) {
	if uint64(a) >= uint64(len(second)) {
		return first.of(a), words(nil).of(b)
	}
	return first.of(a), second[a].of(b)
}
