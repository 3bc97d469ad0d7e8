package libvirtxml

import (
	"fmt"

	"github.com/virtaudit/virtaudit/guest"
)

func (p *parser) hostDevice(n *node) error {
	from := n.child("source")
	if from == nil {
		return n.lacks("source")
	}
	kind, ok := n.attr("type")
	if !ok {
		return n.lacks("@type")
	}
	d := guest.HostDevice{Type: guest.HostDeviceType(kind)}
	var err error
	switch mode := n.attrOr("mode", "subsystem"); mode {
	case "subsystem":
		err = subsystemDevice(n, from, &d)
	case "capabilities":
		err = containerDevice(n, from, &d)
	default:
		err = n.refuseAttr("mode", "neither subsystem nor capabilities")
	}
	if err != nil {
		return err
	}
	p.spec.HostDevices = append(p.spec.HostDevices, d)
	return nil
}

// subsystemDevice reads the address of a device on one of the host's buses.
func subsystemDevice(n, from *node, d *guest.HostDevice) (err error) {
	switch d.Type {
	case guest.HostPCI:
		d.Address, err = pciAddress(from.child("address"))
	case guest.HostUSB:
		d.Address, err = usbAddress(from.child("address"))
	case guest.HostSCSI:
		if from.attrOr("protocol", "") == "iscsi" {
			d.Type = guest.HostISCSI
			d.Address = hosts(from) + "/" + from.attrOr("name", "")
			return nil
		}
		d.Address, err = scsiAddress(from)
	case guest.HostSCSIHost:
		d.Address, err = neededAttr(from, "wwpn")
	case guest.HostMDev:
		d.Address, err = mdevAddress(from)
	default:
		err = n.refuseAttr("type", "not a type of host device")
	}
	return err
}

// capabilities are the elements that name what a container gets of the host.
var capabilities = map[guest.HostDeviceType]string{
	guest.HostStorage: "block",
	guest.HostMisc:    "char",
	guest.HostNet:     "interface",
}

func containerDevice(n, from *node, d *guest.HostDevice) error {
	name := capabilities[d.Type]
	if name == "" {
		return n.refuseAttr("type", "not a type of what a container gets of the host")
	}
	if d.Address = from.child(name).content(); d.Address == "" {
		return from.lacks(name)
	}
	return nil
}

func neededAttr(n *node, name string) (string, error) {
	value, ok := n.attr(name)
	if !ok {
		return "", n.lacks("@" + name)
	}
	return value, nil
}

// numbers reads attributes that are numbers. Where one is missing it is 0, and
// where one is over its limit the element is refused.
func numbers(n *node, names []string, limits []uint64) (values [4]uint64, err error) {
	for i, name := range names {
		if values[i], err = n.uintAttr(name, 0); err != nil {
			return values, err
		}
		if values[i] > limits[i] {
			return values, n.refuseAttr(name, "%#x is over %#x", values[i], limits[i])
		}
	}
	return values, nil
}

func pciAddress(n *node) (string, error) {
	a, err := numbers(n,
		[]string{"domain", "bus", "slot", "function"},
		[]uint64{0xffffffff, 0xff, 0x1f, 7})
	return fmt.Sprintf("%04x:%02x:%02x.%d", a[0], a[1], a[2], a[3]), err
}

// usbAddress gives zeros for a device that is known by its vendor and product:
// where it is, libvirt finds out when the guest starts.
func usbAddress(n *node) (string, error) {
	a, err := numbers(n, []string{"bus", "device"}, []uint64{0xffffffff, 0xffffffff})
	return fmt.Sprintf("%03d.%03d", a[0], a[1]), err
}

func scsiAddress(from *node) (string, error) {
	adapter, ok := from.child("adapter").attr("name")
	address := from.child("address")
	switch {
	case !ok:
		return "", from.lacks("adapter/@name")
	case address == nil:
		return "", from.lacks("address")
	}
	bus, err := address.neededUintAttr("bus")
	if err != nil {
		return "", err
	}
	target, err := address.neededUintAttr("target")
	if err != nil {
		return "", err
	}
	unit, err := neededAttr(address, "unit")
	if err != nil {
		return "", err
	}
	lun, err := parseUint(unit, 0, 64)
	if err != nil {
		return "", address.refuseAttr("unit", "%w", err)
	}
	return fmt.Sprintf("%s:%d:%d:%d", adapter, bus, target, lun), nil
}

func mdevAddress(from *node) (string, error) {
	address := from.child("address")
	value, ok := address.attr("uuid")
	if !ok {
		return "", from.lacks("address/@uuid")
	}
	id, err := parseUUID(value)
	if err != nil {
		return "", address.refuseAttr("uuid", "%w", err)
	}
	return id, nil
}
