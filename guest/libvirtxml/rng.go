package libvirtxml

import "github.com/virtaudit/virtaudit/guest"

// defaultRandom is what is behind a random backend that names nothing.
const defaultRandom = "/dev/random"

func (p *parser) rng(n *node) error {
	backend := n.child("backend")
	model, ok := backend.attr("model")
	if !ok {
		return n.lacks("backend/@model")
	}
	r := guest.RNG{Backend: guest.RNGBackend(model)}
	var err error
	switch r.Backend {
	case guest.RNGRandom:
		if r.Path = backend.text; r.Path == "" {
			r.Path = defaultRandom
		}
	case guest.RNGEGD:
		if _, ok := backend.attr("type"); !ok {
			return backend.lacks("@type")
		}
		r.Source, err = p.chardev(backend)
	}
	p.spec.RNGs = append(p.spec.RNGs, r)
	return err
}
