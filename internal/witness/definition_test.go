package witness

import (
	"strings"
	"testing"

	"github.com/virtaudit/virtaudit/guest"
	"github.com/virtaudit/virtaudit/guest/libvirtxml"
	"github.com/virtaudit/virtaudit/internal/fact"
)

// definition is a running guest's: what libvirt records, and what it doesn't.
const definition = `<domain type='kvm' id='3' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>
  <name>web</name><uuid>` + uuidA + `</uuid>
  <memory unit='KiB'>2097152</memory><currentMemory unit='KiB'>1048576</currentMemory><vcpu>2</vcpu>
  <os><type arch='x86_64'>hvm</type><loader readonly='yes' type='pflash'>/usr/share/OVMF.fd</loader><nvram>/var/lib/nvram.fd</nvram><kernel>/boot/vmlinuz</kernel></os>
  <devices>
    <disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='/srv/top.qcow2'/>
      <backingStore type='file'><format type='qcow2'/><source file='/srv/middle.qcow2'/>
        <backingStore type='file'><format type='raw'/><source file='/srv/base.img'/><backingStore/></backingStore></backingStore>
      <mirror type='file' job='copy'><format type='raw'/><source file='/srv/copy.img'/></mirror>
      <target dev='vda' bus='virtio'/><serial>S1</serial></disk>
    <disk type='network' device='disk'><driver name='qemu' type='raw'/><source protocol='nbd' name='export'><host name='10.0.0.9' port='10809'/></source><target dev='vdb' bus='virtio'/><readonly/></disk>
    <disk type='file' device='cdrom'><target dev='sda' bus='sata'/><readonly/></disk>
    <interface type='hostdev' managed='yes'><mac address='52:54:00:00:00:01'/><source><address type='pci' domain='0' bus='1' slot='0' function='0'/></source></interface>
    <interface type='bridge'><mac address='52:54:00:00:00:02'/><source bridge='br0'/><target dev='vnet7'/><model type='virtio'/><link state='down'/></interface>
    <hostdev mode='subsystem' type='pci' managed='no'><source><address domain='0' bus='2' slot='0' function='0'/></source></hostdev>
    <serial type='tcp'><source mode='bind' host='127.0.0.1' service='4555'/><log file='/var/log/vm.log'/><target port='0'/></serial>
    <rng model='virtio'><rate bytes='1024' period='2000'/><backend model='random'>/dev/hwrng</backend></rng>
    <rng model='virtio'><rate bytes='64'/><backend model='egd' type='tcp'><source mode='connect' host='::1' service='708'/></backend></rng>
    <rng model='virtio-transitional'><backend model='builtin'/></rng>
    <graphics type='vnc' port='-1' passwd='hunter2' socket='/run/vnc.sock'/>
  </devices>
  <qemu:commandline><qemu:arg value='-object'/><qemu:arg value='secret,id=s0,data=hunter3,format=raw'/><qemu:arg value='{&quot;qom-type&quot;:&quot;secret&quot;,&quot;data&quot;:&quot;hunter4&quot;}'/><qemu:arg value='port=1,password=hunter5,x=y'/></qemu:commandline>
</domain>`

// spelledDefinition gives the Things of a definition by "KIND ID".
func spelledDefinition(t *testing.T) map[string]fact.Thing {
	t.Helper()
	spec, err := libvirtxml.Parse(strings.NewReader(definition), libvirtxml.Options{Live: true})
	must(t, err)
	d, err := readDomain(definition)
	must(t, err)
	var s speller
	all, whole := sorted(append(s.spell(spec, d.details(spec)), d.images(spec, nil)...))
	if !whole {
		t.Error("not whole")
	}
	by := map[string]fact.Thing{}
	for _, thing := range all {
		by[thing.Kind+" "+thing.ID] = thing
	}
	if len(by) != len(all) {
		t.Errorf("some are told twice: %+v", all)
	}
	return by
}

func TestSilentThings(t *testing.T) {
	by := spelledDefinition(t)
	for name, want := range map[string]string{
		"disk nbd://10.0.0.9:10809/export": "target=vdb bus=virtio device=disk type=network format=raw readonly=yes",
		"backing /srv/middle.qcow2":        "of=/srv/top.qcow2 depth=1 format=qcow2",
		"backing /srv/base.img":            "of=/srv/top.qcow2 depth=2 format=raw",
		"rng tcp:[::1]:708":                "backend=egd model=virtio rate=64/1000ms",
		"rng builtin":                      "backend=builtin model=virtio-transitional",
		"chardev tcp:127.0.0.1:4555":       "use=serial type=tcp listen=yes",
		"loader /usr/share/OVMF.fd":        "",
		"nvram /var/lib/nvram.fd":          "",
		"kernel /boot/vmlinuz":             "",
		"log /var/log/vm.log":              "",
		"graphics /run/vnc.sock":           "",
	} {
		checkThing(t, by, name, true, want)
	}
}

func TestRecordedThings(t *testing.T) {
	by := spelledDefinition(t)
	for name, want := range map[string]string{
		"disk /srv/top.qcow2":   "target=vda bus=virtio device=disk type=file format=qcow2 serial=S1",
		"disk /srv/copy.img":    "of=/srv/top.qcow2 job=copy format=raw",
		"net 52:54:00:00:00:01": "type=hostdev source=0000:01:00.0",
		"net 52:54:00:00:00:02": "type=bridge source=br0 tap=vnet7 model=virtio link=down",
		"dev 0000:01:00.0":      "managed=yes",
		"dev 0000:02:00.0":      "managed=no",
		"rng /dev/hwrng":        "backend=random model=virtio rate=1024/2000ms",
		"mem ":                  "current=1048576",
		"vcpu ":                 "",
	} {
		checkThing(t, by, name, false, want)
	}
	if by["dev 0000:01:00.0"].Sub != "pci" || by["mem "].Value != 2097152 || by["vcpu "].Value != 2 || len(by) != 20 {
		t.Errorf("the things of the definition: %d: %+v", len(by), by)
	}
}

func checkThing(t *testing.T, by map[string]fact.Thing, name string, silent bool, want string) {
	t.Helper()
	thing, ok := by[name]
	if !ok || thing.Silent != silent {
		t.Errorf("%q: %+v, silent should be %v; there are %v", name, thing, silent, by)
		return
	}
	pairs := map[string]string{}
	for pair := range strings.FieldsSeq(want) {
		k, v, _ := strings.Cut(pair, "=")
		pairs[k] = v
	}
	if compareDetails(thing.Detail, pairs) != 0 {
		t.Errorf("%q: %v, want %v", name, thing.Detail, pairs)
	}
}

func TestRedacted(t *testing.T) {
	got := redacted(definition)
	if strings.Contains(got, "hunter") || strings.Count(got, "***") != 4 || !strings.Contains(got, "***,x=y") {
		t.Error(got)
	}
	if _, err := libvirtxml.Parse(strings.NewReader(got), libvirtxml.Options{Live: true}); err != nil {
		t.Error(err)
	}
	var o fact.Observed
	if define(&o, strings.Repeat("x", maxDefinition+1)); o.Definition != "" || o.Problem == "" {
		t.Errorf("kept %d bytes, %q", len(o.Definition), o.Problem)
	}
}

// An image that is now behind the new one was left by a snapshot, another by new
// media.
func TestSnapshots(t *testing.T) {
	disk := func(path string) guest.Disk {
		return guest.Disk{Target: "vda", Source: guest.DiskSource{Type: guest.DiskFile, Path: path}}
	}
	has := []fact.Thing{{Kind: "backing", ID: "/a", Detail: detail("of", "/b", "depth", "1")}}
	changes := []guest.Change{
		{Op: guest.Update, Old: disk("/a"), New: disk("/b")},
		{Op: guest.Update, Old: disk("/c"), New: disk("/b")},
		{Op: guest.Update, Old: guest.VCPUs(1), New: guest.VCPUs(2)},
	}
	got := snapshots(changes, has)
	if got[0].Op != guest.Snapshot || got[1].Op != guest.Update || got[2].Op != guest.Update || changes[0].Op != guest.Update {
		t.Errorf("only the first change is a snapshot: %+v", got)
	}
}

// While a disk goes over to its copy, libvirt names the copy and not the job: it
// is the copy still. One of which the job was never told is no disk.
func TestMirrorWithoutJob(t *testing.T) {
	without := strings.Replace(definition, "<mirror type='file' job='copy'>", "<mirror type='file'>", 1)
	spec, err := libvirtxml.Parse(strings.NewReader(without), libvirtxml.Options{Live: true})
	must(t, err)
	d, err := readDomain(without)
	must(t, err)
	kind := func(before ...fact.Thing) string {
		for _, thing := range d.images(spec, before) {
			if thing.ID == "/srv/copy.img" {
				return thing.Kind
			}
		}
		return ""
	}
	copied := spelledDefinition(t)["disk /srv/copy.img"]
	if got := kind(copied); got != "disk" {
		t.Errorf("of a copy: %q", got)
	}
	if got := kind(); got != "mirror" {
		t.Errorf("of what wasn't seen before: %q", got)
	}
}
