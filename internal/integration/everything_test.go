//go:build linux

package integration

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"testing"
)

// everything is a definition of all that a QEMU of Debian's can be given
// without hardware. Its paths are below %[1]s.
const everything = `
<domain type='%[2]s'>
  <name>every thing</name>
  <uuid>%[3]s</uuid>
  <maxMemory slots='2' unit='MiB'>512</maxMemory>
  <memory unit='MiB'>96</memory>
  <vcpu placement='static' current='1'>2</vcpu>
  <iothreads>2</iothreads>
  <os><type arch='x86_64' machine='pc'>hvm</type></os>
  <features><acpi/></features>
  <cpu><numa><cell id='0' cpus='0-1' memory='64' unit='MiB'/></numa></cpu>
  <devices>
    <emulator>/usr/bin/qemu-system-x86_64</emulator>
    <controller type='usb' model='qemu-xhci'/>
    <controller type='scsi' model='virtio-scsi'/>
    <disk type='file'><driver type='raw'/><source file='%[1]s/b.img'/><target dev='vdb' bus='virtio'/></disk>
    <disk type='file'><driver type='raw'/><source file='%[1]s/scsi.img'/><target dev='sda' bus='scsi'/></disk>
    <disk type='file'><driver type='raw'/><source file='%[1]s/a disk.img'/><target dev='vda' bus='virtio'/></disk>
    <disk type='file' device='cdrom'><driver type='raw'/><target dev='hdc' bus='ide'/><readonly/></disk>
    <disk type='dir'><driver type='fat'/><source dir='%[1]s/fat'/><target dev='sdb' bus='usb'/><readonly/></disk>
    <filesystem type='mount' accessmode='passthrough'><source dir='%[1]s/fat'/><target dir='share'/></filesystem>
    <interface type='user'><mac address='52:54:00:AB:0C:01'/></interface>
    <interface type='user'><mac address='52:54:00:ab:0c:02'/></interface>
    <serial type='pty'><target port='0'/></serial>
    <serial type='file'><source path='%[1]s/serial.log'/><target port='1'/></serial>
    <serial type='tcp'><source mode='bind' host='127.0.0.1' service='0'/><target port='2'/></serial>
    <parallel type='file'><source path='%[1]s/parallel.log'/><target port='0'/></parallel>
    <console type='pty'><target type='serial' port='0'/></console>
    <console type='pty'><target type='virtio' port='1'/></console>
    <channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>
    <channel type='unix'><source mode='bind' path='%[1]s/own.sock'/><target type='virtio' name='org.example.0'/></channel>
    <channel type='null'><target type='virtio' name='org.example.1'/></channel>
    <redirdev bus='usb' type='unix'><source mode='bind' path='%[1]s/redir.sock'/></redirdev>
    <rng model='virtio'><backend model='random'>/dev/random</backend></rng>
    <rng model='virtio'><backend model='random'/></rng>
    <rng model='virtio'><backend model='egd' type='unix'><source mode='connect' path='%[1]s/egd.sock'/></backend></rng>
    <rng model='virtio'><backend model='egd' type='tcp'><source mode='connect' host='127.0.0.1' service='%[4]s'/></backend></rng>
    <rng model='virtio'><backend model='builtin'/></rng>
    <shmem name='virtaudit-%[3]s'><model type='ivshmem-plain'/><size unit='M'>1</size></shmem>
    <memory model='dimm'><target><size unit='MiB'>32</size><node>0</node></target></memory>
    <memballoon model='none'/>
  </devices>
</domain>`

// startEverything boots such a guest. Both of its EGDs are there, and say
// nothing.
func (h *hypervisor) startEverything(t *testing.T) *machine {
	t.Helper()
	m := &machine{host: h, Virt: virtType(), Name: "every thing", UUID: newUUID()}
	dir := filepath.Join(h.dir, "images")
	for _, name := range []string{"a disk.img", "b.img", "scsi.img"} {
		h.image(t, name)
	}
	writeFile(t, filepath.Join(dir, "fat/file"), "x")
	egd(t, "unix", filepath.Join(dir, "egd.sock"))
	_, port, _ := net.SplitHostPort(egd(t, "tcp", "127.0.0.1:0"))
	h.virsh(t, "define", xmlFile(t, fmt.Sprintf(everything, dir, m.Virt, m.UUID, port)))
	t.Cleanup(func() {
		m.remove(t)
		_ = os.Remove("/dev/shm/virtaudit-" + m.UUID) // QEMU leaves it
	})
	m.start(t)
	return m
}

// egd listens as an entropy gathering daemon does, and gives its address.
func egd(t *testing.T, network, address string) string {
	t.Helper()
	l, err := net.Listen(network, address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l.Addr().String()
}
