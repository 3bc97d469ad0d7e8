package libvirtxml

import (
	"math"
	"strings"

	"github.com/virtaudit/virtaudit/guest"
)

// defaultShmem is the size in bytes that QEMU gives shared memory without one.
const defaultShmem = 4 << 20

func (p *parser) shmem(n *node) error {
	name := n.attrOr("name", "")
	switch {
	case name == "":
		return n.lacks("@name")
	case strings.Contains(name, "/"):
		return n.refuseAttr("name", "a name can't contain a slash")
	}
	size, err := p.shmemSize(n.child("size"))
	if err != nil {
		return err
	}
	s := guest.Shmem{Name: name, Size: size}
	if err := setServer(&s, n); err != nil {
		return err
	}
	p.spec.Shmems = append(p.spec.Shmems, s)
	return nil
}

func (p *parser) shmemSize(n *node) (uint64, error) {
	var size uint64
	if n.content() != "" {
		var err error
		if size, err = scaled(n.text, n.attrOr("unit", ""), 1, math.MaxUint64); err != nil {
			return 0, n.refuse("%w", err)
		}
	}
	if size == 0 && p.isQEMU() {
		return defaultShmem, nil
	}
	return size, nil
}

// setServer reads the server that hands the memory out. Of QEMU's two models
// one has a server, and the other none.
func setServer(s *guest.Shmem, n *node) error {
	server := n.child("server")
	s.Server = server != nil
	model := n.child("model")
	switch kind, _ := model.attr("type"); {
	case kind == "ivshmem-doorbell" && !s.Server:
		return n.lacks("server")
	case kind == "ivshmem-plain" && s.Server:
		return model.refuseAttr("type", "shared memory of this model has no server")
	}
	path, ok := server.attr("path")
	s.Path, s.EmptyPath = tidyPath(path), ok && path == ""
	return nil
}
