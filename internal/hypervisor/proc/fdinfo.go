package proc

import (
	"bytes"
	"path"
	"strconv"
)

// info is what /proc/PID/fdinfo/FD says: a line a fact, NAME:\tVALUE.
type info struct {
	access Access
	tap    string // behind /dev/net/tun
	pty    string // behind /dev/ptmx
	pci    string // address of a VFIO device
}

// The flags of open(2) that the text has in octal, the same for all
// architectures that run guests.
const (
	accessMode = 0o3
	pathFlag   = 0o10000000
)

func parseInfo(text []byte) info {
	var i info
	for line := range bytes.Lines(text) {
		name, value, ok := bytes.Cut(bytes.TrimSuffix(line, []byte("\n")), []byte(":\t"))
		if !ok {
			continue
		}
		switch string(name) {
		case "flags":
			i.access = accessOf(string(value))
		case "iff":
			i.tap = string(value)
		case "tty-index":
			i.pty = "/dev/pts/" + string(value)
		case "vfio-device-syspath":
			i.pci = path.Base(string(value))
		}
	}
	return i
}

func accessOf(octal string) Access {
	flags, err := strconv.ParseUint(octal, 8, 64)
	switch {
	case err != nil:
		return ""
	case flags&pathFlag != 0:
		return PathOnly
	}
	return [...]Access{Read, Write, ReadWrite, ""}[flags&accessMode]
}
