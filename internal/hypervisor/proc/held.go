package proc

import (
	"cmp"
	"strings"

	"github.com/virtaudit/virtaudit/guest"
)

// Kind says what a process has open.
type Kind string

// The kinds.
const (
	File      Kind = "file"
	Directory Kind = "dir"
	Block     Kind = "block"
	Char      Kind = "char"
	FIFO      Kind = "fifo"   // a named pipe
	Pipe      Kind = "pipe"   // one without name
	Memory    Kind = "memfd"  // a file in memory that has no path
	Mapped    Kind = "mapped" // a file in the address space, of Sweep.Maps
	Anon      Kind = "anon"   // an object of the kernel's: eventfd, kvm-vm
	Unix      Kind = "unix"
	TCP       Kind = "tcp"
	UDP       Kind = "udp"
	Socket    Kind = "socket" // of another family, or of one that isn't known
	Other     Kind = "other"
)

// Access says what a descriptor may be used for.
type Access string

// The accesses. Of what has none to speak of it is "".
const (
	Read      Access = "r"
	Write     Access = "w"
	ReadWrite Access = "rw"
	PathOnly  Access = "path" // O_PATH: neither read nor written
)

// A Held is something that a process has open. It can be compared with ==; only
// descriptors that are the same in all of this are one Held with a Count.
type Held struct {
	Kind Kind
	// Path is that of a file, device or folder, and the own name of a unix
	// socket; of an abstract one it begins with @. Of a memfd it is its name,
	// of an Anon or Other what the kernel calls it, of a Socket its protocol.
	// It is any bytes, "" if there is none or it isn't known.
	Path string
	// Deleted says that there is no file of this path any more.
	Deleted bool
	Access  Access

	// FS and Inode identify a file or folder on the host, whatever its path.
	FS    guest.DeviceNumber
	Inode uint64

	// Device is a device's number, and Node the kernel's name for it (sda,
	// net/tun), whatever the path; "" if it can't be told.
	Device guest.DeviceNumber
	Node   string
	// Tap is the interface behind /dev/net/tun, PTY the path of the terminal
	// behind /dev/ptmx, PCI the addresses of the devices of a VFIO group or
	// device, in order with spaces between.
	Tap, PTY, PCI string

	// Local and Peer are the ends of a TCP or UDP socket, address:port. Peer of
	// a unix socket is the name of the socket that it is connected to.
	Local, Peer string
	Listening   bool

	// Expected says why it is of no interest, as every guest's process has it;
	// "" if it is of interest.
	Expected string
	// Count is how many descriptors are this; of a Mapped it is 1.
	Count int
}

// compare is the order of a Sight: by kind and name, then by all else.
func (h Held) compare(o Held) int {
	return cmp.Or(
		strings.Compare(string(h.Kind), string(o.Kind)),
		strings.Compare(h.Path, o.Path),
		strings.Compare(h.Local, o.Local),
		strings.Compare(h.Peer, o.Peer),
		strings.Compare(h.Tap, o.Tap),
		strings.Compare(h.PTY, o.PTY),
		strings.Compare(h.PCI, o.PCI),
		strings.Compare(string(h.Access), string(o.Access)),
		cmp.Compare(h.Inode, o.Inode),
		compareNumbers(h.FS, o.FS),
		compareNumbers(h.Device, o.Device),
		compareBools(h.Deleted, o.Deleted),
		compareBools(h.Listening, o.Listening),
		strings.Compare(h.Expected, o.Expected),
		strings.Compare(h.Node, o.Node),
	)
}

func compareNumbers(a, b guest.DeviceNumber) int {
	return cmp.Or(cmp.Compare(a.Major, b.Major), cmp.Compare(a.Minor, b.Minor))
}

func compareBools(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// status is what statx says of a file.
type status struct {
	kind       Kind
	links      uint32
	inode      uint64
	fs, device guest.DeviceNumber
}

// same tells whether two are the same file.
func (s status) same(o status) bool { return s.fs == o.fs && s.inode == o.inode }
