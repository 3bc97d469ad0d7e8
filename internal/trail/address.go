package trail

import (
	"fmt"
	"strconv"
	"strings"
)

// People and programs spell one address in several ways. What follows gives the
// way of libvirt's records, so that any of them finds it.

// longestAddress is the length of a uuid, the longest of the addresses.
const longestAddress = 36

// canonicalID writes addresses as libvirt does, and the path of a file without
// what doesn't change which file it is. That of a USB device is its address.
func canonicalID(id string) string {
	switch {
	case strings.HasPrefix(id, "/"):
		id = tidyPath(id)
		if usb, ok := strings.CutPrefix(id, "/dev/bus/usb/"); ok {
			if addr, ok := usbAddress(usb); ok {
				return addr
			}
		}
		return id
	case len(id) > longestAddress || id == "" || !isHex(id[0]):
		return id
	}
	for _, read := range [...]func(string) (string, bool){macAddress, pciAddress, usbAddress, mdevAddress} {
		if addr, ok := read(id); ok {
			return addr
		}
	}
	return id
}

func isHex(c byte) bool { return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'f' }

// tidyPath takes repeated slashes, a slash at the end and "." out of a path;
// ".." stays, as what it leads to depends on links.
func tidyPath(p string) string {
	if !strings.Contains(p, "//") && !strings.Contains(p, "/./") && !strings.HasSuffix(p, "/") && !strings.HasSuffix(p, "/.") {
		return p
	}
	tidy := make([]byte, 0, len(p))
	for part := range strings.SplitSeq(p, "/") {
		if part != "" && part != "." {
			tidy = append(append(tidy, '/'), part...)
		}
	}
	if len(tidy) == 0 {
		return "/"
	}
	return string(tidy)
}

// macAddress reads six octets with colons or dashes between them.
func macAddress(s string) (string, bool) {
	octets := strings.Split(strings.ReplaceAll(s, "-", ":"), ":")
	if len(octets) != 6 {
		return "", false
	}
	for i, o := range octets {
		n, err := strconv.ParseUint(o, 16, 8)
		if err != nil || len(o) > 2 {
			return "", false
		}
		octets[i] = fmt.Sprintf("%02x", n)
	}
	return strings.Join(octets, ":"), true
}

// pciAddress reads domain:bus:slot.function, with or without the domain.
func pciAddress(s string) (string, bool) {
	head, function, ok := strings.Cut(s, ".")
	parts := strings.Split(head, ":")
	if !ok || len(parts) < 2 || len(parts) > 3 {
		return "", false
	}
	if len(parts) == 2 {
		parts = append([]string{"0"}, parts...)
	}
	var n [4]uint64
	for i, part := range append(parts, function) {
		v, err := strconv.ParseUint(part, 16, [4]int{32, 8, 8, 4}[i])
		if err != nil {
			return "", false
		}
		n[i] = v
	}
	return fmt.Sprintf("%04x:%02x:%02x.%x", n[0], n[1], n[2], n[3]), true
}

// usbAddress reads bus and device number: 1.2, 001.002 or, as lsusb and /dev
// have it, 001:002 or 001/002.
func usbAddress(s string) (string, bool) {
	i := strings.IndexAny(s, ".:/")
	if i < 0 {
		return "", false
	}
	bus, err1 := strconv.ParseUint(s[:i], 10, 16)
	device, err2 := strconv.ParseUint(s[i+1:], 10, 16)
	if err1 != nil || err2 != nil {
		return "", false
	}
	return fmt.Sprintf("%03d.%03d", bus, device), true
}

// mdevAddress reads the uuid of a mediated device.
func mdevAddress(s string) (string, bool) {
	if len(s) != uuidLen || strings.Count(s, "-") != 4 {
		return "", false
	}
	for i := range len(s) {
		if s[i] != '-' && !isHex(s[i]) {
			return "", false
		}
	}
	return strings.ToLower(s), true
}
