package libvirtxml

import (
	"io"

	"github.com/virtaudit/virtaudit/guest"
)

// Defaults of Options.
const (
	DefaultChannelDir = "/var/lib/libvirt/qemu/channel/target"
	DefaultMaxBytes   = 16 << 20
)

// Options say which XML it is and what the host is like. The zero value is for
// a definition as it was written, on a host whose libvirt is as it was built.
type Options struct {
	// Live says that it is the XML of a running guest, as virsh dumpxml prints
	// it: ptys and libvirt's own channels keep their paths, and labels are read.
	// Without it such XML is read as a definition, in which these don't count,
	// even where it says <domain id='7'>.
	Live bool
	// Memory is how the guest's memory is summed up.
	Memory MemoryRule
	// ChannelDir is where libvirt puts the sockets of channels that name none;
	// "" is DefaultChannelDir.
	ChannelDir string
	// SecurityModel is the host's own, for a label that names none; "" is none,
	// and for a container no model at all.
	SecurityModel string
	// MaxBytes is how long the XML may be; 0 is DefaultMaxBytes.
	MaxBytes int64
	// Random is where missing uuids and MAC addresses come from; nil is a
	// generator that can't be foretold.
	Random io.Reader
	// Notes, if it isn't nil, is where to note what a Spec doesn't say.
	Notes *Notes
}

// Notes are what is known of XML beside the Spec that it gives.
type Notes struct {
	// ID is that of a running guest, 7 in <domain id='7'>: the XML is a dump of
	// it and better read with Live.
	ID string
	// NoUUID says that there is no uuid, NoMAC that an interface has no MAC
	// address. Random ones were taken, which nobody will know again.
	NoUUID, NoMAC bool
}

// Parse reads a guest's XML: that of <domain>.
func Parse(r io.Reader, o Options) (*guest.Spec, error) {
	root, err := decode(r, o.maxBytes())
	if err != nil {
		return nil, err
	}
	p := parser{o: o}
	if err := p.domain(root); err != nil {
		return nil, err
	}
	return &p.spec, nil
}

// ParseDevice reads the XML of one device of a guest, as virsh attach-device
// takes it. Of the guest only its hypervisor counts.
//
// It gives what the device is made of: an interface of the type hostdev is an
// Interface and a HostDevice, most others are a single resource. A memory device
// gives its size as guest.Memory; it is audited as an update of the guest's
// memory. Of devices that have nothing of the host (a controller) there is
// nothing.
func ParseDevice(r io.Reader, of guest.Virt, o Options) ([]guest.Resource, error) {
	root, err := decode(r, o.maxBytes())
	if err != nil {
		return nil, err
	}
	p := parser{o: o}
	p.spec.Virt = of
	read, known := devices[root.name]
	switch {
	case !known:
		return nil, root.refuse("no device that libvirt knows")
	case read == nil:
		return nil, nil
	}
	if err := read(&p, root); err != nil {
		return nil, err
	}
	return p.resources(), nil
}

// notes gives where to note what a Spec doesn't say.
func (p *parser) notes() *Notes {
	if p.o.Notes == nil {
		p.o.Notes = &Notes{}
	}
	return p.o.Notes
}

func (o *Options) maxBytes() int64 {
	if o.MaxBytes > 0 {
		return o.MaxBytes
	}
	return DefaultMaxBytes
}

// A parser makes a Spec of a tree. It holds what must be known of the whole
// definition before it can be put into the Spec.
type parser struct {
	o        Options
	spec     guest.Spec
	os       system
	assigned []guest.HostDevice // behind interfaces
	consoles []*node            // of spec.Consoles
	modules  []module
}

// system is what the definition says of the guest's machine.
type system struct {
	hvm   bool // it is a whole machine, with firmware and serial ports
	ppc64 bool
}

// domain reads a definition.
func (p *parser) domain(root *node) error {
	if root.name != "domain" {
		return root.refuse("not a definition of a guest, which is <domain>")
	}
	for _, read := range [...]func(*parser, *node) error{
		(*parser).identity,
		(*parser).vcpus,
		(*parser).iothreads,
		(*parser).labels,
		(*parser).devices,
		(*parser).memory,
	} {
		if err := read(p, root); err != nil {
			return err
		}
	}
	p.bootFiles(root.child("os"))
	return nil
}

// devices reads all devices, and then puts them into libvirt's order.
func (p *parser) devices(root *node) error {
	for all := range root.all("devices") {
		for _, n := range all.children {
			if read := devices[n.name]; read != nil {
				if err := read(p, n); err != nil {
					return err
				}
			}
		}
	}
	sortDisks(p.spec.Disks)
	p.spec.HostDevices = append(p.assigned, p.spec.HostDevices...)
	p.assigned = nil
	return p.mergeConsoles()
}

// devices are all that can be below <devices>; nil is what has nothing of the
// host.
var devices = map[string]func(*parser, *node) error{
	"disk":       (*parser).disk,
	"filesystem": (*parser).filesystem,
	"interface":  (*parser).netInterface,
	"hostdev":    (*parser).hostDevice,
	"redirdev":   (*parser).redirDevice,
	"serial":     (*parser).serial,
	"parallel":   (*parser).parallel,
	"channel":    (*parser).channel,
	"console":    (*parser).console,
	"smartcard":  (*parser).smartcard,
	"rng":        (*parser).rng,
	"tpm":        (*parser).tpm,
	"shmem":      (*parser).shmem,
	"input":      (*parser).input,
	"memory":     (*parser).memoryModule,
	"graphics":   (*parser).graphics,

	"audio": nil, "controller": nil, "crypto": nil, "hub": nil, "iommu": nil,
	"lease": nil, "memballoon": nil, "nvram": nil, "panic": nil, "pstore": nil,
	"redirfilter": nil, "sound": nil, "video": nil, "vsock": nil, "watchdog": nil,
}

// resources gives all that a single device was read into.
func (p *parser) resources() []guest.Resource {
	var all []guest.Resource
	s := &p.spec
	all = appendAll(all, s.Disks)
	all = appendAll(all, s.Filesystems)
	all = appendAll(all, s.Interfaces)
	all = appendAll(all, p.assigned)
	all = appendAll(all, s.HostDevices)
	all = appendAll(all, s.Redirs)
	all = appendAll(all, s.Serials)
	all = appendAll(all, s.Parallels)
	all = appendAll(all, s.Channels)
	all = appendAll(all, s.Consoles)
	all = appendAll(all, s.Smartcards)
	all = appendAll(all, s.RNGs)
	all = appendAll(all, s.TPMs)
	all = appendAll(all, s.Shmems)
	all = appendAll(all, s.Inputs)
	for _, m := range p.modules {
		all = append(all, m.size)
	}
	return appendAll(all, s.Files)
}

func appendAll[R guest.Resource](dst []guest.Resource, all []R) []guest.Resource {
	for _, r := range all {
		dst = append(dst, r)
	}
	return dst
}
