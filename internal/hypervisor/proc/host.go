package proc

import (
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
)

// A Host is where processes are looked at.
type Host struct {
	root string // the folder that has proc and sys
	// diagnose asks the kernel for the unix sockets of this process's network
	// namespace; nil where the folder stands for another host.
	diagnose func() (map[uint64]unixSocket, error)
}

// Local is this host.
func Local() *Host { return &Host{root: "/", diagnose: diagnoseUnix} }

// At is a host whose /proc and /sys are below a folder. Its sockets are known
// from the texts in proc/PID/net alone, which name no peers of unix sockets.
func At(root string) *Host { return &Host{root: root} }

func (h *Host) path(elements ...string) string {
	return filepath.Join(append([]string{h.root}, elements...)...)
}

// capabilities are those that it takes, by their bits.
var capabilities = []struct {
	bit  int
	name string
}{
	{19, "CAP_SYS_PTRACE"},
	{2, "CAP_DAC_READ_SEARCH"},
}

// Lacking names those of the two capabilities that this process hasn't, and
// without which processes of other users can't be looked at.
func (h *Host) Lacking() ([]string, error) {
	self, err := openFolder(h.path("proc", "self"))
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", h.path("proc", "self"), err)
	}
	defer self.close()
	text, _, err := self.read("status", make([]byte, 8<<10))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", h.path("proc", "self", "status"), err)
	}
	effective, err := strconv.ParseUint(statusLine(text, "CapEff"), 16, 64)
	if err != nil {
		return nil, fmt.Errorf("%s: CapEff: %w", h.path("proc", "self", "status"), err)
	}
	var lacking []string
	for _, c := range capabilities {
		if effective>>c.bit&1 == 0 {
			lacking = append(lacking, c.name)
		}
	}
	return lacking, nil
}

// statusLine gives a value of /proc/PID/status.
func statusLine(text []byte, name string) string {
	for line := range strings.Lines(string(text)) {
		if value, ok := strings.CutPrefix(line, name+":"); ok {
			return strings.TrimSpace(value)
		}
	}
	return ""
}
