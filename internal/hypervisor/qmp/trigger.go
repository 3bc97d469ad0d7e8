package qmp

import "strings"

// triggers are the beginnings of the names of events after which a guest may
// have something else than before.
var triggers = []string{
	"ACPI_DEVICE_OST",
	"BLOCK_JOB_",
	"DEVICE_DELETED",
	"DEVICE_TRAY_MOVED",
	"JOB_STATUS_CHANGE",
	"MEMORY_DEVICE_SIZE_CHANGE",
	"MIGRATION",
	"POWERDOWN",
	"RESET",
	"RESUME",
	"SHUTDOWN",
	"STOP",
	"SUSPEND",
	"WAKEUP",
}

// trigger tells whether a look at the guest is due. Lost events may have been
// any.
func (e *Event) trigger() bool {
	if e.Lost > 0 {
		return true
	}
	for _, t := range triggers {
		if strings.HasPrefix(e.Name, t) {
			return true
		}
	}
	return false
}
