package agent

import (
	"fmt"

	"github.com/coreos/go-systemd/v22/activation"
	"github.com/coreos/go-systemd/v22/daemon"
)

// UnderSystemd takes what systemd has for a service that it starts: whom to
// notify, how often to show a sign of life, and sockets. Where something else
// started the process it does nothing.
func (h *Host) UnderSystemd() error {
	watchdog, err := daemon.SdWatchdogEnabled(true)
	if err != nil {
		return fmt.Errorf("systemd's watchdog: %w", err)
	}
	h.Watchdog = watchdog
	h.Notify = func(state string) {
		if _, err := daemon.SdNotify(false, state); err != nil && h.Log != nil {
			h.Log.Warn("systemd can't be notified", "state", state, "error", err)
		}
	}
	if h.Listeners, err = activation.Listeners(); err != nil {
		return fmt.Errorf("systemd's sockets: %w", err)
	}
	return nil
}
