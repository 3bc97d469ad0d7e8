package libvirtxml

import "github.com/virtaudit/virtaudit/guest"

// labels reads the security labels that the definition gives.
func (p *parser) labels(root *node) error {
	var all []*node
	for n := range root.all("seclabel") {
		all = append(all, n)
	}
	seen := map[string]bool{}
	for _, n := range all {
		l, err := p.label(n, len(all) == 1)
		if err != nil {
			return err
		}
		if seen[l.Model] {
			return n.refuseAttr("model", "a second label of the same model")
		}
		seen[l.Model] = true
		p.spec.Labels = append(p.spec.Labels, l)
	}
	return nil
}

// label reads one of them. Of a definition only a static label is known; one
// that is dynamic is made anew at each start, and so is that of the images.
func (p *parser) label(n *node, only bool) (guest.Label, error) {
	model, err := p.labelModel(n, only)
	l := guest.Label{Model: model}
	if err != nil || model == "none" {
		return l, err
	}
	kind := n.attrOr("type", "")
	label := n.child("label").content()
	switch {
	case kind == "none":
		return l, nil
	case kind == "static" && label == "":
		return l, n.lacks("label")
	case kind == "static", p.o.Live:
		l.Process = label
	}
	if p.o.Live && relabels(n, kind) {
		l.Image = n.child("imagelabel").content()
	}
	return l, nil
}

// labelModel gives a label's security model: the host's own where an only label
// names none and says nothing that is bound to one.
func (p *parser) labelModel(n *node, only bool) (string, error) {
	if model := n.attrOr("model", ""); model != "" {
		return model, nil
	}
	kind := n.attrOr("type", "")
	if only && (kind == "none" || kind == "dynamic" && n.child("baselabel").content() == "") {
		return p.hostModel(), nil
	}
	return "", n.lacks("@model")
}

func (p *parser) hostModel() string {
	if p.o.SecurityModel == "" && p.spec.Virt != guest.LXC {
		return "none"
	}
	return p.o.SecurityModel
}

// relabels tells whether the images get a label of their own.
func relabels(n *node, kind string) bool {
	if relabel, ok := n.attr("relabel"); ok {
		return relabel == "yes"
	}
	return kind != "static"
}
