package libvirtxml

import "github.com/virtaudit/virtaudit/guest"

// vcpus counts the virtual processors that are enabled.
func (p *parser) vcpus(root *node) error {
	most, now := uint64(1), uint64(1)
	n := root.child("vcpu")
	if n.content() != "" {
		var err error
		if most, err = n.count(); err != nil {
			return err
		}
		if most == 0 {
			return n.refuse("a guest needs a processor")
		}
		now = most
	}
	if current, ok := n.attr("current"); ok {
		var err error
		if now, err = parseUint(current, 10, 32); err != nil {
			return n.refuseAttr("current", "%w", err)
		}
		if now > most {
			return n.refuseAttr("current", "more than the %d processors there can be", most)
		}
	}
	listed, enabled, err := enabledVCPUs(root.child("vcpus"), most)
	if err != nil {
		return err
	}
	if listed {
		now = enabled
	}
	p.spec.VCPUs = guest.VCPUs(now)
	return nil
}

// enabledVCPUs counts those that a list of all enables; one that is not listed
// is off, and of one that is listed twice the last entry counts.
func enabledVCPUs(list *node, most uint64) (listed bool, enabled uint64, err error) {
	on := map[uint64]bool{}
	for n := range list.all("vcpu") {
		text, ok := n.attr("id")
		if !ok {
			return false, 0, n.lacks("@id")
		}
		id, err := parseUint(text, 10, 32)
		if err != nil {
			return false, 0, n.refuseAttr("id", "%w", err)
		}
		if id >= most {
			return false, 0, n.refuseAttr("id", "there can be only %d processors", most)
		}
		listed = true
		on[id] = n.attrOr("enabled", "") == "yes"
	}
	for _, is := range on {
		if is {
			enabled++
		}
	}
	return listed, enabled, nil
}

// iothreads counts the I/O threads: as many as are asked for, or have an id.
func (p *parser) iothreads(root *node) error {
	var threads, ids uint64
	if n := root.child("iothreads"); n.content() != "" {
		var err error
		if threads, err = n.count(); err != nil {
			return err
		}
	}
	for range root.child("iothreadids").all("iothread") {
		ids++
	}
	p.spec.IOThreads = guest.IOThreads(max(threads, ids))
	return nil
}
