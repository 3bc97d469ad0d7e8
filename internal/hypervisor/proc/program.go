package proc

import (
	"path/filepath"
	"strings"
)

// Program is what a process runs.
type Program string

// The programs that run guests, and those that help them.
const (
	QEMU            Program = "qemu"
	LXC             Program = "libvirt_lxc" // the container's controller
	CloudHypervisor Program = "cloud-hypervisor"
	Firecracker     Program = "firecracker"

	Virtiofsd     Program = "virtiofsd"
	SWTPM         Program = "swtpm"
	StorageDaemon Program = "qemu-storage-daemon"
	Passt         Program = "passt"
)

// programs tells a program by its file's name: the name itself, or, with more,
// that and whatever follows it.
var programs = []struct {
	name    string
	more    bool
	program Program
	runs    bool // it runs a guest
}{
	{"qemu-system-", true, QEMU, true},
	{"qemu-kvm", false, QEMU, true},
	{"libvirt_lxc", false, LXC, true},
	{"cloud-hypervisor", true, CloudHypervisor, true},
	{"firecracker", false, Firecracker, true},
	{"firecracker-v", true, Firecracker, true},
	{"virtiofsd", false, Virtiofsd, false},
	{"swtpm", false, SWTPM, false},
	{"qemu-storage-daemon", false, StorageDaemon, false},
	{"passt", true, Passt, false},
}

// Runs tells whether it runs a guest, and isn't a helper.
func (p Program) Runs() bool {
	for _, row := range programs {
		if row.program == p {
			return row.runs
		}
	}
	return false
}

// programOf gives the program of an executable, "" for one that has nothing to
// do with guests.
func programOf(exe string) Program {
	name := filepath.Base(strings.TrimSuffix(exe, deletedMark))
	if inner, wrapped := strings.CutSuffix(name, "-wrapped"); wrapped {
		name = strings.TrimPrefix(inner, ".") // as NixOS renames them
	}
	for _, row := range programs {
		if name == row.name || row.more && strings.HasPrefix(name, row.name) {
			return row.program
		}
	}
	return ""
}
