package witness

import (
	"os"
	"strings"
	"time"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/hypervisor/proc"
)

// A Report is what a source learned at once, to be committed as a whole.
type Report struct {
	Facts []fact.Fact // their Seq is 0
	// State is what is to be stored by key; nil deletes.
	State map[string][]byte
}

// Give takes a Report, to be committed after those that it took before: by when it
// returns or soon after. An error of it ends the source. It is called by one
// goroutine of a source at a time.
type Give func(Report) error

// A Base is what all sources need.
type Base struct {
	// Node is this host's name in facts.
	Node string
	// States gives what was stored by keys with a prefix; nil gives nothing.
	States func(prefix string) (map[string][]byte, error)
	// Processes is where sources tell each other of guests' processes. It is
	// the same for all sources; nil is for none.
	Processes *Processes
	// Now is the clock, time.Now where it is nil.
	Now func() time.Time
	// Boot tells one boot of the host from another; "" asks the kernel.
	Boot string
	// host is where paths of definitions lead somewhere; nil is this host.
	host *proc.Host
}

func (b Base) withDefaults() Base {
	if b.Now == nil {
		b.Now = time.Now
	}
	if b.States == nil {
		b.States = func(string) (map[string][]byte, error) { return nil, nil }
	}
	if b.Processes == nil {
		b.Processes = NewProcesses()
	}
	if b.host == nil {
		b.host = proc.Local()
	}
	if b.Boot == "" {
		b.Boot = BootID()
	}
	return b
}

// BootID tells one boot of this host from another; "" where the kernel doesn't say.
func BootID() string {
	id, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(id))
}

// millis gives a time as facts have it; that of no time is 0.
func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// timeOf is the inverse of millis.
func timeOf(millis int64) time.Time {
	if millis == 0 {
		return time.Time{}
	}
	return time.UnixMilli(millis)
}
