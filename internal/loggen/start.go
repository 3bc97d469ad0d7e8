package loggen

import "fmt"

// start is the records of a guest's start in libvirt's order: labels, network
// devices opened, the device cgroup, resources, and the start itself. All but
// the last say success though the start fails.
func (n *node) start(g *guest, reason string, ok bool) script {
	g.inLog = true
	r := n.newRun()
	var s script
	if g.virt == "lxc" {
		s = n.containerResources(g, s)
	} else {
		s = n.labelRecords(g, s, r)
		s = n.openNets(g, s, g.hw.macs)
		s = n.cgroup(g, s)
		s = n.resources(g, s)
	}
	s = append(s, n.commonResources(g)...)
	if !ok {
		return n.failedStart(g, s, reason, r)
	}
	s = append(s, n.control(g, "start reason="+reason, fmt.Sprintf("vm-pid=%d", r.pid), true,
		func(at Event) { n.opened(g, r, at) }))
	if g.virt == "lxc" {
		s = append(s, n.containerInit(g, r.pid))
	}
	return s
}

// failedStart ends a start group with its failure. QEMU may have run and
// crashed, and its profile may have denied it something.
func (n *node) failedStart(g *guest, s script, reason string, r run) script {
	machine := g.virt != "lxc" && !n.sim.cfg.OnlyVirt
	if machine && n.chance(4) {
		s = append(s, n.abend(g, r, 6, false))
	}
	if machine && n.labels == AppArmor && n.chance(4) {
		s = append(s, n.deniedByProfile(g, r))
	}
	return append(s, n.control(g, "start reason="+reason, "vm-pid=0", false,
		func(at Event) { n.failedToStart(g, r, at) }))
}

func (n *node) labelRecords(g *guest, s script, r run) script {
	switch n.labels {
	case AppArmor:
		profile := "libvirt-" + g.uuid
		s = append(s, n.machineID(g, "apparmor", profile, profile, true))
		if !n.sim.cfg.OnlyVirt {
			s = append(s, n.other(n.guestValues(g, r.pair), lineProfileLoad))
		}
	case SELinux:
		s = append(s, n.machineID(g, "selinux", selinuxContext(g, r.pair),
			"system_u:object_r:svirt_image_t:s0:"+r.pair.String(), true))
	}
	return append(s, n.machineID(g, "dac", "+64055:+64055", "+64055:+64055", !n.chance(400)))
}

func selinuxContext(g *guest, p pair) string {
	domain := "svirt_t"
	if g.virt == "qemu" {
		domain = "svirt_tcg_t"
	}
	return "system_u:system_r:" + domain + ":s0:" + p.String()
}

// openNets is the tap devices opened for interfaces.
func (n *node) openNets(g *guest, s script, macs []string) script {
	for _, mac := range macs {
		if !n.sim.cfg.OnlyVirt {
			s = append(s, n.other(n.draw(), linePromiscuous))
		}
		open := func(path, rdev string, ok bool) event {
			return n.resource(g, "net", "open", "net="+mac+` path="`+path+`" rdev=`+rdev, ok)
		}
		s = append(s, open("/dev/net/tun", "0A:C8", true))
		if n.chance(20) {
			s = append(s, open("/dev/vhost-net", "?", false), open("/dev/vhost-net", "?", true))
		} else {
			s = append(s, open("/dev/vhost-net", "0A:EE", true))
		}
	}
	return s
}

// allowed is the devices every guest may use, with their numbers.
var allowed = [...][2]string{
	{"/dev/null", "01:03"},
	{"/dev/full", "01:07"},
	{"/dev/zero", "01:05"},
	{"/dev/random", "01:08"},
	{"/dev/urandom", "01:09"},
	{"/dev/ptmx", "05:02"},
	{"/dev/kvm", "0A:E8"},
}

func (n *node) cgroup(g *guest, s script) script {
	n.machines++
	g.machine = n.machines
	dir := cgroupField(g)
	if !n.sim.cfg.OnlyVirt {
		s = append(s, n.other(n.draw(), lineProgLoad))
	}
	s = append(s, n.resource(g, "cgroup", "deny", dir+"class=all", true))
	for _, d := range allowed {
		s = append(s, n.resource(g, "cgroup", "allow", dir+`class=path path="`+d[0]+`" rdev=`+d[1]+" acl=rw", true))
	}
	return append(s, n.resource(g, "cgroup", "allow", dir+"class=major category=pty maj=88 acl=rw", true))
}

func cgroupField(g *guest) string {
	return fmt.Sprintf(`cgroup="/sys/fs/cgroup/machine.slice/machine-qemu\x2d%d\x2d%s.scope/" `, g.machine, g.uuid[:8])
}

// resources is a machine's devices, up to those that containers have too.
func (n *node) resources(g *guest, s script) script {
	add := func(kind, fields string) { s = append(s, n.resource(g, kind, "start", fields, true)) }
	each := func(kind string, ids []string) {
		for _, id := range ids {
			add(kind, change(kind, "", id))
		}
	}
	each("disk", g.hw.disks)
	each("fs", g.hw.fs)
	each("net", g.hw.macs)
	hostDevices(g, add)
	each("chardev", g.hw.chardevs)
	each("smartcard", g.hw.smartcards)
	if g.hw.rng != "" {
		add("rng", change("rng", "", g.hw.rng))
	}
	rareDevices(g, add)
	return s
}

func hostDevices(g *guest, add func(kind, fields string)) {
	for _, d := range g.hw.hostdevs {
		add("dev", deviceFields(d.bus, d.id))
	}
	for range g.hw.redirdevs {
		add("dev", deviceFields("usb", redirected))
	}
}

// redirected is what libvirt writes for every redirected USB device.
const redirected = "USB redirdev"

func deviceFields(bus, id string) string { return "bus=" + bus + " device=" + encode(id) }

func rareDevices(g *guest, add func(kind, fields string)) {
	if g.hw.tpm != "" {
		add(g.hw.tpmKind, "device="+encode(g.hw.tpm))
	}
	if g.hw.shmem != "" {
		add("shmem", "size=4194304 path="+g.hw.shmem)
	}
	if g.hw.ivshmem != "" {
		add("ivshmem-socket", "path="+g.hw.ivshmem)
	}
	if g.hw.evdev != "" {
		add("evdev", "path="+g.hw.evdev)
	}
}

func (n *node) commonResources(g *guest) script {
	s := script{
		n.resource(g, "mem", "start", amount("mem", 0, g.hw.mem), true),
		n.resource(g, "vcpu", "start", amount("vcpu", 0, g.hw.vcpus), true),
	}
	if g.hw.iothreads > 0 {
		s = append(s, n.resource(g, "iothread", "start", amount("iothread", 0, g.hw.iothreads), true))
	}
	return s
}

func (n *node) containerResources(g *guest, s script) script {
	add := func(kind, fields string) { s = append(s, n.resource(g, kind, "start", fields, true)) }
	for _, fs := range g.hw.fs {
		add("fs", change("fs", "", fs))
	}
	for _, mac := range g.hw.macs {
		add("net", change("net", "", mac))
	}
	for _, c := range g.hw.caps {
		add("hostdev", c.key+"="+encode(c.path))
	}
	for _, c := range g.hw.chardevs {
		add("chardev", change("chardev", "", c))
	}
	return s
}

// containerInit is the record that follows a container's start.
func (n *node) containerInit(g *guest, pid int) event {
	fields := fmt.Sprintf("vm-pid=%d init-pid=%d pid-ns=%d", pid, pid+1, 4026532000+n.rng.IntN(4000))
	return n.control(g, "init", fields, true, func(Event) {
		g.seen = true
		n.sim.tally.Inits++
	})
}
