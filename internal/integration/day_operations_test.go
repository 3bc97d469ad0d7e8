//go:build linux

package integration

import (
	"fmt"
	"strings"
	"testing"
)

// dayGuest is a guest of the day. Its disk comes first in its definition.
const dayGuest = `
<domain type='%[1]s' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>
  <name>%[2]s</name>
  <uuid>%[3]s</uuid>
  <memory unit='MiB'>128</memory>
  <vcpu current='1'>2</vcpu>
  <os><type arch='x86_64' machine='pc'>hvm</type><boot dev='hd'/></os>
  <features><acpi/></features>
  <devices>
    <emulator>/usr/bin/qemu-system-x86_64</emulator>
    <disk type='file'><driver type='qcow2'/><source file='/srv/vm/%[2]s.qcow2'/><target dev='vda' bus='virtio'/></disk>
    %[4]s
    <memballoon model='virtio'/>
  </devices>
  <qemu:commandline>%[5]s</qemu:commandline>
</domain>`

// define makes a guest known to libvirt, with more devices and more for QEMU.
func (d *day) define(t *testing.T, name, devices string, args ...string) {
	t.Helper()
	d.host.image(t, "-f", "qcow2", "-b", "/srv/vm/base.raw", "-F", "raw", "/srv/vm/"+name+".qcow2")
	d.uuids[name] = newUUID()
	more := ""
	for _, arg := range args {
		more += "<qemu:arg value='" + arg + "'/>"
	}
	d.host.virsh(t, "define", xmlFile(t, fmt.Sprintf(dayGuest, virtType(), name, d.uuids[name], devices, more)))
}

func (d *day) virsh(t *testing.T, args ...string) func() {
	return func() {
		t.Helper()
		d.host.virsh(t, args...)
	}
}

// device attaches, detaches or updates a device of a guest.
func (d *day) device(t *testing.T, command, guest, xml string) func() {
	return func() {
		t.Helper()
		d.host.device(t, command, guest, xml)
	}
}

const (
	dayMAC       = "52:54:00:db:00:01"
	dayInterface = `<interface type='bridge'><mac address='` + dayMAC + `'/><source bridge='%s'/><model type='e1000'/><link state='%s'/></interface>`
	dayDrive     = `<disk type='file' device='cdrom'><driver type='raw'/>%s<target dev='hdc' bus='ide'/><readonly/></disk>`
	dayRNG       = `<rng model='virtio'><backend model='random'>/dev/random</backend></rng>`
)

// life is the start of a guest, and what changes of it without devices.
func (d *day) life(t *testing.T) {
	d.host.bootable(t, "srv/vm/base.raw")
	d.host.image(t, "-f", "raw", "/srv/vm/install.iso", "1M")
	d.host.image(t, "-f", "raw", "/srv/vm/tools.iso", "1M")
	d.define(t, "db1", strings.Join([]string{
		fmt.Sprintf(dayDrive, `<source file='/srv/vm/install.iso'/>`),
		fmt.Sprintf(dayInterface, "br-app", "up"),
		`<rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>`,
	}, "\n"))
	d.step(t, "start of a guest with an RNG, a disk with a backing file, and an interface", "db1", d.virsh(t, "start", "db1"),
		happened("start", "log, libvirt", started), state("running", "log"),
		holds("disk", "/srv/vm/db1.qcow2", "log, libvirt, proc"), holds("backing", "/srv/vm/base.raw", "libvirt, proc"),
		holds("rng", "/dev/urandom", "log, libvirt, proc"), holds("net", dayMAC, "log, libvirt, proc"))
	d.step(t, "setmem (balloon)", "db1", func() {
		d.host.virsh(t, "setmem", "db1", "96M", "--live")
		eventually(t, patience, "the guest gives its memory", func() bool {
			return strings.HasPrefix(d.host.virsh(t, "dommemstat", "db1"), "actual 98304\n")
		})
	},
		happened("balloon", "libvirt", op("balloon")), found("unrecorded", "mem ", "libvirt"))
	d.step(t, "setvcpus", "db1", d.virsh(t, "setvcpus", "db1", "2", "--live"),
		happened("update of vcpu", "log, libvirt", opOf("update", "vcpu 2")))
	d.step(t, "iothreadadd", "db1", d.virsh(t, "iothreadadd", "db1", "1", "--live"),
		happened("update of iothread", "log, libvirt", opOf("update", "iothread 1")))
	d.step(t, "iothreaddel", "db1", d.virsh(t, "iothreaddel", "db1", "1", "--live"),
		happened("update of iothread", "log, libvirt", opOf("update", "iothread 0")))
}

// devices come and go, over which libvirt disposes.
func (d *day) devices(t *testing.T) {
	d.step(t, "RNG attached", "db1", d.device(t, "attach-device", "db1", dayRNG),
		happened("attach", "libvirt", opOf("attach", "rng /dev/random")), holds("rng", "/dev/random", "libvirt, proc"),
		found("unrecorded", "rng /dev/random", "libvirt"))
	d.step(t, "RNG detached", "db1", d.device(t, "detach-device", "db1", dayRNG),
		happened("detach", "log, libvirt", opOf("detach", "rng /dev/random")), freed("rng", "/dev/random", "libvirt, proc"),
		found("detach-without-attach", "rng /dev/random", "log"))
	egd := listen(t)
	d.step(t, "RNG attached that is an EGD over TCP", "db1", d.device(t, "attach-device", "db1",
		`<rng model='virtio'><backend model='egd' type='tcp'><source mode='connect' host='127.0.0.1' service='`+egd+`'/><protocol type='raw'/></backend></rng>`),
		happened("attach", "libvirt", opOf("attach", "rng tcp:127.0.0.1:"+egd)), holds("rng", "tcp:127.0.0.1:"+egd, "libvirt, proc"))
	d.host.image(t, "-f", "raw", "/srv/vm/remote.raw", "1M")
	nbd := d.host.exportImage(t, "/srv/vm/remote.raw")
	disk := "nbd://127.0.0.1:" + nbd + "/export"
	d.step(t, "network disk attached (NBD)", "db1", d.device(t, "attach-device", "db1",
		`<disk type='network'><driver type='raw'/><source protocol='nbd' name='export'><host name='127.0.0.1' port='`+nbd+`'/></source><target dev='vdb' bus='virtio'/></disk>`),
		happened("attach", "libvirt", opOf("attach", "disk "+disk)), holds("disk", disk, "libvirt, proc"))
	d.step(t, "medium changed", "db1", d.device(t, "update-device", "db1", fmt.Sprintf(dayDrive, `<source file='/srv/vm/tools.iso'/>`)),
		happened("update", "log, libvirt", opOf("update", "disk /srv/vm/tools.iso")),
		freed("disk", "/srv/vm/install.iso", "log, libvirt, proc"), holds("disk", "/srv/vm/tools.iso", "log, libvirt, proc"))
	d.step(t, "medium ejected", "db1", d.device(t, "update-device", "db1", fmt.Sprintf(dayDrive, "")),
		happened("update", "log, libvirt", ejected), freed("disk", "/srv/vm/tools.iso", "log, libvirt, proc"))
	d.step(t, "link of an interface set down", "db1", d.device(t, "update-device", "db1", fmt.Sprintf(dayInterface, "br-app", "down")),
		happened("update", "libvirt", opOf("update", "net "+dayMAC)))
	d.step(t, "interface moved to another bridge", "db1", d.device(t, "update-device", "db1", fmt.Sprintf(dayInterface, "br-dmz", "down")),
		happened("update", "libvirt", opOf("update", "net "+dayMAC)), holds("net", dayMAC, "log, libvirt, proc"))
	d.step(t, "suspend", "db1", d.virsh(t, "suspend", "db1"), happened("suspend", "libvirt", op("suspend")))
	d.step(t, "resume", "db1", d.virsh(t, "resume", "db1"), happened("resume", "libvirt", op("resume")))
	d.step(t, "reset", "db1", d.virsh(t, "reset", "db1"), happened("reset", "libvirt", op("reset")))
}

// images change below disks.
func (d *day) images(t *testing.T) {
	d.step(t, "snapshot of disks alone", "db1",
		d.virsh(t, "snapshot-create-as", "db1", "monday", "--disk-only", "--no-metadata", "--diskspec", "vda,file=/srv/vm/db1.monday", "--diskspec", "vdb,snapshot=no"),
		happened("snapshot", "log, libvirt", opOf("snapshot", "disk /srv/vm/db1.monday")),
		holds("disk", "/srv/vm/db1.monday", "log, libvirt, proc"), holds("backing", "/srv/vm/db1.qcow2", "libvirt, proc"))
	d.step(t, "blockcommit --active --pivot", "db1",
		d.virsh(t, "blockcommit", "db1", "vda", "--active", "--shallow", "--pivot", "--wait"),
		happened("block-job", "libvirt", op("block-job")), holds("disk", "/srv/vm/db1.qcow2", "libvirt, proc"),
		freed("disk", "/srv/vm/db1.monday", "log, libvirt, proc"), found("unrecorded", "disk /srv/vm/db1.qcow2", "libvirt"))
	d.step(t, "blockcopy --pivot", "db1",
		d.virsh(t, "blockcopy", "db1", "vda", "/srv/vm/copy.qcow2", "--transient-job", "--pivot", "--wait"),
		happened("block-job", "libvirt", op("block-job")), holds("disk", "/srv/vm/copy.qcow2", "log, libvirt, proc"),
		freed("disk", "/srv/vm/db1.qcow2", "libvirt, proc"), found("unrecorded", "disk /srv/vm/db1.qcow2", "libvirt"))
}

// ejected tells that a drive is empty: records have an update to nothing.
func ejected(e *dayEvent) bool {
	return (e.Op == "update" || e.Op == "detach") && e.Resource != nil && e.Resource.Kind == "disk"
}

// refused is what doesn't succeed.
func (d *day) refused(t *testing.T) {
	fails := func(args ...string) func() {
		return func() {
			t.Helper()
			d.host.fails(t, args...)
		}
	}
	missing := xmlFile(t, `<disk type='file'><driver type='raw'/><source file='/srv/vm/missing.raw'/><target dev='vdc' bus='virtio'/></disk>`)
	d.step(t, "attach of a disk whose file is missing", "db1", fails("attach-device", "db1", missing, "--live"))
	egd := xmlFile(t, `<rng model='virtio'><backend model='egd' type='unix'><source mode='connect' path='/run/missing.sock'/></backend></rng>`)
	d.step(t, "attach of an RNG whose socket is missing", "db1", fails("attach-device", "db1", egd, "--live"),
		happened("attach failed", "log", failed("attach", "rng /run/missing.sock")),
		found("operation-failed", "rng /run/missing.sock", "log"))
	d.define(t, "vault", "", "-no-such-option")
	d.step(t, "start that fails", "vault", fails("start", "vault"), happened("start failed", "log", failed("start", "-")), state("failed", "log"),
		found("operation-failed", "-", "log"))
}

// hidden is what neither definitions nor records name.
func (d *day) hidden(t *testing.T) {
	d.host.image(t, "-f", "raw", "/srv/vm/hidden.raw", "1M")
	d.step(t, "drive added through the monitor", "db1",
		d.virsh(t, "qemu-monitor-command", "db1", "--hmp", "drive_add 0 if=none,id=hidden,format=raw,file=/srv/vm/hidden.raw"),
		holds("file", "/srv/vm/hidden.raw", "proc"), found("undeclared", "file /srv/vm/hidden.raw", "proc"))
	d.define(t, "web1", "", "-object", "rng-random,id=own,filename=/dev/random", "-device", "virtio-rng-pci,rng=own,addr=0x1e")
	d.step(t, "start with an RNG by qemu:commandline", "web1", d.virsh(t, "start", "web1"),
		happened("start", "log, libvirt", started), holds("char", "/dev/random", "proc"), found("undeclared", "char /dev/random", "proc"))
}

// ends are the ways in which guests end.
func (d *day) ends(t *testing.T) {
	pid := d.host.pid(t, "libvirt/qemu/web1")
	d.step(t, "kill -9 of QEMU", "web1", func() {
		d.host.kill(t, pid)
		eventually(t, patience, "libvirt notes it", func() bool { return d.host.virsh(t, "domstate", "web1") == "shut off" })
	}, happened("stop", "log, libvirt", stopped), state("closed", "log"), found("guest-died", "-", "log"))
	d.define(t, "build7", "")
	d.host.virsh(t, "start", "build7")
	d.step(t, "libvirtd restarted while guests run", "db1", func() {
		d.host.stopLibvirtd(t)
		d.host.startLibvirtd(t)
	}, state("running", "log"), still("disk", "/srv/vm/copy.qcow2", "log, libvirt, proc"),
		unwatched("libvirt ", "libvirt"))
	d.service.watching(t)
	pid = d.host.pid(t, "libvirt/qemu/build7")
	d.host.stopLibvirtd(t)
	d.step(t, "kill -9 of QEMU while libvirtd is down", "build7", func() { d.host.kill(t, pid) },
		happened("stop", "proc", opBy("stop", "proc")), found("unrecorded", "-", "proc"))
	d.step(t, "libvirtd started again", "build7", func() { d.host.startLibvirtd(t) },
		happened("stop", "libvirt", opBy("stop", "libvirt")), state("lost", "log"), unwatched("libvirt ", "libvirt"))
	d.step(t, "start after it was lost", "build7", d.virsh(t, "start", "build7"),
		happened("start", "log, libvirt", started), state("running", "log"), holds("disk", "/srv/vm/build7.qcow2", "log, libvirt, proc"), found("session-lost", "-", "log"))
	d.step(t, "destroy", "build7", d.virsh(t, "destroy", "build7"), happened("stop", "log, libvirt", stopped), state("closed", "log"),
		freed("disk", "/srv/vm/build7.qcow2", "log, libvirt, proc"))
	d.host.virsh(t, "start", "web1") // so that some run when the day ends
}
