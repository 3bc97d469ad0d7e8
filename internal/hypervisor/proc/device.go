package proc

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/virtaudit/virtaudit/guest"
)

// vfioDevice is how the kernel names the descriptor of a VFIO device that was
// taken from its group.
const vfioDevice = "[vfio-device]"

// maxGroup is how many devices of a VFIO group are named.
const maxGroup = 256

// node gives the kernel's name for a device, from /sys. That a device of the
// number isn't there any more, or never was, is no loss.
func (s *Sweep) node(kind Kind, number guest.DeviceNumber) string {
	d := device{kind, number}
	name, known := s.nodes[d]
	if !known {
		name = s.readNode(d)
		s.nodes[d] = name
	}
	return name
}

func (s *Sweep) readNode(d device) string {
	at, err := openFolder(s.host.path("sys", "dev", string(d.kind), fmt.Sprintf("%d:%d", d.number.Major, d.number.Minor)))
	if err != nil {
		return ""
	}
	defer at.close()
	text, _, err := at.read("uevent", s.buffer[:])
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(text)) {
		if name, ok := strings.CutPrefix(line, "DEVNAME="); ok {
			return strings.TrimSuffix(name, "\n")
		}
	}
	return ""
}

// pci gives the PCI devices behind a VFIO group, /dev/vfio/GROUP, or a VFIO
// device, /dev/vfio/devices/vfioN.
func (l *look) pci(h *Held) string {
	name, ok := strings.CutPrefix(h.Node, "vfio/")
	if !ok || h.Kind != Char || name == "vfio" {
		return ""
	}
	if device, ok := strings.CutPrefix(name, "devices/"); ok {
		return l.pciOfDevice(device)
	}
	// Without an IOMMU the group is noiommu-N.
	group := strings.TrimPrefix(name, "noiommu-")
	if _, err := strconv.Atoi(group); err != nil {
		return ""
	}
	return l.pciOfGroup(group)
}

func (l *look) pciOfGroup(group string) string {
	at, err := openFolder(l.sweep.host.path("sys", "kernel", "iommu_groups", group))
	if err != nil {
		l.missing.add("devices of VFIO group "+group, err)
		return ""
	}
	defer at.close()
	var addresses []string
	err = at.each("devices", func(name string) bool {
		addresses = append(addresses, name)
		return len(addresses) < maxGroup
	})
	if err != nil {
		l.missing.add("devices of VFIO group "+group, err)
	}
	slices.Sort(addresses)
	return strings.Join(addresses, " ")
}

// pciOfDevice follows the link of a class's device to the one that it is of.
func (l *look) pciOfDevice(name string) string {
	at, err := openFolder(l.sweep.host.path("sys", "class", "vfio-dev", name))
	if err == nil {
		defer at.close()
		var text []byte
		if text, err = at.link("device", l.sweep.link[1][:]); err == nil {
			return string(text[strings.LastIndexByte(string(text), '/')+1:])
		}
	}
	l.missing.add("device of VFIO device "+name, err)
	return ""
}
