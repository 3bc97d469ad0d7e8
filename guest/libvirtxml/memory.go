package libvirtxml

import (
	"math"

	"github.com/virtaudit/virtaudit/guest"
)

// MemoryRule says how the memory of a guest is summed up. libvirt comes to
// different amounts by what is done with a definition.
type MemoryRule uint8

const (
	// MemoryAsWritten takes what the definition says. Only where it says
	// nothing, it is that of the NUMA cells and memory devices. It is right for
	// the XML of a running guest.
	MemoryAsWritten MemoryRule = iota
	// MemoryDefined is what becomes of it when the definition is given to
	// libvirt (virsh define): where there are NUMA cells, these and the memory
	// devices count.
	MemoryDefined
	// MemoryStarted is what a guest of that definition starts with: QEMU's
	// driver rounds all of it up to what the machine can have.
	MemoryStarted
)

// Amounts in KiB to which memory is rounded.
const (
	bootUnit   = 1 << 10   // boot memory
	moduleUnit = 2 << 10   // a memory device
	ppc64Unit  = 256 << 10 // either, on ppc64
)

// maxMemory is the most that libvirt can hold, in KiB.
const maxMemory = math.MaxInt64 >> 10

// A module is a memory device.
type module struct {
	at    *node
	size  guest.Memory
	label guest.Memory // the part of an nvdimm that holds its label
	// nvdimm is kept apart because ppc64 rounds it in its own way.
	nvdimm bool
}

func (p *parser) memoryModule(n *node) error {
	target := n.child("target")
	size := target.child("size")
	if size.content() == "" {
		return n.lacks("target/size")
	}
	m := module{at: n, nvdimm: n.attrOr("model", "") == "nvdimm"}
	var err error
	if m.size, err = size.kib(); err != nil {
		return err
	}
	if m.label, err = target.child("label").child("size").kib(); err != nil {
		return err
	}
	p.modules = append(p.modules, m)
	p.file(guest.FileMemory, n.child("source").child("path").content())
	return nil
}

// memory sums up the memory. It reads the amounts that aren't audited too,
// because libvirt refuses bad ones.
func (p *parser) memory(root *node) error {
	for _, name := range [...]string{"currentMemory", "maxMemory"} {
		if _, err := root.child(name).kib(); err != nil {
			return err
		}
	}
	total, err := root.child("memory").kib()
	if err != nil {
		return err
	}
	cells, err := readCells(root.child("cpu").child("numa"))
	if err != nil {
		return err
	}
	p.spec.Memory, err = p.total(root, total, cells)
	return err
}

// readCells gives the memory of each NUMA cell.
func readCells(numa *node) ([]guest.Memory, error) {
	var cells []guest.Memory
	for n := range numa.all("cell") {
		value, ok := n.attr("memory")
		if !ok {
			return nil, n.lacks("@memory")
		}
		size, err := memorySize(value, n.attrOr("unit", ""))
		if err != nil {
			return nil, n.refuseAttr("memory", "%w", err)
		}
		cells = append(cells, size)
	}
	return cells, nil
}

// total applies the rule that was asked for.
func (p *parser) total(root *node, total guest.Memory, cells []guest.Memory) (guest.Memory, error) {
	defined := p.o.Memory >= MemoryDefined
	if defined && p.os.ppc64 {
		if err := p.roundModules(); err != nil {
			return 0, err
		}
	}
	boot, modules := sum(cells, 1), p.modulesSize()
	switch {
	case boot > 0 && (defined || total == 0):
		total = plus(boot, modules)
	case modules > total:
		return 0, root.refuse("memory devices of %d KiB are more than the %d KiB of all memory", modules, total)
	}
	if total == modules {
		return 0, refuseNoMemory(root)
	}
	if p.o.Memory == MemoryStarted && p.isQEMU() {
		var err error
		if total, err = p.started(total, cells); err != nil {
			return 0, err
		}
	}
	if total > maxMemory {
		return 0, root.refuse("more memory in all than %d KiB", uint64(maxMemory))
	}
	return total, nil
}

func refuseNoMemory(root *node) error {
	if n := root.child("memory"); n != nil {
		return n.refuse("a guest needs memory, here or in NUMA cells")
	}
	return root.lacks("memory")
}

// started gives what a guest starts with.
func (p *parser) started(total guest.Memory, cells []guest.Memory) (guest.Memory, error) {
	unit := guest.Memory(bootUnit)
	if p.os.ppc64 {
		unit = ppc64Unit
	}
	boot := sum(cells, unit)
	if boot == 0 {
		boot = roundUp(total-p.modulesSize(), unit)
	}
	if err := p.roundModules(); err != nil {
		return 0, err
	}
	return plus(boot, p.modulesSize()), nil
}

// roundModules rounds each memory device to what the machine can have.
func (p *parser) roundModules() error {
	for i := range p.modules {
		m := &p.modules[i]
		switch {
		case !p.os.ppc64:
			m.size = roundUp(m.size, moduleUnit)
		case !m.nvdimm:
			m.size = roundUp(m.size, ppc64Unit)
		case m.size < m.label+ppc64Unit:
			return m.at.refuse("an nvdimm needs 256 MiB and the size of its label")
		default:
			m.size -= (m.size - m.label) % ppc64Unit
		}
	}
	return nil
}

func (p *parser) modulesSize() guest.Memory {
	var size guest.Memory
	for _, m := range p.modules {
		size = plus(size, m.size)
	}
	return size
}

// sum adds up cells, each rounded up to a multiple of unit.
func sum(cells []guest.Memory, unit guest.Memory) guest.Memory {
	var size guest.Memory
	for _, c := range cells {
		size = plus(size, roundUp(c, unit))
	}
	return size
}

// plus adds, up to a little more than there can be.
func plus(a, b guest.Memory) guest.Memory { return min(a+b, maxMemory+1) }

func roundUp(m, unit guest.Memory) guest.Memory { return (m + unit - 1) / unit * unit }
