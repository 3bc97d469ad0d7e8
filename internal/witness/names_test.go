//go:build linux

package witness

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/hypervisor/libvirt"
	"github.com/virtaudit/virtaudit/internal/hypervisor/proc"
)

// devices is a definition of what processes have open by other names.
const devices = `<domain type='kvm' id='3'><name>web</name><uuid>` + uuidA + `</uuid><memory unit='KiB'>2097152</memory><vcpu>2</vcpu><os><type>hvm</type></os>
<launchSecurity type='sev'/>
<devices>
<disk type='block' device='disk'><source dev='/dev/vg0/lv1'/><target dev='vda' bus='virtio'/></disk>
<disk type='file' device='disk'><source file='/images/a.img'/><target dev='vdb' bus='virtio'/><backingStore type='file'><format type='raw'/><source file='/images/base.img'/></backingStore></disk>
<disk type='nvme' device='disk'><source type='pci' namespace='1'><address domain='0x0000' bus='0x01' slot='0x00' function='0x0'/></source><target dev='vdc' bus='virtio'/></disk>
<interface type='direct'><mac address='52:54:00:00:00:02'/><source dev='eth0' mode='bridge'/><target dev='macvtap0'/></interface>
<interface type='vdpa'><mac address='52:54:00:00:00:03'/><source dev='/dev/vhost-vdpa-0'/></interface>
<hostdev mode='subsystem' type='usb'><source><vendor id='0x1'/><product id='0x2'/><address bus='1' device='2'/></source></hostdev>
<hostdev mode='subsystem' type='scsi'><source><adapter name='scsi_host2'/><address bus='0' target='1' unit='0'/></source></hostdev>
<hostdev mode='subsystem' type='scsi_host'><source protocol='vhost' wwpn='naa.5123'/></hostdev>
<graphics type='egl-headless'><gl rendernode='/dev/dri/renderD128'/></graphics>
</devices></domain>`

// namedHost is a host that has these devices. As nodes can't be made here, they
// are links to others.
func namedHost(t *testing.T) *proc.Host {
	t.Helper()
	f := newFakeHost(t)
	f.link("dev/vg0/lv1", filepath.Join(f.root, "dev/dm-3"))
	for _, device := range []string{"dev/dm-3", "dev/vhost-vdpa-0", "dev/bus/usb/001/002", "dev/tap7", "dev/sg5"} {
		f.link(device, "/dev/null")
	}
	f.write("data/a.img", "")
	f.write("data/base.img", "")
	f.link("images", filepath.Join(f.root, "data"))
	f.write("sys/class/net/macvtap0/ifindex", "7\n")
	f.write("sys/bus/scsi/devices/2:0:1:0/scsi_generic/sg5/dev", "21:5\n")
	return proc.At(f.root)
}

func TestNames(t *testing.T) {
	k := newKeeper(t)
	base := k.base()
	base.host = namedHost(t)
	l := startLibvirtAs(t, k, base)
	must(t, l.take(libvirt.Seen{Guest: read(t, devices, 3, 4242), Span: span(5, 10), XML: devices}))
	o := k.one(fact.Seen)
	by := map[string]fact.Thing{}
	for _, thing := range o.Has {
		by[thing.Kind+" "+thing.ID] = thing
	}
	for name, want := range map[string]string{
		"disk /dev/vg0/lv1":              "/dev/null 1:3",
		"disk /images/a.img":             "/data/a.img",
		"backing /images/base.img":       "/data/base.img",
		"disk nvme:0000:01:00.0":         "0000:01:00.0",
		"net 52:54:00:00:00:02":          "/dev/tap7 /dev/null 1:3",
		"net 52:54:00:00:00:03":          "/dev/null 1:3",
		"dev 001.002":                    "/dev/bus/usb/001/002 /dev/null 1:3",
		"dev scsi_host2:0:1:0":           "/dev/sg5 /dev/null 1:3",
		"dev naa.5123":                   "/dev/vhost-scsi",
		"rendernode /dev/dri/renderD128": "",
		"launchsecurity /dev/sev":        "",
	} {
		thing, ok := by[name]
		if !ok || !slices.Equal(thing.Names, strings.Fields(want)) {
			t.Errorf("%s: %v %q, want %q", name, ok, thing.Names, want)
		}
	}
	if thing := by["launchsecurity /dev/sev"]; thing.Sub != "sev" || !thing.Silent {
		t.Errorf("the encryption of memory: %+v", thing)
	}
}

// A device that is known by vendor and product only has no node.
func TestNoNames(t *testing.T) {
	n := newNamer(namedHost(t))
	for _, thing := range []fact.Thing{
		{Kind: "dev", Sub: "usb", ID: "000.000"},
		{Kind: "dev", Sub: "scsi", ID: "iqn.1992-01.com.example/0"},
		{Kind: "dev", Sub: "pci", ID: "0000:01:00.0"},
		{Kind: "net", ID: "52:54:00:00:00:02", Detail: map[string]string{"type": "direct", "tap": "../eth0"}},
		{Kind: "disk", ID: "/images/none.img"},
		{Kind: "disk", ID: "relative/../images/a.img"},
	} {
		if got := n.names(&thing); len(got) != 0 {
			t.Errorf("names of what isn't there: %+v: %q", thing, got)
		}
	}
}
