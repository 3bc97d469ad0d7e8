package libvirtxml

import (
	"fmt"
	"io"
	"strings"
)

// charset gives what the decoder reads from where a document says that it is in
// anything but UTF-8, spelt so.
func charset(label string, r io.Reader) (io.Reader, error) {
	s, ok := r.(*source)
	if !ok {
		return nil, fmt.Errorf("encoding %q said twice", label)
	}
	switch strings.ToLower(label) {
	case "utf-8", "utf8", "us-ascii", "ascii":
		return s, nil
	case "iso-8859-1", "iso_8859-1", "latin1":
		return &latin1{source: s}, nil
	}
	return nil, fmt.Errorf("encoding %q is not supported", label)
}

// latin1 gives ISO 8859-1 as UTF-8.
type latin1 struct {
	*source
	second byte // of a letter whose first byte was given, 0 for none
}

func (l *latin1) ReadByte() (byte, error) {
	if c := l.second; c != 0 {
		l.second = 0
		return c, nil
	}
	c, err := l.source.ReadByte()
	if err != nil || c < 0x80 {
		return c, err
	}
	l.second = 0x80 | c&0x3f
	return 0xc0 | c>>6, nil
}
