package doctor

import (
	"os"
	"slices"
	"strconv"
	"strings"
)

// The namespaces that the kernel begins with: numbers that it fixes
// (linux/proc_fs.h).
const (
	firstUserNamespace = "user:[4026531837]"
	firstPIDNamespace  = "pid:[4026531836]"
)

// libvirtDaemons are those that send records: libvirt's QEMU and LXC drivers
// are in these. The others, such as virtnetworkd, send none.
var libvirtDaemons = []string{"libvirtd", "virtqemud", "virtlxcd"}

// process is one of the host's that matters here.
type process struct {
	pid           int
	name          string
	uid           int    // -1 if unknown
	userNamespace string // "" if unknown
}

// inside tells whether it is in a user namespace of its own, from which the
// kernel takes no records.
func (p process) inside() bool {
	return p.userNamespace != "" && p.userNamespace != firstUserNamespace
}

// processes finds auditd and libvirt's daemons.
func (h Host) processes() []process {
	entries, err := os.ReadDir(h.path("proc"))
	if err != nil {
		return nil
	}
	var found []process
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		if name := h.processName(pid); name == "auditd" || slices.Contains(libvirtDaemons, name) {
			found = append(found, h.process(pid, name))
		}
	}
	slices.SortFunc(found, func(a, b process) int { return a.pid - b.pid })
	return found
}

func (h Host) process(pid int, name string) process {
	p := process{pid: pid, name: name, uid: -1}
	dir := strconv.Itoa(pid)
	p.userNamespace = h.namespace(dir, "user")
	if status, err := h.read("proc", dir, "status"); err == nil {
		p.uid = effectiveUser(status)
	}
	return p
}

// processName gives a process's own name, "" if there is none such.
func (h Host) processName(pid int) string {
	name, err := h.read("proc", strconv.Itoa(pid), "comm")
	if err != nil {
		return ""
	}
	return strings.TrimSuffix(name, "\n")
}

// namespace names the namespace of a kind that a process is in.
func (h Host) namespace(process, kind string) string {
	name, err := os.Readlink(h.path("proc", process, "ns", kind))
	if err != nil {
		return ""
	}
	return name
}

// named gives the processes of a name.
func (e *examination) named(name string) []process {
	var found []process
	for _, p := range e.processes {
		if p.name == name {
			found = append(found, p)
		}
	}
	return found
}

// statusField gives a line of /proc/PID/status.
func statusField(status, name string) []string {
	for line := range strings.Lines(status) {
		if value, ok := strings.CutPrefix(line, name+":"); ok {
			return strings.Fields(value)
		}
	}
	return nil
}

func effectiveUser(status string) int {
	if ids := statusField(status, "Uid"); len(ids) > 1 {
		if uid, err := strconv.Atoi(ids[1]); err == nil {
			return uid
		}
	}
	return -1
}
