package witness

import (
	"fmt"
	"slices"
	"strings"

	"github.com/virtaudit/virtaudit/guest"
	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/hypervisor/proc"
)

// A namer gives the Things of definitions the names by which a process may have them open:
// paths without links, device numbers, and the devices behind what a definition names in
// another way. It looks them up on the host as it is now.
type namer struct{ host *proc.Resolver }

func newNamer(h *proc.Host) namer { return namer{proc.NewResolver(h)} }

// name gives Things their Names.
func (n namer) name(all []fact.Thing) []fact.Thing {
	for i := range all {
		all[i].Names = n.names(&all[i])
	}
	return all
}

// pathDetails are the values of a Detail that may be paths.
var pathDetails = [...]string{"source", "socket", "master", "slave"}

func (n namer) names(t *fact.Thing) []string {
	var all []string
	behind := n.behind(t)
	if behind != "" {
		all = append(all, fact.Plain(behind))
	}
	paths := append(make([]string, 0, 2+len(pathDetails)), behind, t.ID)
	for _, name := range pathDetails {
		paths = append(paths, t.Detail[name])
	}
	for _, path := range paths {
		all = n.resolved(all, path)
	}
	return all
}

// resolved adds what a path leads to, if that is known.
func (n namer) resolved(all []string, path string) []string {
	if !strings.HasPrefix(path, "/") {
		return all
	}
	found, err := n.host.Resolve(path)
	if err != nil {
		return all // it has no other names that are known
	}
	if found.Path != path {
		all = added(all, fact.Plain(found.Path))
	}
	if found.Device != (guest.DeviceNumber{}) {
		all = added(all, fmt.Sprintf("%d:%d", found.Device.Major, found.Device.Minor))
	}
	return all
}

func added(all []string, name string) []string {
	if slices.Contains(all, name) {
		return all
	}
	return append(all, name)
}

// behind gives the device that is opened for a thing with another name; "" if there is
// none, or it isn't known.
func (n namer) behind(t *fact.Thing) string {
	switch t.Kind {
	case "disk":
		address, _ := strings.CutPrefix(t.ID, "nvme:")
		if address != t.ID {
			return address // a process has a VFIO device, which is known by it
		}
	case "net":
		if t.Detail["type"] == "direct" {
			return n.host.Macvtap(t.Detail["tap"])
		}
	case "dev", "hostdev":
		return n.hostDevice(guest.HostDeviceType(t.Sub), t.ID)
	}
	return ""
}

func (n namer) hostDevice(kind guest.HostDeviceType, address string) string {
	switch kind {
	case guest.HostUSB:
		bus, device, ok := strings.Cut(address, ".")
		if ok && address != "000.000" { // which is one whose place isn't known
			return "/dev/bus/usb/" + bus + "/" + device
		}
	case guest.HostSCSI:
		if address, ok := strings.CutPrefix(address, "scsi_host"); ok {
			return n.host.SCSIGeneric(address)
		}
	case guest.HostSCSIHost:
		return "/dev/vhost-scsi"
	}
	return ""
}
