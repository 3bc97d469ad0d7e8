package libvirt

import "encoding/binary"

// A decoder reads XDR, in which all of libvirt's messages are. What isn't there
// reads as zero, and makes it bad.
type decoder struct {
	rest []byte
	bad  bool
}

func (d *decoder) take(n int) []byte {
	if n > len(d.rest) {
		d.rest, d.bad = nil, true
		return nil
	}
	taken := d.rest[:n]
	d.rest = d.rest[n:]
	return taken
}

func (d *decoder) uint32() uint32 {
	if b := d.take(4); b != nil {
		return binary.BigEndian.Uint32(b)
	}
	return 0
}

func (d *decoder) uint64() uint64 {
	if b := d.take(8); b != nil {
		return binary.BigEndian.Uint64(b)
	}
	return 0
}

// bytes reads a string without copying it.
func (d *decoder) bytes() []byte {
	n := d.uint32()
	if uint64(n) > uint64(len(d.rest)) {
		d.rest, d.bad = nil, true
		return nil
	}
	b := d.take(int(n))
	d.take(-int(n) & 3)
	return b
}

func (d *decoder) text() string { return string(d.bytes()) }

// count reads the length of an array whose elements take at least so many
// bytes.
func (d *decoder) count(size int) int {
	n := d.uint32()
	if uint64(n)*uint64(size) > uint64(len(d.rest)) {
		d.rest, d.bad = nil, true
		return 0
	}
	return int(n)
}

// domain reads what names a guest.
func (d *decoder) domain() (name, uuid string, id int) {
	name = d.text()
	uuid = formatUUID(d.take(16))
	return name, uuid, int(int32(d.uint32()))
}

// formatUUID gives a uuid as libvirt writes it.
func formatUUID(b []byte) string {
	const digits = "0123456789abcdef"
	text := make([]byte, 0, 36)
	for i, c := range b {
		if i == 4 || i == 6 || i == 8 || i == 10 {
			text = append(text, '-')
		}
		text = append(text, digits[c>>4], digits[c&15])
	}
	return string(text)
}
