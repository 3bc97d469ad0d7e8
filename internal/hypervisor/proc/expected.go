package proc

import (
	"strings"

	"github.com/virtaudit/virtaudit/guest"
)

// A rule says what every guest's process may have open. All that a row names
// has to be so.
type rule struct {
	why  string
	kind Kind

	device guest.DeviceNumber
	node   string // the kernel's name of a device that has no fixed number

	name           string // the whole path
	prefix, suffix string // of the path
	within         string // somewhere in the path
	base           string // the beginning of the file's own name
	own            bool   // the command line names it as the process's own
	program        bool   // it is the program itself

	deleted bool
	// stdio: only standard output and error. What the process opens later has
	// other numbers.
	stdio bool
	// only is the access that it may have at most; "" is any.
	only Access
}

// rules are all there are. A device goes by its number, not by the path that
// someone gave it.
var rules = []rule{
	{why: "null device", kind: Char, device: guest.DeviceNumber{Major: 1, Minor: 3}},
	{why: "zero device", kind: Char, device: guest.DeviceNumber{Major: 1, Minor: 5}},
	{why: "kvm", kind: Char, device: guest.DeviceNumber{Major: 10, Minor: 232}},
	{why: "VFIO container", kind: Char, device: guest.DeviceNumber{Major: 10, Minor: 196}},
	{why: "VFIO container", kind: Char, node: "iommu"},

	{why: "event", kind: Anon, name: "[eventfd]"},
	{why: "event", kind: Anon, name: "[eventpoll]"},
	{why: "event", kind: Anon, name: "[signalfd]"},
	{why: "event", kind: Anon, name: "[timerfd]"},
	{why: "event", kind: Anon, name: "[io_uring]"},
	{why: "event", kind: Anon, name: "inotify"},
	{why: "event", kind: Pipe},
	{why: "kvm", kind: Anon, prefix: "kvm-"},
	{why: "kvm", kind: Anon, prefix: "[kvm-"},
	{why: "guest memory", kind: Anon, name: "[userfaultfd]"},

	{why: "guest memory", kind: Memory, name: "memory-backend-memfd"},
	{why: "guest memory", kind: File, prefix: "/dev/hugepages/", base: "qemu_back_mem.", deleted: true},
	{why: "guest memory", kind: File, prefix: "/dev/shm/", base: "qemu_back_mem.", deleted: true},
	// Where huge pages are mounted is the host's choice; below that it is libvirt's.
	{why: "guest memory", kind: File, within: "/libvirt/qemu/", base: "qemu_back_mem.", deleted: true},
	{why: "translated code", kind: Memory, name: "tcg-jit"},

	{why: "log", kind: File, stdio: true, only: Write},
	{why: "log or pid file", kind: File, own: true, only: Write},
	{why: "pid file", kind: File, within: "/libvirt/", suffix: ".pid", only: Write},
	{why: "monitor", kind: Unix, within: "/libvirt/", suffix: "/monitor.sock"},
	{why: "monitor", kind: Unix, own: true},

	// What libraries read when a process starts.
	{why: "the kernel's tables", kind: File, name: "/proc/filesystems", only: Read},
	{why: "the kernel's tables", kind: File, name: "/proc/meminfo", only: Read},
	{why: "the kernel's tables", kind: File, prefix: "/sys/devices/system/", only: Read},

	{why: "program", kind: Mapped, program: true},
	{why: "library", kind: Mapped, prefix: "/usr/", only: Read},
	{why: "library", kind: Mapped, prefix: "/lib", only: Read},
	{why: "library", kind: Mapped, prefix: "/nix/store/", only: Read},
	{why: "library", kind: Mapped, prefix: "/gnu/store/", only: Read},
	{why: "guest memory", kind: Mapped, name: "/memfd:memory-backend-memfd", deleted: true},
	{why: "shared memory", kind: Mapped, name: "/dev/zero", deleted: true},
	{why: "kvm", kind: Mapped, prefix: "anon_inode:kvm-"},
	{why: "event", kind: Mapped, name: "anon_inode:[io_uring]"},
	{why: "event", kind: Mapped, name: "/[aio]", deleted: true},
}

// expected gives why a process has something open that is of no interest, ""
// if it is of interest.
func expected(h *Held, fd string, p *Process) string {
	for i := range rules {
		if r := &rules[i]; r.kind == h.Kind && r.covers(h, fd, p) {
			return r.why
		}
	}
	return ""
}

func (r *rule) covers(h *Held, fd string, p *Process) bool {
	switch {
	case r.device != guest.DeviceNumber{} && r.device != h.Device,
		r.node != "" && r.node != h.Node,
		r.name != "" && r.name != h.Path,
		!strings.HasPrefix(h.Path, r.prefix),
		!strings.HasSuffix(h.Path, r.suffix),
		!strings.Contains(h.Path, r.within),
		!strings.HasPrefix(h.Path[strings.LastIndexByte(h.Path, '/')+1:], r.base),
		r.deleted && !h.Deleted,
		r.stdio && fd != "1" && fd != "2",
		r.only != "" && r.only != h.Access:
		return false
	}
	return (!r.own || p.claims.covers(h.Path)) && (!r.program || p.Exe == h.Path)
}
