package libvirtxml

import (
	"strings"

	"github.com/virtaudit/virtaudit/guest"
)

func (p *parser) serial(n *node) error {
	source, err := p.chardev(n)
	p.spec.Serials = append(p.spec.Serials, guest.Serial{
		Target: n.child("target").attrOr("type", ""),
		Source: source,
	})
	return err
}

func (p *parser) parallel(n *node) error {
	source, err := p.chardev(n)
	p.spec.Parallels = append(p.spec.Parallels, guest.Parallel{Source: source})
	return err
}

func (p *parser) console(n *node) error {
	source, err := p.chardev(n)
	p.consoles = append(p.consoles, n)
	p.spec.Consoles = append(p.spec.Consoles, guest.Console{
		Target: n.child("target").attrOr("type", ""),
		Source: source,
	})
	return err
}

// mergeConsoles does what libvirt does for definitions of old, in which the
// first console of a machine was its serial port: it becomes the first serial
// port, or is forgotten where there is one.
func (p *parser) mergeConsoles() error {
	all := p.spec.Consoles
	if len(all) == 0 {
		return nil
	}
	for i, c := range all[1:] {
		if c.Target == "serial" || p.isSerial(c) {
			return p.consoles[1+i].refuse("only the first console can be a serial port")
		}
	}
	if !p.isSerial(all[0]) {
		return nil
	}
	p.spec.Consoles = all[1:]
	if len(p.spec.Serials) == 0 {
		p.spec.Serials = []guest.Serial{{Source: all[0].Source}}
	}
	return nil
}

// isSerial tells whether a console means a serial port.
func (p *parser) isSerial(c guest.Console) bool {
	switch c.Target {
	case "", "none", "serial":
		return p.os.hvm
	}
	return false
}

func (p *parser) channel(n *node) error {
	source, err := p.anyChardev(n)
	if err != nil {
		return err
	}
	target := n.child("target")
	c := guest.Channel{Target: target.attrOr("type", ""), Source: source}
	if lacksPath(&source) && !getsPath(&c) {
		return n.lacks("source/@path")
	}
	name, named := target.attr("name")
	c.Name = name
	if !p.o.Live && p.isQEMU() && c.Target == "virtio" && source.Type == guest.ChardevUnix {
		if p.allotted(source.Path, name, named) {
			c.Source.Path = ""
		}
	}
	p.spec.Channels = append(p.spec.Channels, c)
	return nil
}

// getsPath tells whether libvirt allots a path to a channel without one.
func getsPath(c *guest.Channel) bool {
	return c.Source.Type == guest.ChardevUnix && (c.Target == "virtio" || c.Target == "xen")
}

// allotted tells whether libvirt takes the path of a channel for one that it
// chose itself, and so for one to be forgotten. Its pattern is
//
//	^CHANNELDIR/([^/]+\.)|(domain-[^/]+/)NAME$
//
// in which the alternatives reach farther than they were meant to: what begins
// as in libvirt before 1.2.19 (GUEST.NAME) counts whatever the name is, and what
// ends as in later ones counts in any directory. Without a name the pattern ends
// with the slash, and neither end is bound.
func (p *parser) allotted(path, name string, named bool) bool {
	if first, ok := strings.CutPrefix(path, p.channelDir()+"/"); ok {
		first, _, _ = strings.Cut(first, "/")
		if strings.LastIndexByte(first, '.') > 0 {
			return true
		}
	}
	folders, matched := path, true
	if named {
		folders, matched = strings.CutSuffix(path, name)
	}
	end := strings.LastIndexByte(folders, '/')
	if !matched || end < 0 {
		return false
	}
	if named {
		return end == len(folders)-1 && isDomainFolder(folders[strings.LastIndexByte(folders[:end], '/')+1:end])
	}
	for folder := range strings.SplitSeq(folders[:end], "/") {
		if isDomainFolder(folder) {
			return true
		}
	}
	return false
}

// isDomainFolder tells whether domain- and at least one more character are in a
// folder's name.
func isDomainFolder(folder string) bool {
	_, rest, ok := strings.Cut(folder, "domain-")
	return ok && rest != ""
}

func (p *parser) channelDir() string {
	if p.o.ChannelDir == "" {
		return DefaultChannelDir
	}
	return strings.TrimRight(p.o.ChannelDir, "/")
}
