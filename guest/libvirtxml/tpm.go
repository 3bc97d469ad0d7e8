package libvirtxml

import "github.com/virtaudit/virtaudit/guest"

// defaultTPM is what is passed through where nothing is named.
const defaultTPM = "/dev/tpm0"

func (p *parser) tpm(n *node) error {
	backend := n.child("backend")
	kind, ok := backend.attr("type")
	if !ok {
		return n.lacks("backend/@type")
	}
	t := guest.TPM{Backend: guest.TPMBackend(kind)}
	switch t.Backend {
	case guest.TPMPassthrough:
		if t.Path = backend.child("device").attrOr("path", ""); t.Path == "" {
			t.Path = defaultTPM
		}
	case guest.TPMExternal:
		if from := backend.child("source"); from.attrOr("type", "") == "unix" {
			t.Path = from.attrOr("path", "")
		}
	}
	p.spec.TPMs = append(p.spec.TPMs, t)
	return nil
}
