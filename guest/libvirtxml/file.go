package libvirtxml

import "github.com/virtaudit/virtaudit/guest"

// file notes a file of the host that libvirt never audits. One that is named
// twice in a row, as libvirt does with a display's socket, is noted once.
func (p *parser) file(use guest.FileUse, path string) {
	f := guest.File{Use: use, Path: path}
	if n := len(p.spec.Files); path != "" && (n == 0 || p.spec.Files[n-1] != f) {
		p.spec.Files = append(p.spec.Files, f)
	}
}

// bootFiles notes what the guest boots from, beside disks.
func (p *parser) bootFiles(os *node) {
	p.file(guest.FileLoader, os.child("loader").content())
	nvram := os.child("nvram")
	p.file(guest.FileNVRAM, nvram.child("source").attrOr("file", ""))
	p.file(guest.FileNVRAM, nvram.content())
	p.file(guest.FileKernel, os.child("kernel").content())
	p.file(guest.FileInitrd, os.child("initrd").content())
	p.file(guest.FileDTB, os.child("dtb").content())
}

// graphics notes the sockets of displays.
func (p *parser) graphics(n *node) error {
	p.file(guest.FileGraphics, n.attrOr("socket", ""))
	for l := range n.all("listen") {
		p.file(guest.FileGraphics, l.attrOr("socket", ""))
	}
	return nil
}
