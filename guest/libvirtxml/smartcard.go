package libvirtxml

import "github.com/virtaudit/virtaudit/guest"

func (p *parser) smartcard(n *node) error {
	mode, ok := n.attr("mode")
	if !ok {
		return n.lacks("@mode")
	}
	s := guest.Smartcard{Mode: guest.SmartcardMode(mode)}
	var err error
	switch s.Mode {
	case guest.SmartcardHost:
	case guest.SmartcardCertificates:
		s.Database = n.child("database").content()
		s.Certificates, err = certificates(n)
	case guest.SmartcardPassthrough:
		s.Source, err = p.chardev(n)
	default:
		err = n.refuseAttr("mode", "not a mode of a smartcard reader")
	}
	p.spec.Smartcards = append(p.spec.Smartcards, s)
	return err
}

func certificates(n *node) (names [3]string, err error) {
	i := 0
	for c := range n.all("certificate") {
		if i == len(names) {
			return names, c.refuse("more than %d certificates", len(names))
		}
		names[i] = c.text
		i++
	}
	if i < len(names) {
		return names, n.lacks("certificate")
	}
	return names, nil
}
