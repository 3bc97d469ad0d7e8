package witness

import (
	"net"
	"strings"

	"github.com/virtaudit/virtaudit/guest"
	"github.com/virtaudit/virtaudit/internal/fact"
)

// A speller makes Things of a guest.Spec. It is for one goroutine at a time.
type speller struct {
	reader   reader
	virt     guest.Virt
	messages []guest.Message
	things   []fact.Thing
}

// details are what a definition says of its devices and a Spec has no place for, by the
// device's place in the Spec.
type details struct {
	disks, interfaces, hostDevices, rngs []map[string]string
	// memory has how much the balloon leaves the guest now, in KiB. libvirt never
	// records that.
	memory map[string]string
}

func at(all []map[string]string, i int) map[string]string {
	if i < len(all) {
		return all[i]
	}
	return nil
}

// spell gives everything that a Spec has, in no order.
func (s *speller) spell(spec *guest.Spec, d details) []fact.Thing {
	s.virt, s.things = spec.Virt, nil
	s.storage(spec, &d)
	s.ports(spec)
	for i, r := range spec.RNGs {
		s.add(guest.Spec{RNGs: spec.RNGs[i : i+1]}, silentRNG(r), merged(rngDetail(r), at(d.rngs, i)))
	}
	for i, t := range spec.TPMs {
		s.add(guest.Spec{TPMs: spec.TPMs[i : i+1]}, fact.Thing{}, detail("backend", string(t.Backend)))
	}
	for i := range spec.Shmems {
		s.add(guest.Spec{Shmems: spec.Shmems[i : i+1]}, fact.Thing{}, nil)
	}
	for i := range spec.Inputs {
		s.add(guest.Spec{Inputs: spec.Inputs[i : i+1]}, fact.Thing{}, nil)
	}
	for _, f := range spec.Files {
		s.things = append(s.things, fact.Thing{Kind: string(f.Use), ID: fact.Plain(f.Path), Silent: true})
	}
	s.quantity("mem", uint64(spec.Memory), d.memory)
	s.quantity("vcpu", uint64(spec.VCPUs), nil)
	s.quantity("iothread", uint64(spec.IOThreads), nil)
	return s.things
}

// storage adds disks, file systems, interfaces and host devices.
func (s *speller) storage(spec *guest.Spec, d *details) {
	for i, disk := range spec.Disks {
		s.add(guest.Spec{Disks: spec.Disks[i : i+1]}, silentDisk(disk.Source), merged(diskDetail(disk), at(d.disks, i)))
	}
	for i, f := range spec.Filesystems {
		silent := fact.Thing{Kind: "fs", ID: f.Source}
		if f.Source == "" {
			silent.ID = f.Socket
		}
		s.add(guest.Spec{Filesystems: spec.Filesystems[i : i+1]}, silent, detail("target", f.Target, "socket", f.Socket))
	}
	for i, n := range spec.Interfaces {
		s.add(guest.Spec{Interfaces: spec.Interfaces[i : i+1]}, fact.Thing{},
			merged(detail("type", n.Type, "source", n.Source, "tap", n.Target), at(d.interfaces, i)))
	}
	for i, h := range spec.HostDevices {
		s.add(guest.Spec{HostDevices: spec.HostDevices[i : i+1]}, fact.Thing{Kind: "hostdev", ID: h.Address, Sub: string(h.Type)}, at(d.hostDevices, i))
	}
}

// ports adds everything that has a character device.
func (s *speller) ports(spec *guest.Spec) {
	for i, r := range spec.Redirs {
		s.add(guest.Spec{Redirs: spec.Redirs[i : i+1]}, fact.Thing{}, detail("source", address(r.Source)))
	}
	for i, p := range spec.Serials {
		s.add(guest.Spec{Serials: spec.Serials[i : i+1]}, silentChardev(p.Source), portDetail("serial", p.Source))
	}
	for i, p := range spec.Parallels {
		s.add(guest.Spec{Parallels: spec.Parallels[i : i+1]}, silentChardev(p.Source), portDetail("parallel", p.Source))
	}
	for i, p := range spec.Channels {
		s.add(guest.Spec{Channels: spec.Channels[i : i+1]}, silentChardev(p.Source),
			merged(portDetail("channel", p.Source), detail("name", p.Name)))
	}
	for i, p := range spec.Consoles {
		s.add(guest.Spec{Consoles: spec.Consoles[i : i+1]}, silentChardev(p.Source), portDetail("console", p.Source))
	}
	for i, c := range spec.Smartcards {
		silent := silentChardev(c.Source)
		silent.Kind = "smartcard"
		s.add(guest.Spec{Smartcards: spec.Smartcards[i : i+1]}, silent, detail("mode", string(c.Mode)))
	}
}

// add adds the Things of the only device in a Spec: those in the records of a start with
// it, or, if there are none, the silent one, if that has a name.
func (s *speller) add(one guest.Spec, silent fact.Thing, d map[string]string) {
	one.Name, one.Virt = "any", s.virt // a thing isn't named after its guest
	s.messages, _ = guest.AppendRecords(s.messages[:0], guest.Change{Guest: &one, Op: guest.Start})
	told := false
	for i := range s.messages[:len(s.messages)-afterDevices] {
		said, ok := s.reader.read(&s.messages[i])
		if !ok || !said.has {
			continue
		}
		told = true
		s.things = append(s.things, fact.Thing{Kind: said.kind, ID: fact.Plain(said.id), Sub: fact.Plain(said.sub), Detail: d})
	}
	if !told && silent.ID != "" {
		silent.ID, silent.Sub, silent.Silent, silent.Detail = fact.Plain(silent.ID), fact.Plain(silent.Sub), true, d
		s.things = append(s.things, silent)
	}
}

// afterDevices is how many messages of a start come after those of devices, for a Spec
// without I/O threads: memory, vcpus and the start itself.
const afterDevices = 3

func (s *speller) quantity(kind string, n uint64, d map[string]string) {
	if n > 0 {
		s.things = append(s.things, fact.Thing{Kind: kind, Value: n, Detail: d})
	}
}

func merged(maps ...map[string]string) map[string]string {
	var all map[string]string
	for _, m := range maps {
		for k, v := range m {
			if all == nil {
				all = map[string]string{}
			}
			all[k] = v
		}
	}
	return all
}

// silentDisk names a disk that libvirt doesn't record: nbd://HOST:PORT/NAME.
func silentDisk(s guest.DiskSource) fact.Thing {
	t := fact.Thing{Kind: "disk"}
	switch s.Type {
	case guest.DiskNetwork:
		t.ID = s.Protocol + "://" + s.Host + "/" + s.Name
	case guest.DiskVolume:
		t.ID = "volume:" + s.Name
	case guest.DiskNVMe:
		t.ID = "nvme:" + s.Path
	case guest.DiskVhostUser:
		t.ID = s.Path
	}
	return t
}

func diskDetail(d guest.Disk) map[string]string {
	return detail("target", d.Target, "bus", d.Bus, "device", d.Device, "type", string(d.Source.Type))
}

// silentRNG names an RNG that libvirt doesn't record: an EGD over a network, by
// its address, and QEMU's own, which has nothing of the host's but its generator.
func silentRNG(r guest.RNG) fact.Thing {
	t := fact.Thing{Kind: "rng"}
	switch r.Backend {
	case guest.RNGEGD:
		t.ID = address(r.Source)
	case "", guest.RNGRandom:
	default:
		t.ID = string(r.Backend)
	}
	return t
}

func rngDetail(r guest.RNG) map[string]string {
	backend := string(r.Backend)
	if backend == "" {
		backend = string(guest.RNGRandom)
	}
	return detail("backend", backend)
}

// silentChardev names a character device by its address. Those that have none
// (null, vc, stdio) are nothing of the host's.
func silentChardev(c guest.Chardev) fact.Thing {
	switch c.Type {
	case guest.ChardevTCP, guest.ChardevUDP, guest.ChardevDBus, "vsock":
		return fact.Thing{Kind: "chardev", ID: address(c)}
	}
	return fact.Thing{}
}

func portDetail(use string, c guest.Chardev) map[string]string {
	return detail("use", use, "type", string(c.Type), "listen", flag(c.Listen))
}

// address gives where a character device leads: its path, or TYPE:HOST:SERVICE.
func address(c guest.Chardev) string {
	switch {
	case c.Path != "":
		return c.Path
	case c.Service != "" && c.Host != "":
		return string(c.Type) + ":" + net.JoinHostPort(strings.Trim(c.Host, "[]"), c.Service)
	case c.Host+c.Service != "":
		return string(c.Type) + ":" + c.Host + c.Service
	}
	return string(c.Type)
}
