package libvirtxml

import (
	"cmp"
	"slices"
	"strings"

	"github.com/virtaudit/virtaudit/guest"
)

func (p *parser) disk(n *node) error {
	source, err := diskSource(n)
	if err != nil {
		return err
	}
	target := n.child("target")
	dev, ok := target.attr("dev")
	switch {
	case !ok:
		return n.lacks("target/@dev")
	case diskIndex(dev) < 0 && n.child("address") == nil:
		return target.refuseAttr("dev", "not the name of a disk, and the disk has no address")
	}
	p.spec.Disks = append(p.spec.Disks, guest.Disk{
		Target: dev,
		Bus:    target.attrOr("bus", ""),
		Device: n.attrOr("device", ""),
		Source: source,
	})
	return nil
}

// diskSource reads the top image. What is behind it, and what it is mirrored
// to, stands in other elements.
func diskSource(n *node) (guest.DiskSource, error) {
	from := n.child("source")
	s := guest.DiskSource{Type: guest.DiskType(n.attrOr("type", string(guest.DiskFile)))}
	switch s.Type {
	case guest.DiskFile:
		s.Path = from.attrOr("file", "")
	case guest.DiskBlock:
		s.Path = from.attrOr("dev", "")
	case guest.DiskDir:
		s.Path = from.attrOr("dir", "")
	case guest.DiskVhostUser:
		s.Path = from.attrOr("path", "")
	case guest.DiskVolume:
		s.Name = volume(from)
	case guest.DiskNetwork:
		s.Protocol, s.Name, s.Host = from.attrOr("protocol", ""), from.attrOr("name", ""), hosts(from)
	case guest.DiskNVMe:
		var err error
		s.Path, err = pciAddress(from.child("address"))
		return s, err
	}
	return s, nil
}

// volume gives a volume of a storage pool.
func volume(source *node) string {
	if source == nil {
		return ""
	}
	return source.attrOr("pool", "") + "/" + source.attrOr("volume", "")
}

// hosts gives the servers of a network source.
func hosts(source *node) string {
	var all []string
	for n := range source.all("host") {
		all = append(all, hostPort(n.attrOr("name", n.attrOr("socket", "")), n.attrOr("port", "")))
	}
	return strings.Join(all, ",")
}

func hostPort(host, port string) string {
	switch {
	case port == "":
		return host
	case strings.Contains(host, ":"):
		return "[" + host + "]:" + port
	}
	return host + ":" + port
}

// sortDisks puts disks into libvirt's order. Those on the same bus, as it is
// written, are together where the first of them stood, by target; a disk whose
// bus isn't written is on one of its own.
func sortDisks(disks []guest.Disk) {
	place := map[string]int{}
	for i, d := range disks {
		if _, known := place[d.Bus]; !known {
			place[d.Bus] = i
		}
	}
	slices.SortStableFunc(disks, func(a, b guest.Disk) int {
		return cmp.Or(
			cmp.Compare(place[a.Bus], place[b.Bus]),
			cmp.Compare(diskIndex(a.Target), diskIndex(b.Target)),
		)
	})
}

// diskPrefixes begin the names of disks.
var diskPrefixes = [...]string{"fd", "hd", "vd", "sd", "xvd", "ubd"}

// diskIndex gives a disk's place by its name: 0 for vda, 25 for vdz, 26 for
// vdaa, and -1 where it is no name of a disk. Neither the prefix nor a
// partition's number count.
func diskIndex(name string) int64 {
	for _, prefix := range diskPrefixes {
		if letters, ok := strings.CutPrefix(name, prefix); ok {
			return letterIndex(strings.TrimRight(letters, "0123456789"))
		}
	}
	return -1
}

func letterIndex(letters string) int64 {
	const enough = 1 << 40 // more than any disk's
	index := int64(0)
	for i, c := range []byte(letters) {
		if c < 'a' || c > 'z' {
			return -1
		}
		if i > 0 {
			index++
		}
		index = min(index*26+int64(c-'a'), enough)
	}
	return index
}
