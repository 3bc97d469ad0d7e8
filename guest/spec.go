package guest

// A Spec is a guest and what it has of the host. The zero value of every field
// means that there is none.
//
// Slices are in the order in which a start names their devices; see the
// package's comment on who sorts what.
type Spec struct {
	// Name is the guest's name, any bytes.
	Name string
	// UUID is 36 characters, lower case, with dashes.
	UUID string
	// Virt is the hypervisor's type, virt= in records.
	Virt Virt

	// Memory is all the memory that the guest is defined with, boot memory and
	// memory devices summed up; never what the balloon leaves it.
	Memory Memory
	// VCPUs counts the virtual processors that are enabled, not the most there
	// could be.
	VCPUs VCPUs
	// IOThreads counts the guest's I/O threads.
	IOThreads IOThreads

	// Labels are the security labels of the guest, one a security model. Of a
	// definition only those that are given in it are known.
	Labels []Label

	Disks       []Disk
	Filesystems []Filesystem
	Interfaces  []Interface
	// HostDevices begins with those that are the host's side of an interface
	// (<interface type='hostdev'>), which is in Interfaces too.
	HostDevices []HostDevice
	Redirs      []RedirDevice
	Serials     []Serial
	Parallels   []Parallel
	Channels    []Channel
	// Consoles are those that are devices of their own. A console that is only
	// another name of a serial device isn't.
	Consoles   []Console
	Smartcards []Smartcard
	RNGs       []RNG
	TPMs       []TPM
	Shmems     []Shmem
	// Inputs are those of the host (evdev, passthrough) and, silent, any other.
	Inputs []Input

	// Files are other files and sockets of the host that the guest uses:
	// firmware, kernels, backing files of memory, the sockets of its displays.
	// libvirt never audits them.
	Files []File
}

// Virt is the type of a hypervisor in libvirt's words, the value of virt=.
type Virt string

// The types of the drivers of libvirt that write audit records.
const (
	QEMU Virt = "qemu" // QEMU with its own processor emulation
	KVM  Virt = "kvm"
	HVF  Virt = "hvf" // macOS' hypervisor framework
	LXC  Virt = "lxc"
)

// Known tells whether libvirt has a type of that name; records of any other
// say virt=?. More types are known than the four that have a constant here.
func (v Virt) Known() bool {
	switch v {
	case QEMU, KVM, HVF, LXC,
		"none", "kqemu", "xen", "uml", "openvz", "test", "vmware", "hyperv",
		"vbox", "phyp", "parallels", "bhyve", "vz":
		return true
	}
	return false
}

// A Resource is something of the host that a guest has: one of the device types
// of this package (Disk, RNG and so on), File, or one of Memory, VCPUs and
// IOThreads. Changes also have Label, OpenFile and CgroupRule. All of them are
// values and can be compared with ==. A pointer to one is a Resource to the
// compiler, and is written as the value is, but Diff and == take it for another;
// a nil one panics.
type Resource interface {
	audited() audited
}

// Memory is an amount of memory in KiB.
type Memory uint64

// VCPUs is a number of virtual processors.
type VCPUs uint64

// IOThreads is a number of I/O threads.
type IOThreads uint64

// A Label is a security label that was bound to a guest.
type Label struct {
	Model   string // selinux, apparmor or dac; "" is written as ?
	Process string // the label of the guest's process, "" for none
	Image   string // the label of its images, "" for none
}

// A File is a file or socket of the host that a guest uses and that libvirt
// never audits.
type File struct {
	Use  FileUse
	Path string
}

// FileUse says what a guest does with a File.
type FileUse string

// What guests use files for, beside those of their audited devices.
const (
	FileLoader   FileUse = "loader"   // firmware
	FileNVRAM    FileUse = "nvram"    // the firmware's variables
	FileKernel   FileUse = "kernel"   // a kernel that is booted directly
	FileInitrd   FileUse = "initrd"   // and its initial ramdisk
	FileDTB      FileUse = "dtb"      // and its device tree
	FileMemory   FileUse = "memory"   // what is behind an nvdimm or pmem device
	FileGraphics FileUse = "graphics" // the socket of a VNC or SPICE server
	FileLog      FileUse = "log"      // the log of a character device
)
