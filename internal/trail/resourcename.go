package trail

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"github.com/virtaudit/virtaudit/record"
)

// A Resource names a host resource, or some of them: an empty field stands for
// any.
type Resource struct {
	Kind string // as a Holding's, or a bus of a host device: pci, usb, scsi
	ID   string
	Sub  string
}

// String gives the resource in words: kind, bus and identity. What isn't plain
// in them is quoted.
func (r Resource) String() string {
	kind, sub, id := quoted(r.Kind), quoted(r.Sub), quoted(r.ID)
	switch {
	case r.Kind == netOpen && r.Sub != "":
		return sentence(id, "for", sub)
	case r.Kind == "":
		return id
	}
	return sentence(kind, sub, id)
}

// maxQuoted is how much of a text of a record a sentence holds, in bytes.
const maxQuoted = 256

// quoted gives a text that a record holds as a part of a sentence: in quotes
// where it could be taken for more than one word, or a terminal would obey it.
func quoted(s string) string {
	if len(s) > maxQuoted {
		s = strings.ToValidUTF8(s[:maxQuoted], "") + "…"
	}
	for _, c := range s {
		if c == '"' || c == '(' || c == ')' || c == ',' || c == ';' || c == '\\' || unicode.IsSpace(c) || !unicode.IsPrint(c) {
			return strconv.Quote(s)
		}
	}
	return s
}

// kindNames are the kinds that records have, by catalogue.
var kindNames = func() map[string]bool {
	m := map[string]bool{netOpen: true}
	for _, k := range record.Kinds() {
		if k.Resource() != "" {
			m[k.Resource()] = true
		}
	}
	return m
}()

// buses are those of host devices, which serve as kinds, and mac is net.
var buses = map[string]bool{"pci": true, "usb": true, "scsi": true, "scsi_host": true, "mdev": true}

// Kinds gives the names that can stand before the colon of a resource, and
// alone, beside those that only a log knows.
func Kinds() []string { return sortedKeys(kindNames, buses, map[string]bool{"mac": true}) }

// ParseResource reads what people call a resource: a path, the address of a
// PCI or USB device, a MAC, kind:identity, or a kind alone.
func ParseResource(text string) (Resource, error) {
	if strings.TrimSpace(text) == "" {
		return Resource{}, fmt.Errorf("resource %q: it is empty", text)
	}
	kind, id, colon := strings.Cut(text, ":")
	if !colon && isKind(kind) {
		return ofKind(kind, ""), nil
	}
	if colon && isKindPrefix(kind, id) {
		if id == "" {
			return Resource{}, fmt.Errorf("resource %q: nothing follows %s:", text, kind)
		}
		return ofKind(kind, id), nil
	}
	return Resource{ID: canonicalID(text)}, nil
}

func isKind(word string) bool { return kindNames[word] || buses[word] || word == "mac" }

// isKindPrefix tells a kind before a colon from the first part of an address
// or of a URL. Kinds that the catalogue doesn't have are words too.
func isKindPrefix(word, rest string) bool {
	if isKind(word) {
		return true
	}
	if len(word) < 2 || strings.HasPrefix(rest, "//") {
		return false
	}
	letters := false
	for _, c := range []byte(word) {
		switch {
		case c >= 'g' && c <= 'z':
			letters = true
		case c >= 'a' && c <= 'f', c >= '0' && c <= '9', c == '-', c == '_':
		default:
			return false
		}
	}
	return letters
}

func ofKind(kind, id string) Resource {
	r := Resource{Kind: kind, ID: canonicalID(id)}
	switch {
	case kind == "mac":
		r.Kind = "net"
	case buses[kind]:
		r.Kind, r.Sub = "dev", kind
	}
	return r
}

// canonicalID writes addresses as libvirt does.
func canonicalID(id string) string {
	for _, read := range [...]func(string) (string, bool){macAddress, pciAddress, usbAddress} {
		if addr, ok := read(id); ok {
			return addr
		}
	}
	return id
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
	for _, sep := range [...]string{".", ":", "/"} {
		bus, device, ok := strings.Cut(s, sep)
		if !ok {
			continue
		}
		b, err1 := strconv.ParseUint(bus, 10, 16)
		d, err2 := strconv.ParseUint(device, 10, 16)
		if err1 == nil && err2 == nil {
			return fmt.Sprintf("%03d.%03d", b, d), true
		}
	}
	return "", false
}

// Matches tells whether a resource is one of those that r names.
func (r Resource) Matches(o Resource) bool {
	if r.Kind != "" && r.Kind != o.Kind || r.Sub != "" && r.Sub != o.Sub {
		return false
	}
	switch r.ID {
	case "", o.ID, canonicalID(o.ID):
		return true
	}
	return r.Kind == "" && r.ID == o.Kind // a kind that the catalogue doesn't have
}
