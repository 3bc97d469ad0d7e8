package doctor

import (
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// daemon is auditd, or whatever takes the records in its place.
type daemon struct {
	pid       int // 0 if there is none or it isn't known
	name      string
	config    settings
	configAt  string
	configErr error
}

// findDaemon asks the kernel for auditd, or where that doesn't answer looks for
// a process that is called so.
func (e *examination) findDaemon() daemon {
	var d daemon
	if e.statusErr == nil {
		d.pid = e.status.PID
		d.name = e.host.processName(d.pid)
	} else if p := e.named("auditd"); len(p) > 0 {
		d.pid, d.name = p[0].pid, p[0].name
	}
	d.configAt = filepath.Join(e.configDir(d), "auditd.conf")
	text, err := e.host.read(d.configAt)
	d.config, d.configErr = parseSettings(text), err
	return d
}

// configDir gives the folder of auditd's configuration, which it may have been
// started with.
func (e *examination) configDir(d daemon) string {
	const usual = "/etc/audit"
	if d.name != "auditd" {
		return usual
	}
	line, err := e.host.read("proc", strconv.Itoa(d.pid), "cmdline")
	if err != nil {
		return usual
	}
	args := strings.Split(line, "\x00")
	if i := slices.Index(args, "-c"); i >= 0 && i+1 < len(args) && filepath.IsAbs(args[i+1]) {
		return args[i+1]
	}
	return usual
}

const startAuditd = "install auditd and start it: systemctl enable --now auditd"

// auditd tells who takes the kernel's records.
func (e *examination) auditd() finding {
	others := e.listeners()
	also := ""
	if len(others) > 0 {
		also = "; " + strings.Join(others, ", ") + " listens too"
	}
	d := e.daemon
	switch {
	case d.name == "auditd":
		return ok(fmt.Sprintf("running, process %d", d.pid) + also)
	case d.pid != 0 && d.name == "":
		return finding{
			Wrong, fmt.Sprintf("process %d takes the records, and can't be found", d.pid) + also,
			"restart auditd; if the process is in a container, look there for what it writes",
		}
	case d.pid != 0:
		return finding{
			Warning, fmt.Sprintf("%s, process %d, takes the records in its place", d.name, d.pid) + also,
			"see where that writes them, and give it to virtaudit as FILE or -",
		}
	case len(others) > 0:
		return finding{
			Warning, "not running; " + strings.Join(others, ", ") + " listens",
			"read the journal, journalctl -o export _TRANSPORT=audit | virtaudit report -; or " + startAuditd,
		}
	case e.statusErr != nil && !e.host.exists("proc/1/comm"):
		return finding{Unknown, "the processes of others can't be seen", "run this as root"}
	}
	return finding{Wrong, "not running: records end in the kernel's log, which drops most of them", startAuditd}
}

// listeners names the processes that get the kernel's records beside auditd:
// the sockets of the audit protocol that joined its group. A socket's address
// is the process that opened it; process 1 does that for journald.
func (e *examination) listeners() []string {
	const auditProtocol, readLog = "9", 1
	table, err := e.host.read("proc/net/netlink")
	if err != nil {
		return nil
	}
	var names []string
	for line := range strings.Lines(table) {
		f := strings.Fields(line) // sk Eth Pid Groups ...
		if len(f) < 4 || f[1] != auditProtocol {
			continue
		}
		groups, err := strconv.ParseUint(f[3], 16, 32)
		if err != nil || groups&readLog == 0 {
			continue
		}
		if name := e.listener(f[2]); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

func (e *examination) listener(address string) string {
	pid, err := strconv.Atoi(address)
	if err != nil || pid <= 0 {
		return "a process"
	}
	switch name := e.host.processName(pid); {
	case pid == 1 || name == "systemd-journal":
		return "systemd-journald"
	case name != "":
		return name
	}
	return "a process"
}
