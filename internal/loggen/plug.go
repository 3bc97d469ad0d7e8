package loggen

import "fmt"

// plugged is a resource that a guest got while it ran.
type plugged struct {
	kind *plugKind
	id   string
}

// plugKind is a kind of resource that comes and goes while a guest runs.
type plugKind struct {
	kind   string
	id     func(n *node, g *guest) string
	fields func(from, to string) string // one of them is ""
}

func pairFields(kind string) func(from, to string) string {
	return func(from, to string) string { return change(kind, from, to) }
}

func busFields(bus string) func(from, to string) string {
	return func(from, to string) string { return deviceFields(bus, from+to) }
}

var machinePlugs = [...]plugKind{
	{"disk", hotDisk, pairFields("disk")},
	{"disk", hotDisk, pairFields("disk")},
	{"net", func(n *node, _ *guest) string { return randomMAC(n.rng) }, pairFields("net")},
	{"net", func(n *node, _ *guest) string { return randomMAC(n.rng) }, pairFields("net")},
	{"fs", func(n *node, g *guest) string { return numbered(n, "/srv/share/", g, "") }, pairFields("fs")},
	{"chardev", func(n *node, g *guest) string { return numbered(n, "/run/chan/", g, ".sock") }, pairFields("chardev")},
	{"rng", hotRNG, pairFields("rng")},
	{"rng", hotRNG, pairFields("rng")},
	{"dev", func(n *node, _ *guest) string { return randomPCI(n.rng) }, busFields("pci")},
	{"dev", func(n *node, _ *guest) string { return randomUSB(n.rng) }, busFields("usb")},
	{"dev", func(n *node, _ *guest) string { return fmt.Sprintf("host0:0:%d:0", n.rng.IntN(16)) }, busFields("scsi")},
	{"dev", func(*node, *guest) string { return redirected }, busFields("usb")},
	{"shmem", func(n *node, g *guest) string { return numbered(n, "/dev/shm/", g, "") }, func(from, to string) string {
		return "size=4194304 path=" + from + to
	}},
	{"ivshmem-socket", func(n *node, g *guest) string { return numbered(n, "/run/shm/", g, ".sock") }, pathFields},
	{"evdev", func(n *node, _ *guest) string { return fmt.Sprintf("/dev/input/event%d", n.rng.IntN(32)) }, pathFields},
}

var containerPlugs = [...]plugKind{
	{"hostdev", func(n *node, _ *guest) string { return fmt.Sprintf("/dev/tty%d", 20+n.rng.IntN(40)) }, func(from, to string) string {
		return "chardev=" + encode(from+to)
	}},
	{"hostdev", func(n *node, _ *guest) string { return fmt.Sprintf("/dev/loop%d", n.rng.IntN(32)) }, func(from, to string) string {
		return "disk=" + encode(from+to)
	}},
	{"net", func(n *node, _ *guest) string { return randomMAC(n.rng) }, pairFields("net")},
}

func pathFields(from, to string) string { return "path=" + from + to }

func hotDisk(n *node, g *guest) string { return randomDisk(n.rng, g, 10+n.rng.IntN(90)) }

func hotRNG(n *node, _ *guest) string {
	return [...]string{"/dev/random", "/dev/urandom", "/dev/hwrng"}[n.rng.IntN(3)]
}

func numbered(n *node, dir string, g *guest, suffix string) string {
	return fmt.Sprintf("%s%s-%d%s", dir, g.uuid[:8], n.rng.IntN(1000), suffix)
}

// plugging is a change of a running guest, or a few. The first thing that the
// log shows of a guest succeeds and leaves no doubt that it runs.
func (n *node) plugging(g *guest) script {
	g.inLog = true
	if !g.seen {
		return n.firstSeen(g)
	}
	var s script
	for range 1 + n.rng.IntN(3) {
		s = append(s, n.plug(g)...)
	}
	return s
}

func (n *node) plug(g *guest) script {
	if g.virt == "lxc" {
		return n.attachOrDetach(g, containerPlugs[:])
	}
	if n.chance(3) {
		return n.update(g)
	}
	return n.attachOrDetach(g, machinePlugs[:])
}

// firstSeen is the first record of a guest that ran before the log.
func (n *node) firstSeen(g *guest) script {
	if g.virt == "lxc" {
		return script{n.containerInit(g, g.pid)}
	}
	disk := g.hw.disks[len(g.hw.disks)-1]
	switch n.rng.IntN(3) {
	case 0:
		return script{n.resource(g, "disk", "detach", change("disk", disk, ""), true)}
	case 1:
		return script{n.resource(g, "disk", "attach", change("disk", "", hotDisk(n, g)), true)}
	default:
		return script{n.resource(g, "mem", "update", amount("mem", g.mem, g.mem+131072), true)}
	}
}

func (n *node) attachOrDetach(g *guest, kinds []plugKind) script {
	if len(g.plugged) > 0 && n.chance(2) || len(g.plugged) > 7 {
		return n.detach(g)
	}
	k := &kinds[n.rng.IntN(len(kinds))]
	p := plugged{k, k.id(n, g)}
	ok := n.rng.IntN(100) >= 12
	s := n.permissions(g, p)
	if ok {
		g.plugged = append(g.plugged, p)
		if k.kind == "rng" {
			return s // libvirt says nothing when this succeeds
		}
	}
	return append(s, n.resource(g, k.kind, "attach", k.fields("", p.id), ok))
}

func (n *node) detach(g *guest) script {
	i := n.rng.IntN(len(g.plugged))
	p := g.plugged[i]
	ok := !n.chance(16)
	if ok {
		g.plugged = append(g.plugged[:i], g.plugged[i+1:]...)
	}
	return script{n.resource(g, p.kind.kind, "detach", p.kind.fields(p.id, ""), ok)}
}

// permissions is what libvirt allows a machine before it attaches a device.
func (n *node) permissions(g *guest, p plugged) script {
	switch {
	case g.virt == "lxc":
		return nil
	case p.kind.kind == "net":
		return n.openNets(g, nil, []string{p.id})
	case p.kind.kind == "rng":
		return script{n.resource(g, "cgroup", "allow", cgroupField(g)+`class=path path="`+p.id+`" rdev=01:08 acl=rw`, !n.chance(50))}
	default:
		return nil
	}
}

// update is a change of what a machine has already.
func (n *node) update(g *guest) script {
	ok := n.rng.IntN(100) >= 12
	switch n.rng.IntN(7) {
	case 0:
		return script{n.stepped(g, "mem", &g.mem, 131072, ok)}
	case 1:
		return script{n.stepped(g, "vcpu", &g.vcpus, 1, ok)}
	case 2:
		return script{n.stepped(g, "iothread", &g.iothreads, 1, ok)}
	case 3:
		return n.changeMedia(g, ok)
	case 4:
		overlay := numbered(n, "/var/lib/libvirt/images/", g, ".snap")
		e := n.resource(g, "disk", "snapshot", change("disk", g.top, overlay), ok)
		if ok {
			g.top = overlay
		}
		return script{e}
	case 5:
		return script{n.resource(g, "disk", "mirror", change("disk", "", numbered(n, "/srv/copy/", g, ".qcow2")), ok)}
	default:
		return n.updateNet(g)
	}
}

// stepped is a counted resource that grows or shrinks by one step.
func (n *node) stepped(g *guest, kind string, have *int, step int, ok bool) event {
	to := *have + step
	if n.chance(2) && *have > step {
		to = *have - step
	}
	e := n.resource(g, kind, "update", amount(kind, *have, to), ok)
	if ok {
		*have = to
	}
	return e
}

// changeMedia puts another disc in the CD drive, or none.
func (n *node) changeMedia(g *guest, ok bool) script {
	if !g.hw.cdrom {
		return nil
	}
	media := ""
	if g.media == "" || n.chance(2) {
		media = fmt.Sprintf("/srv/iso/my cd %d.iso", n.rng.IntN(1000))
	}
	e := n.resource(g, "disk", "update", change("disk", g.media, media), ok)
	if ok {
		g.media = media
	}
	return script{e}
}

// updateNet moves an interface to another bridge: libvirt says that it was
// detached and attached.
func (n *node) updateNet(g *guest) script {
	if len(g.hw.macs) == 0 {
		return nil
	}
	mac := g.hw.macs[0]
	return script{
		n.resource(g, "net", "detach", change("net", mac, ""), true),
		n.resource(g, "net", "attach", change("net", "", mac), true),
	}
}
