package libvirtxml

import (
	"errors"
	"strings"
	"testing"

	"github.com/virtaudit/virtaudit/guest"
)

// definition wraps devices and more into a definition that is fine.
func definition(top, devices string) string {
	if !strings.Contains(top, "<memory") {
		top += "<memory>1024</memory>"
	}
	return "<domain type='kvm'><name>a</name>" + top + "<os><type arch='x86_64'>hvm</type></os>\n<devices>" +
		devices + "</devices></domain>"
}

func device(text string) string { return definition("", text) }

func top(text string) string { return definition(text, "") }

var refused = []struct {
	name, xml      string
	element, value string
	says           string
}{
	{"root", "<network/>", "/network", "", "not a definition"},
	{"no type", "<domain/>", "/domain/@type", "", "missing"},
	{"type", "<domain type='Qemu'/>", "/domain/@type", "Qemu", "hypervisor"},
	{"no name", "<domain type='kvm'/>", "/domain/name", "", "missing"},
	{"empty name", "<domain type='kvm'><name/></domain>", "/domain/name", "", "missing"},
	{"name", "<domain type='kvm'><name>a/b</name></domain>", "/domain/name", "a/b", "slash"},

	{"uuid short", top("<uuid>22222222-3333-4444-5555-66666666666</uuid>"), "/domain/uuid", "22222222-3333-4444-5555-66666666666", "32 hex"},
	{"uuid long", top("<uuid>22222222-3333-4444-5555-6666666666667</uuid>"), "/domain/uuid", "22222222-3333-4444-5555-6666666666667", "more than 32"},
	{"uuid split byte", top("<uuid>2-2222222-3333-4444-5555-666666666666</uuid>"), "/domain/uuid", "2-2222222-3333-4444-5555-666666666666", "32 hex"},
	{"uuid dash behind", top("<uuid>22222222333344445555666666666666-</uuid>"), "/domain/uuid", "22222222333344445555666666666666-", "more than 32"},
	{"uuid braces", top("<uuid>{22222222-3333-4444-5555-666666666666}</uuid>"), "/domain/uuid", "{22222222-3333-4444-5555-666666666666}", "32 hex"},
	{"uuid blank", top("<uuid> </uuid>"), "/domain/uuid", " ", "32 hex"},

	{"memory zero", top("<memory>0</memory>"), "/domain/memory", "0", "needs memory"},
	{"memory missing", "<domain type='kvm'><name>a</name></domain>", "/domain/memory", "", "missing"},
	{"memory blank behind", top("<memory>512 </memory>"), "/domain/memory", "512 ", "not a number"},
	{"memory negative", top("<memory>-1</memory>"), "/domain/memory", "-1", "not a number"},
	{"memory hex", top("<memory>0x10</memory>"), "/domain/memory", "0x10", "not a number"},
	{"memory unit", top("<memory unit='Kilo'>1</memory>"), "/domain/memory", "1", `unknown unit "Kilo"`},
	{"memory too large", top("<memory unit='EiB'>8</memory>"), "/domain/memory", "8", "too large"},
	{"memory number too large", top("<memory unit='b'>18446744073709551616</memory>"), "/domain/memory", "18446744073709551616", "too large"},
	{"memory at the limit", top("<memory unit='b'>9223372036854775807</memory>"), "/domain/memory", "9223372036854775807", "too large an amount"},
	{"memory beyond the limit", top("<memory unit='b'>9223372036854774785</memory>"), "/domain/memory", "9223372036854774785", "too large an amount"},
	{"cell at the limit", top("<cpu><numa><cell id='0' memory='9223372036854775807' unit='b'/></numa></cpu>"), "/domain/cpu/numa/cell/@memory", "9223372036854775807", "too large an amount"},
	{"current memory", top("<currentMemory unit='x'>1</currentMemory>"), "/domain/currentMemory", "1", "unknown unit"},
	{"max memory", top("<maxMemory>x</maxMemory>"), "/domain/maxMemory", "x", "not a number"},
	{"cell", top("<cpu><numa><cell id='0' memory='1' unit='kkb'/></numa></cpu>"), "/domain/cpu/numa/cell/@memory", "1", "unknown unit"},
	{"cell without memory", top("<cpu><numa><cell id='0'/></numa></cpu>"), "/domain/cpu/numa/cell/@memory", "", "missing"},
	{"modules", device("<memory model='dimm'><target><size>1025</size></target></memory>"), "/domain", "", "1025 KiB are more than the 1024"},
	{"modules beside cells", definition("<memory>1024</memory><cpu><numa><cell id='0' memory='1024'/></numa></cpu>", "<memory model='dimm'><target><size>1025</size></target></memory>"), "/domain", "", "1025 KiB are more than the 1024"},
	{"only modules", device("<memory model='dimm'><target><size>1024</size></target></memory>"), "/domain/memory", "1024", "needs memory"},
	{"module without size", device("<memory model='dimm'><target/></memory>"), "/domain/devices/memory/target/size", "", "missing"},
	{"module label", device("<memory model='nvdimm'><target><size>1</size><label><size>x</size></label></target></memory>"), "/domain/devices/memory/target/label/size", "x", "not a number"},

	{"vcpu", top("<vcpu>two</vcpu>"), "/domain/vcpu", "two", "not a number"},
	{"no vcpu", top("<vcpu>0</vcpu>"), "/domain/vcpu", "0", "needs a processor"},
	{"vcpu current", top("<vcpu current='3'>2</vcpu>"), "/domain/vcpu/@current", "3", "more than"},
	{"vcpu current text", top("<vcpu current=''>2</vcpu>"), "/domain/vcpu/@current", "", "not a number"},
	{"vcpu id", top("<vcpu>2</vcpu><vcpus><vcpu id='2' enabled='yes'/></vcpus>"), "/domain/vcpus/vcpu/@id", "2", "only 2"},
	{"vcpu without id", top("<vcpu>2</vcpu><vcpus><vcpu enabled='yes'/></vcpus>"), "/domain/vcpus/vcpu/@id", "", "missing"},
	{"iothreads", top("<iothreads>-1</iothreads>"), "/domain/iothreads", "-1", "not a number"},

	{"label", top("<seclabel/>"), "/domain/seclabel/@model", "", "missing"},
	{"label static", top("<seclabel type='static'><label>a</label></seclabel>"), "/domain/seclabel/@model", "", "missing"},
	{"label base", top("<seclabel type='dynamic'><baselabel>a</baselabel></seclabel>"), "/domain/seclabel/@model", "", "missing"},
	{"labels", top("<seclabel type='none' model='dac'/><seclabel type='none'/>"), "/domain/seclabel/@model", "", "missing"},
	{"labels alike", top("<seclabel type='none' model='dac'/><seclabel type='none' model='dac'/>"), "/domain/seclabel/@model", "dac", "second label"},
	{"label missing", top("<seclabel type='static' model='dac'/>"), "/domain/seclabel/label", "", "missing"},

	{"disk", device("<disk><source file='/a'/><target dev='nvme0'/></disk>"), "/domain/devices/disk/target/@dev", "nvme0", "not the name of a disk"},
	{"disk without target", device("<disk><source file='/a'/></disk>"), "/domain/devices/disk/target/@dev", "", "missing"},
	{"disk nvme", device("<disk type='nvme'><source><address bus='256'/></source><target dev='vda'/></disk>"), "/domain/devices/disk/source/address/@bus", "256", "over 0xff"},
	{"filesystem", device("<filesystem type='block'><source file='/a'/></filesystem>"), "/domain/devices/filesystem/source/@dev", "", "missing"},

	{"mac multicast", device("<interface><mac address='01:00:5e:00:00:01'/></interface>"), "/domain/devices/interface/mac/@address", "01:00:5e:00:00:01", "multicast"},
	{"mac dashes", device("<interface><mac address='52-54-00-00-00-01'/></interface>"), "/domain/devices/interface/mac/@address", "52-54-00-00-00-01", "colons"},
	{"mac short", device("<interface><mac address='52:54:00:00:01'/></interface>"), "/domain/devices/interface/mac/@address", "52:54:00:00:01", "six octets"},
	{"mac octet", device("<interface><mac address='52:54:00:00:00:001'/></interface>"), "/domain/devices/interface/mac/@address", "52:54:00:00:00:001", "two hex digits"},
	{"mac blank", device("<interface><mac address=' 52:54:00:00:00:01'/></interface>"), "/domain/devices/interface/mac/@address", " 52:54:00:00:00:01", "two hex digits"},
	{"interface hostdev", device("<interface type='hostdev'><source/></interface>"), "/domain/devices/interface/source/address/@type", "", "missing"},
	{"interface hostdev type", device("<interface type='hostdev'><source><address type='ccw'/></source></interface>"), "/domain/devices/interface/source/address/@type", "ccw", "pci or usb"},

	{"hostdev", device("<hostdev type='pci'/>"), "/domain/devices/hostdev/source", "", "missing"},
	{"hostdev without type", device("<hostdev><source/></hostdev>"), "/domain/devices/hostdev/@type", "", "missing"},
	{"hostdev type", device("<hostdev type='isa'><source/></hostdev>"), "/domain/devices/hostdev/@type", "isa", "not a type"},
	{"hostdev mode", device("<hostdev mode='x' type='pci'><source/></hostdev>"), "/domain/devices/hostdev/@mode", "x", "neither"},
	{"hostdev octal", device("<hostdev type='usb'><source><address bus='08' device='1'/></source></hostdev>"), "/domain/devices/hostdev/source/address/@bus", "08", "not a number"},
	{"hostdev slot", device("<hostdev type='pci'><source><address slot='0x20'/></source></hostdev>"), "/domain/devices/hostdev/source/address/@slot", "0x20", "over 0x1f"},
	{"hostdev domain", device("<hostdev type='pci'><source><address domain='0x100000000'/></source></hostdev>"), "/domain/devices/hostdev/source/address/@domain", "0x100000000", "too large"},
	{"scsi adapter", device("<hostdev type='scsi'><source/></hostdev>"), "/domain/devices/hostdev/source/adapter/@name", "", "missing"},
	{"scsi address", device("<hostdev type='scsi'><source><adapter name='a'/></source></hostdev>"), "/domain/devices/hostdev/source/address", "", "missing"},
	{"scsi target", device("<hostdev type='scsi'><source><adapter name='a'/><address bus='0'/></source></hostdev>"), "/domain/devices/hostdev/source/address/@target", "", "missing"},
	{"scsi unit", device("<hostdev type='scsi'><source><adapter name='a'/><address bus='0' target='0' unit='-1'/></source></hostdev>"), "/domain/devices/hostdev/source/address/@unit", "-1", "not a number"},
	{"wwpn", device("<hostdev type='scsi_host'><source protocol='vhost'/></hostdev>"), "/domain/devices/hostdev/source/@wwpn", "", "missing"},
	{"mdev", device("<hostdev type='mdev'><source><address/></source></hostdev>"), "/domain/devices/hostdev/source/address/@uuid", "", "missing"},
	{"mdev without address", device("<hostdev type='mdev'><source/></hostdev>"), "/domain/devices/hostdev/source/address/@uuid", "", "missing"},
	{"mdev uuid", device("<hostdev type='mdev'><source><address uuid='x'/></source></hostdev>"), "/domain/devices/hostdev/source/address/@uuid", "x", "32 hex"},
	{"capability", device("<hostdev mode='capabilities' type='misc'><source><block>a</block></source></hostdev>"), "/domain/devices/hostdev/source/char", "", "missing"},
	{"capability type", device("<hostdev mode='capabilities' type='pci'><source/></hostdev>"), "/domain/devices/hostdev/@type", "pci", "container"},

	{"chardev file", device("<serial type='file'/>"), "/domain/devices/serial/source/@path", "", "missing"},
	{"chardev unix", device("<parallel type='unix'><source mode='bind'/></parallel>"), "/domain/devices/parallel/source/@path", "", "missing"},
	{"chardev sources", device("<serial type='file'><source path='/a'/><source path='/b'/></serial>"), "/domain/devices/serial/source", "", "one source too many"},
	{"chardev redirdev", device("<redirdev type='pipe'/>"), "/domain/devices/redirdev/source/@path", "", "missing"},
	{"channel sources", device("<channel type='unix'><source/><source/></channel>"), "/domain/devices/channel/source", "", "one source too many"},
	{"channel file", device("<channel type='file'><target type='virtio'/></channel>"), "/domain/devices/channel/source/@path", "", "missing"},
	{"channel dev", device("<channel type='dev'><source/><target type='virtio'/></channel>"), "/domain/devices/channel/source/@path", "", "missing"},
	{"channel pipe", device("<channel type='pipe'><target type='xen'/></channel>"), "/domain/devices/channel/source/@path", "", "missing"},
	{"channel guestfwd", device("<channel type='unix'><source mode='bind'/><target type='guestfwd' address='10.0.2.1' port='4600'/></channel>"), "/domain/devices/channel/source/@path", "", "missing"},
	{"egd", device("<rng><backend model='egd' type='unix'/></rng>"), "/domain/devices/rng/backend/source/@path", "", "missing"},
	{"egd without type", device("<rng><backend model='egd'/></rng>"), "/domain/devices/rng/backend/@type", "", "missing"},
	{"rng", device("<rng><backend/></rng>"), "/domain/devices/rng/backend/@model", "", "missing"},
	{"rng without backend", device("<rng/>"), "/domain/devices/rng/backend/@model", "", "missing"},
	{"console serial", device("<console/><console><target type='serial'/></console>"), "/domain/devices/console", "", "only the first"},
	{"console no target", device("<console><target type='virtio'/></console><console/>"), "/domain/devices/console", "", "only the first"},
	{"smartcard", device("<smartcard mode='x'/>"), "/domain/devices/smartcard/@mode", "x", "not a mode"},
	{"smartcard without mode", device("<smartcard/>"), "/domain/devices/smartcard/@mode", "", "missing"},
	{"certificates", device("<smartcard mode='host-certificates'><certificate>a</certificate></smartcard>"), "/domain/devices/smartcard/certificate", "", "missing"},
	{"four certificates", device("<smartcard mode='host-certificates'>" + strings.Repeat("<certificate>a</certificate>", 4) + "</smartcard>"), "/domain/devices/smartcard/certificate", "a", "more than 3"},
	{"tpm", device("<tpm/>"), "/domain/devices/tpm/backend/@type", "", "missing"},
	{"evdev", device("<input type='evdev'><source/></input>"), "/domain/devices/input/source/@dev", "", "missing"},
	{"shmem", device("<shmem/>"), "/domain/devices/shmem/@name", "", "missing"},
	{"shmem name", device("<shmem name='../a'/>"), "/domain/devices/shmem/@name", "../a", "slash"},
	{"shmem size", device("<shmem name='a'><size unit='EiB'>16</size></shmem>"), "/domain/devices/shmem/size", "16", "too large"},
	{"shmem doorbell", device("<shmem name='a'><model type='ivshmem-doorbell'/></shmem>"), "/domain/devices/shmem/server", "", "missing"},
	{"shmem plain", device("<shmem name='a'><model type='ivshmem-plain'/><server/></shmem>"), "/domain/devices/shmem/model/@type", "ivshmem-plain", "no server"},
}

func TestRefused(t *testing.T) {
	for _, c := range refused {
		t.Run(c.name, func(t *testing.T) {
			spec, err := Parse(strings.NewReader(c.xml), Options{})
			var e *Error
			if !errors.As(err, &e) {
				t.Fatalf("got %+v, %v, want an *Error", spec, err)
			}
			if spec != nil || e.Element != c.element || e.Value != c.value || !strings.Contains(e.Err.Error(), c.says) {
				t.Errorf("got %+v, %#v, %v", spec, e, err)
			}
		})
	}
}

func TestRefusedOnPPC64(t *testing.T) {
	xml := strings.Replace(definition("<memory unit='GiB'>1</memory>",
		"<memory model='nvdimm'><target><size unit='MiB'>256</size><label><size>128</size></label></target></memory>"),
		"x86_64", "ppc64", 1)
	if _, err := Parse(strings.NewReader(xml), Options{}); err != nil {
		t.Errorf("as written: %v", err)
	}
	for _, rule := range []MemoryRule{MemoryDefined, MemoryStarted} {
		if _, err := Parse(strings.NewReader(xml), Options{Memory: rule}); err == nil || !strings.Contains(err.Error(), "256 MiB") {
			t.Errorf("rule %d: %v, want it refused", rule, err)
		}
	}
}

func TestErrorLine(t *testing.T) {
	xml := "<domain type='kvm'>\n<name>a</name><memory>1</memory>\n<devices>\n" +
		"<disk><source file='a\nb'/><target dev='vda'/></disk><interface\n><mac\n address='1:2'/></interface></devices></domain>"
	_, err := Parse(strings.NewReader(xml), Options{})
	const want = `libvirtxml: line 6: /domain/devices/interface/mac/@address "1:2": not a MAC address: six octets parted by colons`
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

func TestErrorShowsLittleOfALongValue(t *testing.T) {
	name := strings.Repeat("/", 1000)
	_, err := Parse(strings.NewReader("<domain type='kvm'><name>"+name+"</name></domain>"), Options{})
	var e *Error
	if !errors.As(err, &e) || e.Value != name || len(err.Error()) > 200 {
		t.Errorf("got %v", err)
	}
}

func TestDeviceRefused(t *testing.T) {
	for xml, want := range map[string]string{
		"<domain type='kvm'/>":            "/domain: no device",
		"<emulator>/usr/bin/x</emulator>": `/emulator "/usr/bin/x": no device`,
		"<serial type='file'/>":           "/serial/source/@path: missing",
		"<rng":                            "read the XML",
	} {
		if got, err := ParseDevice(strings.NewReader(xml), guest.KVM, Options{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, %v; want %s", xml, got, err, want)
		}
	}
}
