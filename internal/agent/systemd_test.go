package agent

import (
	"net"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// TestUnderSystemd plays systemd: a socket for notes, and a watchdog.
func TestUnderSystemd(t *testing.T) {
	notes, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: filepath.Join(t.TempDir(), "notify"), Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer notes.Close()
	t.Setenv("NOTIFY_SOCKET", notes.LocalAddr().String())
	t.Setenv("WATCHDOG_USEC", "60000000")
	t.Setenv("WATCHDOG_PID", strconv.Itoa(os.Getpid()))
	var h Host
	if err := h.UnderSystemd(); err != nil {
		t.Fatal(err)
	}
	if h.Watchdog != time.Minute || len(h.Listeners) != 0 {
		t.Errorf("watchdog %v, listeners %v", h.Watchdog, h.Listeners)
	}
	h.Notify("READY=1")
	b := make([]byte, 64)
	if err := notes.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if n, err := notes.Read(b); err != nil || string(b[:n]) != "READY=1" {
		t.Errorf("systemd is notified of %q, %v", b[:n], err)
	}
	if os.Getenv("WATCHDOG_USEC") != "" {
		t.Error("the watchdog is left to children")
	}
}

func TestWithoutSystemd(t *testing.T) {
	for _, name := range []string{"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "LISTEN_FDS", "LISTEN_PID"} {
		t.Setenv(name, "")
	}
	var h Host
	if err := h.UnderSystemd(); err != nil || h.Watchdog != 0 || len(h.Listeners) != 0 {
		t.Errorf("without systemd: %v, %v, %v", err, h.Watchdog, h.Listeners)
	}
	h.Notify("READY=1") // to nobody
}
