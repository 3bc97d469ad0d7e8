package libvirtxml

import "github.com/virtaudit/virtaudit/guest"

// chardev reads the host's side of a character device: n has its type and its
// sources.
func (p *parser) chardev(n *node) (guest.Chardev, error) {
	c, err := p.anyChardev(n)
	if err == nil && lacksPath(&c) {
		err = n.lacks("source/@path")
	}
	return c, err
}

// lacksPath tells whether libvirt refuses a character device because it has no
// path.
func lacksPath(c *guest.Chardev) bool {
	switch c.Type {
	case guest.ChardevFile, guest.ChardevDev, guest.ChardevPipe, guest.ChardevUnix:
		return c.Path == "" && !c.EmptyPath
	}
	return false
}

// anyChardev is chardev without the check of its path.
func (p *parser) anyChardev(n *node) (guest.Chardev, error) {
	p.file(guest.FileLog, n.child("log").attrOr("file", ""))
	from := n.child("source")
	c := guest.Chardev{Type: guest.ChardevType(n.attrOr("type", string(guest.ChardevPTY)))}
	switch c.Type {
	case guest.ChardevPTY:
		if p.o.Live {
			setPath(&c, from, "path")
		}
	case guest.ChardevFile, guest.ChardevDev, guest.ChardevPipe:
		setPath(&c, from, "path")
	case guest.ChardevNMDM:
		setPath(&c, from, "master")
		c.SlavePath = from.attrOr("slave", "")
	case guest.ChardevUnix:
		setPath(&c, from, "path")
		c.Listen = listens(from)
	case guest.ChardevTCP:
		setHost(&c, from)
		c.Listen = listens(from)
	case guest.ChardevUDP:
		setHost(&c, udpTarget(n))
	case guest.ChardevSpicePort, guest.ChardevDBus:
		c.Service = from.attrOr("channel", "")
	}
	return c, checkSources(n, c.Type)
}

// checkSources refuses more sources than the type can have.
func checkSources(n *node, t guest.ChardevType) error {
	allowed := 1
	if t == guest.ChardevUDP {
		allowed = 2 // where to send to, and where to listen
	}
	for from := range n.all("source") {
		if allowed--; allowed < 0 {
			return from.refuse("one source too many for a character device of the type %s", t)
		}
	}
	return nil
}

func setPath(c *guest.Chardev, from *node, name string) {
	path, ok := from.attr(name)
	c.Path, c.EmptyPath = path, ok && path == ""
}

func setHost(c *guest.Chardev, from *node) {
	c.Host, c.Service = from.attrOr("host", ""), from.attrOr("service", "")
}

func listens(from *node) bool { return from.attrOr("mode", "") == "bind" }

// udpTarget gives the source that says where to send to.
func udpTarget(n *node) *node {
	for from := range n.all("source") {
		if !listens(from) {
			return from
		}
	}
	return n.child("source")
}

func (p *parser) redirDevice(n *node) error {
	source, err := p.chardev(n)
	p.spec.Redirs = append(p.spec.Redirs, guest.RedirDevice{Source: source})
	return err
}
