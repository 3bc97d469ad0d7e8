package qmp

import (
	"fmt"
	"slices"
	"strings"

	"github.com/virtaudit/virtaudit/guest"
)

// chardevTypes are the types of chardevs as guest has them.
var chardevTypes = map[string]guest.ChardevType{
	"chardev-file":         guest.ChardevFile,
	"chardev-pipe":         guest.ChardevPipe,
	"chardev-pty":          guest.ChardevPTY,
	"chardev-serial":       guest.ChardevDev,
	"chardev-parallel":     guest.ChardevDev,
	"chardev-udp":          guest.ChardevUDP,
	"chardev-null":         guest.ChardevNull,
	"chardev-vc":           guest.ChardevVC,
	"chardev-gd-vc":        guest.ChardevVC,
	"chardev-stdio":        guest.ChardevStdio,
	"chardev-spicevmc":     guest.ChardevSpiceVMC,
	"chardev-spiceport":    guest.ChardevSpicePort,
	"chardev-qemu-vdagent": guest.ChardevVDAgent,
	"chardev-dbus":         guest.ChardevDBus,
}

// chardevs joins two answers: query-chardev has the path of ptys and who
// listens, QOM has the types and the addresses of sockets, connected or not.
func (a *asker) chardevs() error {
	var told list[struct{ Label, Filename string }]
	if err := a.ask("query-chardev", nil, &told); err != nil {
		return err
	}
	names := make(map[string]string, len(told))
	for _, t := range told {
		names[t.Label] = t.Filename
	}
	all, err := a.list(chardevFolder)
	if err != nil {
		return err
	}
	for _, d := range all {
		id := strings.TrimPrefix(d.Path, chardevFolder)
		c, err := a.chardev(id, d.Type, names[id])
		if err != nil {
			return err
		}
		a.s.Chardevs = append(a.s.Chardevs, c)
	}
	return nil
}

const chardevFolder = "/chardevs/"

func (a *asker) chardev(id, kind, filename string) (Chardev, error) {
	if kind == "chardev-socket" {
		return a.socket(id, filename)
	}
	source := guest.Chardev{Type: chardevTypes[kind]}
	if source.Type == "" {
		source.Type = guest.ChardevType(strings.TrimPrefix(kind, "chardev-"))
	}
	if path, ok := strings.CutPrefix(filename, "pty:"); ok {
		source.Path = path
	}
	missing := source.Path == "" && slices.Contains([]guest.ChardevType{
		guest.ChardevFile, guest.ChardevPipe, guest.ChardevDev, guest.ChardevPTY,
	}, source.Type)
	return Chardev{ID: id, Source: source, NoPath: missing}, nil
}

// socket asks for the address that a socket was given; query-chardev tells that
// of the peer instead, while there is one.
func (a *asker) socket(id, filename string) (Chardev, error) {
	var at address
	if err := a.get(chardevFolder+id, "addr", &at); err != nil {
		return Chardev{}, err
	}
	source := at.chardev()
	source.Listen = strings.Contains(filename, ",server")
	return Chardev{ID: id, Source: source, NoPath: at.Type == "fd"}, nil
}

// address is QEMU's SocketAddress.
type address struct {
	Type     string // unix, inet, vsock, fd
	Path     string
	Abstract bool
	Host     string
	Port     string
	CID      string
}

// chardev says it as guest does. An abstract socket's name begins with @, as in
// /proc/net/unix; a socket that QEMU was handed open has no address.
func (at address) chardev() guest.Chardev {
	switch at.Type {
	case "unix":
		if at.Abstract {
			return guest.Chardev{Type: guest.ChardevUnix, Path: "@" + at.Path}
		}
		return guest.Chardev{Type: guest.ChardevUnix, Path: at.Path}
	case "inet":
		return guest.Chardev{Type: guest.ChardevTCP, Host: at.Host, Service: at.Port}
	case "vsock":
		return guest.Chardev{Type: "vsock", Host: at.CID, Service: at.Port}
	}
	return guest.Chardev{Type: guest.ChardevType(at.Type)}
}

// source gives the chardev of that id, which may be gone since they were listed.
func (a *asker) source(id string) (guest.Chardev, error) {
	for _, c := range a.s.Chardevs {
		if c.ID == id {
			return c.Source, nil
		}
	}
	return guest.Chardev{}, fmt.Errorf("there is no chardev %q", id)
}

// sourceOf gives the chardev of a device or backend; ok is false if it has none.
func (a *asker) sourceOf(path string) (source guest.Chardev, ok bool, err error) {
	var id string
	if err := a.get(path, "chardev", &id); err != nil || id == "" {
		return guest.Chardev{}, false, err
	}
	source, err = a.source(id)
	return source, err == nil, err
}
