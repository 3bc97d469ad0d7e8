//go:build linux

package integration

import (
	"path/filepath"
	"testing"

	"github.com/virtaudit/virtaudit/internal/hypervisor/qmp"
)

// alone is the life of a QEMU that no libvirt runs.
func (d *day) alone(t *testing.T) {
	d.host.bootable(t, "srv/vm/appliance.raw")
	accel := "tcg"
	if virtType() == "kvm" {
		accel = "kvm"
	}
	d.step(t, "start of a QEMU without libvirt", "appliance", func() {
		d.host.do(t, "qemu-system-x86_64", "-name", "appliance", "-uuid", newUUID(), "-daemonize", "-pidfile", "/run/vm/appliance.pid",
			"-machine", "pc", "-accel", accel, "-m", "64", "-nodefaults", "-display", "none",
			"-qmp", "unix:/run/vm/appliance.control,server=on,wait=off", "-qmp", "unix:/run/vm/appliance.qmp,server=on,wait=off",
			"-drive", "if=none,id=d0,format=raw,file=/srv/vm/appliance.raw", "-device", "virtio-blk-pci,drive=d0,id=disk0",
			"-device", "virtio-balloon-pci,id=balloon0")
	}, state("running", "observed"), holds("disk", "/srv/vm/appliance.raw", "qmp, proc"))
	control := d.monitor(t)
	do := func(command string, args map[string]any) func() {
		return func() {
			t.Helper()
			if err := control.Execute(t.Context(), command, args, nil); err != nil {
				t.Fatal(err)
			}
		}
	}
	d.step(t, "RNG added to a QEMU without libvirt (object-add)", "appliance",
		do("object-add", map[string]any{"qom-type": "rng-random", "id": "rng0", "filename": "/dev/urandom"}),
		happened("attach", "qmp", opOf("attach", "rng /dev/urandom")), holds("rng", "/dev/urandom", "qmp, proc"))
	d.step(t, "balloon of a QEMU without libvirt", "appliance", func() {
		do("balloon", map[string]any{"value": 48 << 20})()
		eventually(t, patience, "the guest gives its memory", func() bool {
			var info struct{ Actual int }
			return control.Execute(t.Context(), "query-balloon", nil, &info) == nil && info.Actual == 48<<20
		})
	},
		happened("balloon", "qmp", op("balloon")))
	d.step(t, "kill -9 of a QEMU without libvirt", "appliance", func() { d.host.kill(t, d.host.pid(t, "vm/appliance")) },
		happened("stop", "qmp", opBy("stop", "qmp")), state("lost", "observed"))
}

// monitor connects to the QEMU's other monitor. Its path is too long for a
// socket's from here.
func (d *day) monitor(t *testing.T) *qmp.Client {
	t.Helper()
	at := shortPath(t, "control")
	link := filepath.Join(d.host.dir, "run/vm/appliance.control")
	run(t, "ln", "-s", link, at)
	c, err := qmp.Dial(t.Context(), at)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}
