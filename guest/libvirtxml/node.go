package libvirtxml

import (
	"iter"
	"strings"
)

// A node is an element of a definition. Methods on a nil node act as on an
// element that has nothing in it, so that a chain of child calls needs no
// checks.
type node struct {
	parent   *node
	name     string
	line     int
	attrs    []attr
	text     string // as written, blanks included
	children []*node
}

type attr struct {
	name, value string
}

// attr gives an attribute and whether it is there; it may be there and empty.
func (n *node) attr(name string) (value string, ok bool) {
	if n == nil {
		return "", false
	}
	for i := range n.attrs {
		if n.attrs[i].name == name {
			return n.attrs[i].value, true
		}
	}
	return "", false
}

// attrOr gives an attribute, or what it is by default.
func (n *node) attrOr(name, missing string) string {
	if value, ok := n.attr(name); ok {
		return value
	}
	return missing
}

// child gives the first element of that name directly below n, or nil.
func (n *node) child(name string) *node {
	for c := range n.all(name) {
		return c
	}
	return nil
}

// content is the element's text, "" where there is no element.
func (n *node) content() string {
	if n == nil {
		return ""
	}
	return n.text
}

// all gives the elements of that name directly below n, in the document's
// order.
func (n *node) all(name string) iter.Seq[*node] {
	return func(yield func(*node) bool) {
		if n == nil {
			return
		}
		for _, c := range n.children {
			if c.name == name && !yield(c) {
				return
			}
		}
	}
}

// path is the element's place, as in XPath.
func (n *node) path() string {
	var names []string
	for ; n != nil; n = n.parent {
		names = append(names, n.name)
	}
	var b strings.Builder
	for i := len(names) - 1; i >= 0; i-- {
		b.WriteByte('/')
		b.WriteString(names[i])
	}
	return b.String()
}
