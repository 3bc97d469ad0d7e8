package guest

import "fmt"

// An OpenFile is a file that was opened on the host for an interface.
type OpenFile struct {
	MAC    string // the interface's address, as in Interface
	Path   string // /dev/net/tun, /dev/vhost-net, macvtap0
	Device DeviceNumber
}

// A CgroupRule is what a guest's cgroup is allowed or denied. libvirt says
// nothing of rules for regular files, nor may a Change.
type CgroupRule struct {
	// Cgroup is the folder, "" for one that is not known. A slash at its end
	// is added.
	Cgroup string
	Class  CgroupClass
	// Category is pty or sound, and Major its number, of a class of devices.
	Category string
	Major    uint32
	// Path and Device are those of a single device.
	Path   string
	Device DeviceNumber
	// ACL is any of r, w, m in this order; of classes and single devices.
	ACL string
}

// CgroupClass says of how many devices a CgroupRule is.
type CgroupClass string

// The classes.
const (
	CgroupAll   CgroupClass = "all"   // every device; it is only ever denied
	CgroupMajor CgroupClass = "major" // those of one major number; only allowed
	CgroupPath  CgroupClass = "path"  // a single one
)

// A DeviceNumber is the number of a device file. The zero value is that of a
// path that is none, or whose number isn't known.
type DeviceNumber struct {
	Major, Minor uint32
}

// value gives the number as records write it.
func (n DeviceNumber) value() value {
	if n == (DeviceNumber{}) {
		return missing
	}
	return word(fmt.Sprintf("%02X:%02X", n.Major, n.Minor))
}
