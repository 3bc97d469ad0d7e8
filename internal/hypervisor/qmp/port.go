package qmp

import (
	"strings"

	"github.com/virtaudit/virtaudit/guest"
)

// ports are the devices that have a chardev. Those of other kinds (monitors,
// vhost-user) are among Chardevs only.
func (a *asker) ports() error {
	if err := a.need(devicesPart, chardevsPart); err != nil {
		return err
	}
	for _, d := range a.with("chardev") {
		source, ok, err := a.sourceOf(d.Path)
		if ok {
			err = a.port(d, source)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (a *asker) port(d Device, source guest.Chardev) error {
	s := &a.s.Spec
	switch {
	case d.Type == "virtserialport":
		var name string
		if err := a.get(d.Path, "name", &name); err != nil {
			return err
		}
		s.Channels = append(s.Channels, guest.Channel{Target: "virtio", Name: name, Source: source})
	case d.Type == "virtconsole":
		s.Consoles = append(s.Consoles, guest.Console{Target: "virtio", Source: source})
	case d.Type == "isa-parallel":
		s.Parallels = append(s.Parallels, guest.Parallel{Source: source})
	case d.Type == "usb-redir":
		s.Redirs = append(s.Redirs, guest.RedirDevice{Source: source})
	case strings.Contains(d.Type, "-serial"):
		s.Serials = append(s.Serials, guest.Serial{Target: d.Type, Source: source})
	}
	return nil
}
