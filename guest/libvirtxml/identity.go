package libvirtxml

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"

	"github.com/virtaudit/virtaudit/guest"
)

// identity reads what the guest is called, and what kind of machine it is.
func (p *parser) identity(root *node) error {
	if id := root.attrOr("id", ""); id != "-1" { // that of a guest that is off
		p.notes().ID = id
	}
	for _, read := range [...]func(*node) error{p.virt, p.name, p.uuid} {
		if err := read(root); err != nil {
			return err
		}
	}
	kind := root.child("os").child("type")
	p.os.hvm = kind.content() == "hvm" || kind == nil && p.spec.Virt != guest.LXC
	switch kind.attrOr("arch", "") {
	case "ppc64", "ppc64le":
		p.os.ppc64 = true
	}
	return nil
}

func (p *parser) virt(root *node) error {
	virt, ok := root.attr("type")
	if !ok {
		return root.lacks("@type")
	}
	p.spec.Virt = guest.Virt(virt)
	if !p.spec.Virt.Known() {
		return root.refuseAttr("type", "not a type of hypervisor")
	}
	return nil
}

// isQEMU tells whether libvirt's QEMU driver runs the guest, which has defaults
// of its own.
func (p *parser) isQEMU() bool {
	switch p.spec.Virt {
	case guest.QEMU, guest.KVM, guest.HVF, "kqemu":
		return true
	}
	return false
}

func (p *parser) name(root *node) error {
	n := root.child("name")
	if n.content() == "" {
		return root.lacks("name")
	}
	if strings.Contains(n.text, "/") {
		return n.refuse("a name can't contain a slash")
	}
	p.spec.Name = n.text
	return nil
}

func (p *parser) uuid(root *node) error {
	n := root.child("uuid")
	if n.content() == "" {
		p.notes().NoUUID = true
		return p.randomUUID()
	}
	id, err := parseUUID(n.text)
	if err != nil {
		return n.refuse("%w", err)
	}
	p.spec.UUID = id
	return nil
}

// parseUUID reads 32 hex digits. Dashes and blanks may stand between, but not
// within, bytes, and white space around all of it.
func parseUUID(s string) (string, error) {
	rest := strings.TrimLeft(s, cSpace)
	var digits [32]byte
	for i := 0; i < len(digits); i += 2 {
		rest = strings.TrimLeft(rest, "- ")
		if len(rest) < 2 || !isHexDigit(rest[0]) || !isHexDigit(rest[1]) {
			return "", errors.New("not a uuid of 32 hex digits")
		}
		copy(digits[i:], rest[:2])
		rest = rest[2:]
	}
	if strings.Trim(rest, cSpace) != "" {
		return "", errors.New("not a uuid: more than 32 hex digits")
	}
	return dashed(strings.ToLower(string(digits[:]))), nil
}

func isHexDigit(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'f'
}

func dashed(digits string) string {
	return digits[:8] + "-" + digits[8:12] + "-" + digits[12:16] + "-" + digits[16:20] + "-" + digits[20:]
}

// randomUUID makes a uuid of version 4.
func (p *parser) randomUUID() error {
	var b [16]byte
	if err := p.random(b[:]); err != nil {
		return err
	}
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	p.spec.UUID = dashed(hex.EncodeToString(b[:]))
	return nil
}

// random fills b. These are names, not secrets.
func (p *parser) random(b []byte) error {
	if p.o.Random == nil {
		for i := range b {
			b[i] = byte(rand.Uint32())
		}
		return nil
	}
	if _, err := io.ReadFull(p.o.Random, b); err != nil {
		return fmt.Errorf("libvirtxml: random bytes: %w", err)
	}
	return nil
}
