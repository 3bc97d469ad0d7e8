package libvirtxml

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/virtaudit/virtaudit/guest"
)

func (p *parser) netInterface(n *node) error {
	from := n.child("source")
	i := guest.Interface{
		Type:   n.attrOr("type", "user"),
		Source: interfaceSource(from),
		Target: n.child("target").attrOr("dev", ""),
	}
	var err error
	if i.MAC, err = p.mac(n.child("mac")); err != nil {
		return err
	}
	if i.Type == "hostdev" {
		behind, err := deviceBehind(n)
		if err != nil {
			return err
		}
		p.assigned = append(p.assigned, behind)
		i.Source = behind.Address
	}
	p.spec.Interfaces = append(p.spec.Interfaces, i)
	return nil
}

// interfaceSource gives what an interface is connected to, whatever its type is.
func interfaceSource(from *node) string {
	for _, name := range [...]string{"network", "bridge", "dev", "path", "name"} {
		if value, ok := from.attr(name); ok {
			return value
		}
	}
	return hostPort(from.attrOr("address", ""), from.attrOr("port", ""))
}

// mac reads an interface's address. An interface without one gets one at
// random, of those that are QEMU's.
func (p *parser) mac(n *node) (string, error) {
	address := n.attrOr("address", "")
	if address == "" {
		p.notes().NoMAC = true
		var b [3]byte
		err := p.random(b[:])
		return fmt.Sprintf("52:54:00:%02x:%02x:%02x", b[0], b[1], b[2]), err
	}
	mac, err := parseMAC(address)
	if err != nil {
		return "", n.refuseAttr("address", "%w", err)
	}
	return mac, nil
}

// parseMAC reads six octets of one or two hex digits each, parted by colons.
func parseMAC(s string) (string, error) {
	octets := strings.Split(s, ":")
	if len(octets) != 6 {
		return "", errors.New("not a MAC address: six octets parted by colons")
	}
	for i, o := range octets {
		if len(o) == 1 {
			o = "0" + o
		}
		if len(o) != 2 || !isHexDigit(o[0]) || !isHexDigit(o[1]) {
			return "", errors.New("not a MAC address: an octet is one or two hex digits")
		}
		octets[i] = strings.ToLower(o)
	}
	if first, _ := hex.DecodeString(octets[0]); first[0]&1 != 0 {
		return "", errors.New("a multicast address; an interface has a unicast one")
	}
	return strings.Join(octets, ":"), nil
}

// deviceBehind gives the host's side of an <interface type='hostdev'>.
func deviceBehind(n *node) (guest.HostDevice, error) {
	from := n.child("source")
	address := from.child("address")
	kind, ok := address.attr("type")
	switch {
	case ok:
	case from.child("vendor") != nil: // only USB devices are known by theirs
		kind = string(guest.HostUSB)
	default:
		return guest.HostDevice{}, n.lacks("source/address/@type")
	}
	var err error
	d := guest.HostDevice{Type: guest.HostDeviceType(kind)}
	switch d.Type {
	case guest.HostPCI:
		d.Address, err = pciAddress(address)
	case guest.HostUSB:
		d.Address, err = usbAddress(address)
	default:
		err = address.refuseAttr("type", "an interface is behind pci or usb only")
	}
	return d, err
}
