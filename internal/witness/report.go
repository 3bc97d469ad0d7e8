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
	// State has the values to store by key; nil deletes a key.
	State map[string][]byte
}

// Give takes a Report, to be committed after those that it took before, when it returns
// or soon after. If it returns an error the source ends. A source calls it from one
// goroutine at a time.
type Give func(Report) error

// A Base is what all sources need.
type Base struct {
	// Node is this host's name in facts.
	Node string
	// States gives the stored values of the keys that begin with a prefix; nil stands
	// for none.
	States func(prefix string) (map[string][]byte, error)
	// Processes is where sources tell each other of guests' processes. All sources
	// share one; nil is for a source alone.
	Processes *Processes
	// Now is the clock; nil is time.Now.
	Now func() time.Time
	// Boot identifies this boot of the host; "" asks the kernel.
	Boot string
	// host is where the paths of definitions are looked up; nil is this host.
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

// BootID identifies this boot of the host; "" if the kernel doesn't tell.
func BootID() string {
	id, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(id))
}

// millis gives a time as facts have it: the zero time is 0.
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
