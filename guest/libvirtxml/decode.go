package libvirtxml

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
)

// Limits of what is read. The depth is that of libxml2.
const (
	maxDepth = 256
	maxAttrs = 64      // of one element
	maxNodes = 1 << 20 // elements and attributes that are kept
)

// decode reads a document into a tree.
func decode(r io.Reader, limit int64) (*node, error) {
	s := newSource(r, limit)
	d := xml.NewDecoder(s)
	d.CharsetReader = charset
	b := builder{source: s}
	for {
		t, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil {
			err = b.add(t)
		}
		if err != nil {
			return nil, broken(s, err)
		}
	}
	if b.root == nil {
		return nil, broken(s, errors.New("no element without a namespace"))
	}
	return b.root, nil
}

// broken says up to where the XML could be read. The decoder counts no lines
// within attributes.
func broken(s *source, err error) error {
	var syntax *xml.SyntaxError
	if errors.As(err, &syntax) {
		err = errors.New(syntax.Msg)
	}
	var known *Error
	if errors.As(err, &known) {
		return known
	}
	return &Error{Line: s.line, Err: fmt.Errorf("read the XML: %w", err)}
}

// A builder makes the tree of a document's tokens.
type builder struct {
	source *source
	root   *node
	open   []element
	nodes  int
	skip   int  // depth below an element that is skipped, itself included
	ended  bool // the document's element is behind
}

// An element is one whose end has not come yet.
type element struct {
	*node
	text []byte
}

func (b *builder) add(t xml.Token) error {
	switch t := t.(type) {
	case xml.StartElement:
		return b.begin(t)
	case xml.EndElement:
		b.end()
	case xml.CharData:
		return b.chars(t)
	}
	return nil
}

func (b *builder) begin(t xml.StartElement) error {
	if b.ended {
		return errors.New("a second element behind the document's")
	}
	if len(b.open)+b.skip >= maxDepth {
		return fmt.Errorf("elements nested more than %d deep: %w", maxDepth, ErrTooLarge)
	}
	if b.skip > 0 || t.Name.Space != "" || t.Name.Local == "metadata" {
		b.skip++
		return nil
	}
	n, err := b.node(t)
	if err != nil {
		return err
	}
	if n.parent == nil {
		b.root = n
	} else {
		n.parent.children = append(n.parent.children, n)
	}
	b.push(n)
	return nil
}

// push opens an element in the memory of one that was closed.
func (b *builder) push(n *node) {
	if len(b.open) < cap(b.open) {
		b.open = b.open[:len(b.open)+1]
	} else {
		b.open = append(b.open, element{})
	}
	top := &b.open[len(b.open)-1]
	top.node, top.text = n, top.text[:0]
}

func (b *builder) node(t xml.StartElement) (*node, error) {
	n := &node{name: t.Name.Local, line: b.source.tag}
	if len(b.open) > 0 {
		n.parent = b.open[len(b.open)-1].node
	}
	if len(t.Attr) > maxAttrs {
		return nil, n.refuse("more than %d attributes: %w", maxAttrs, ErrTooLarge)
	}
	if b.nodes += 1 + len(t.Attr); b.nodes > maxNodes {
		return nil, n.refuse("more than %d elements and attributes: %w", maxNodes, ErrTooLarge)
	}
	for _, a := range t.Attr {
		if a.Name.Space != "" || a.Name.Local == "xmlns" {
			continue
		}
		if _, twice := n.attr(a.Name.Local); twice {
			return nil, n.refuseAttr(a.Name.Local, "given twice")
		}
		n.attrs = append(n.attrs, attr{a.Name.Local, a.Value})
	}
	return n, nil
}

func (b *builder) end() {
	if b.skip > 0 {
		b.skip--
	} else {
		top := &b.open[len(b.open)-1]
		if len(top.children) == 0 || !blank(top.text) {
			top.node.text = string(top.text)
		}
		b.open = b.open[:len(b.open)-1]
	}
	b.ended = b.skip == 0 && len(b.open) == 0
}

func (b *builder) chars(text []byte) error {
	switch {
	case b.skip > 0:
	case len(b.open) > 0:
		top := &b.open[len(b.open)-1]
		top.text = append(top.text, text...)
	case !blank(text):
		return errors.New("text outside of the document's element")
	}
	return nil
}

func blank(text []byte) bool { return len(bytes.Trim(text, " \t\r\n")) == 0 }
