package guest

// A Chardev is the host's side of a character device: of serial ports and
// channels, but also of EGD backends, smartcards and redirected devices. It is
// audited by its path; types that have none are silent.
type Chardev struct {
	Type ChardevType
	// Path is that of the file, device, pipe or socket. A pty has none until
	// it is allotted; of nmdm it is the master's.
	Path string
	// EmptyPath says that Path is there, and empty.
	EmptyPath bool
	// SlavePath is the slave's path, of nmdm only.
	SlavePath string
	// Host and Service (a port) are those of tcp and udp: where to connect to,
	// or where to listen. Of spiceport and dbus, Service is the channel's
	// name.
	Host    string
	Service string
	// Listen says that the host waits for connections at Host and Service, or
	// on the socket at Path; otherwise it connects.
	Listen bool
}

// ChardevType says what the host's side of a character device is.
type ChardevType string

// The types. Those after ChardevUnix are silent.
const (
	ChardevPTY       ChardevType = "pty"
	ChardevDev       ChardevType = "dev"
	ChardevFile      ChardevType = "file"
	ChardevPipe      ChardevType = "pipe"
	ChardevNMDM      ChardevType = "nmdm"
	ChardevUnix      ChardevType = "unix"
	ChardevTCP       ChardevType = "tcp"
	ChardevUDP       ChardevType = "udp"
	ChardevNull      ChardevType = "null"
	ChardevVC        ChardevType = "vc"
	ChardevStdio     ChardevType = "stdio"
	ChardevSpiceVMC  ChardevType = "spicevmc"
	ChardevSpicePort ChardevType = "spiceport"
	ChardevVDAgent   ChardevType = "qemu-vdagent"
	ChardevDBus      ChardevType = "dbus"
)

// A Serial is a serial port.
type Serial struct {
	Target string // isa-serial, pci-serial, usb-serial, ...
	Source Chardev
}

// A Parallel is a parallel port.
type Parallel struct {
	Source Chardev
}

// A Channel is a private way between host and guest, as that of a guest agent.
type Channel struct {
	Target string // virtio, guestfwd or xen
	Name   string // org.qemu.guest_agent.0
	Source Chardev
}

// A Console is a console that is a device of its own.
type Console struct {
	Target string // virtio, sclp, lxc, ...
	Source Chardev
}
