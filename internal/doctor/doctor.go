package doctor

import (
	"context"
	"time"

	"github.com/virtaudit/virtaudit/kaudit"
)

// State says how a check turned out.
type State string

// The states. Only Wrong says that records are missing or will be.
const (
	OK      State = "ok"
	Warning State = "warning"
	Wrong   State = "wrong"
	Unknown State = "unknown" // it could not be looked at, or is too early to tell
)

// A Check is what was found of one thing.
type Check struct {
	Name   string `json:"name"`
	State  State  `json:"state"`
	Detail string `json:"detail"`           // what was found
	Advice string `json:"advice,omitempty"` // what to do, unless all is well
}

// A Host is what is examined.
type Host struct {
	// Root is the folder that stands for the host's root folder.
	Root string
	// Status and Rules ask the host's kernel.
	Status func(context.Context) (kaudit.Status, error)
	Rules  func(context.Context) ([]kaudit.Rule, error)
	// Space gives the bytes of a file system that are free, and all of them.
	Space func(path string) (free, total uint64, err error)
	// Now gives the present.
	Now func() time.Time
	// Location is the time zone of times in the findings; nil is UTC.
	Location *time.Location
}

// finding is what a check says.
type finding struct {
	state          State
	detail, advice string
}

func ok(detail string) finding { return finding{OK, detail, ""} }

// checks are all checks, in the order in which they are shown: who looks, and
// then the way of a record.
var checks = []struct {
	name string
	look func(*examination) finding
}{
	{"permissions", (*examination).permissions},
	{"namespaces", (*examination).namespaces},
	{"libvirt", (*examination).libvirt},
	{"audit_level", (*examination).auditLevel},
	{"kernel audit", (*examination).kernelAudit},
	{"rules", (*examination).liveRules},
	{"rule files", (*examination).ruleFiles},
	{"lost records", (*examination).lostRecords},
	{"backlog", (*examination).backlog},
	{"auditd", (*examination).auditd},
	{"auditd.conf", (*examination).auditdSettings},
	{"log", (*examination).log},
	{"rotation", (*examination).rotation},
	{"guest records", (*examination).guestRecords},
}

// examination is what several checks go by.
type examination struct {
	host      Host
	status    kaudit.Status
	statusErr error
	rules     []kaudit.Rule
	rulesErr  error
	processes []process // those that matter here
	daemon    daemon
	logs      logs
}

// Examine makes all checks of a host. The kernel is asked within the context.
func Examine(ctx context.Context, h Host) []Check {
	e := &examination{host: h}
	e.status, e.statusErr = h.Status(ctx)
	e.rules, e.rulesErr = h.Rules(ctx)
	e.processes = h.processes()
	e.daemon = e.findDaemon()
	e.logs = h.findLogs(e.daemon.config)
	found := make([]Check, 0, len(checks))
	for _, c := range checks {
		f := c.look(e)
		found = append(found, Check{c.name, f.state, f.detail, f.advice})
	}
	return found
}

// Worst gives the worst of the states: wrong, then warning, then unknown.
func Worst(found []Check) State {
	seen := map[State]bool{}
	for _, c := range found {
		seen[c.State] = true
	}
	for _, s := range [...]State{Wrong, Warning, Unknown} {
		if seen[s] {
			return s
		}
	}
	return OK
}
