package libvirtxml

import (
	"reflect"
	"strings"
	"testing"

	"github.com/virtaudit/virtaudit/guest"
)

// silent are devices of which no record tells, and what is known of them all
// the same.
var silent = []struct {
	xml  string
	want []guest.Resource
}{
	{
		"<disk type='network' device='lun'><source protocol='rbd' name='p/i'><host name='a' port='1'/><host name='::1' port='2'/><host/></source><target dev='vda' bus='virtio'/></disk>",
		[]guest.Resource{guest.Disk{Target: "vda", Bus: "virtio", Device: "lun", Source: guest.DiskSource{Type: "network", Protocol: "rbd", Name: "p/i", Host: "a:1,[::1]:2,"}}},
	},
	{
		"<disk type='network'><source protocol='nbd'><host transport='unix' socket='/s'/></source><target dev='vda'/></disk>",
		[]guest.Resource{guest.Disk{Target: "vda", Source: guest.DiskSource{Type: "network", Protocol: "nbd", Host: "/s"}}},
	},
	{
		"<disk type='volume'><source pool='p' volume='v'/><target dev='vda'/></disk>",
		[]guest.Resource{guest.Disk{Target: "vda", Source: guest.DiskSource{Type: "volume", Name: "p/v"}}},
	},
	{
		"<disk type='nvme'><source type='pci'><address domain='0' bus='0x3b' slot='0' function='1'/></source><target dev='vda'/></disk>",
		[]guest.Resource{guest.Disk{Target: "vda", Source: guest.DiskSource{Type: "nvme", Path: "0000:3b:00.1"}}},
	},
	{
		"<disk type='from-the-future'><source dev='/d'/><target dev='vda'/></disk>",
		[]guest.Resource{guest.Disk{Target: "vda", Source: guest.DiskSource{Type: "from-the-future"}}},
	},
	{
		"<filesystem type='volume'><source pool='p' volume='v'/><target dir='t'/></filesystem>",
		[]guest.Resource{guest.Filesystem{Type: "volume", Source: "p/v", Target: "t"}},
	},
	{
		"<filesystem><source socket='/s'/><target dir='t'/></filesystem>",
		[]guest.Resource{guest.Filesystem{Type: "mount", Socket: "/s", Target: "t"}},
	},
	{
		"<interface type='bridge'><mac address='52:54:00:00:00:01'/><source bridge='br0'/><target dev='vnet3'/></interface>",
		[]guest.Resource{guest.Interface{MAC: "52:54:00:00:00:01", Type: "bridge", Source: "br0", Target: "vnet3"}},
	},
	{
		"<interface type='client'><mac address='52:54:00:00:00:01'/><source address='10.0.0.1' port='5'/></interface>",
		[]guest.Resource{guest.Interface{MAC: "52:54:00:00:00:01", Type: "client", Source: "10.0.0.1:5"}},
	},
	{
		"<interface type='hostdev'><mac address='52:54:00:00:00:01'/><source><address type='pci' bus='5'/></source></interface>",
		[]guest.Resource{
			guest.Interface{MAC: "52:54:00:00:00:01", Type: "hostdev", Source: "0000:05:00.0"},
			guest.HostDevice{Type: "pci", Address: "0000:05:00.0"},
		},
	},
	{
		"<interface type='hostdev'><mac address='52:54:00:00:00:01'/><source><vendor id='0x1234'/><product id='0xbeef'/></source></interface>",
		[]guest.Resource{
			guest.Interface{MAC: "52:54:00:00:00:01", Type: "hostdev", Source: "000.000"},
			guest.HostDevice{Type: "usb", Address: "000.000"},
		},
	},
	{
		"<channel type='unix'><source mode='bind'/><target type='xen' name='n'/></channel>",
		[]guest.Resource{guest.Channel{Target: "xen", Name: "n", Source: guest.Chardev{Type: "unix", Listen: true}}},
	},
	{
		"<hostdev type='scsi'><source protocol='iscsi' name='iqn.x'><host name='h' port='3260'/></source></hostdev>",
		[]guest.Resource{guest.HostDevice{Type: "iscsi", Address: "h:3260/iqn.x"}},
	},
	{
		"<redirdev type='tcp'><source mode='bind' host='h' service='4000'/></redirdev>",
		[]guest.Resource{guest.RedirDevice{Source: guest.Chardev{Type: "tcp", Host: "h", Service: "4000", Listen: true}}},
	},
	{
		"<serial type='udp'><source mode='bind' host='a' service='1'/><source mode='connect' host='b' service='2'/><target type='isa-serial'/><log file='/l'/></serial>",
		[]guest.Resource{
			guest.Serial{Target: "isa-serial", Source: guest.Chardev{Type: "udp", Host: "b", Service: "2"}},
			guest.File{Use: "log", Path: "/l"},
		},
	},
	{
		"<channel type='udp'><source mode='bind' host='a' service='1'/><target type='virtio' name='n'/></channel>",
		[]guest.Resource{guest.Channel{Target: "virtio", Name: "n", Source: guest.Chardev{Type: "udp", Host: "a", Service: "1"}}},
	},
	{
		"<console type='spiceport'><source channel='c'/><target type='virtio'/></console>",
		[]guest.Resource{guest.Console{Target: "virtio", Source: guest.Chardev{Type: "spiceport", Service: "c"}}},
	},
	{
		"<parallel type='nmdm'><source master='/a' slave='/b'/></parallel>",
		[]guest.Resource{guest.Parallel{Source: guest.Chardev{Type: "nmdm", Path: "/a", SlavePath: "/b"}}},
	},
	{"<rng><backend model='builtin'/></rng>", []guest.Resource{guest.RNG{Backend: "builtin"}}},
	{"<input type='keyboard'/>", []guest.Resource{guest.Input{Type: "keyboard"}}},
	{"<shmem name='a'><server path='/s'/></shmem>", []guest.Resource{guest.Shmem{Name: "a", Size: 4 << 20, Server: true, Path: "/s"}}},
	{"<tpm><backend type='external'><source type='tcp' path='/no'/></backend></tpm>", []guest.Resource{guest.TPM{Backend: "external"}}},
	{
		"<graphics type='vnc' socket='/v'><listen type='socket' socket='/v'/><listen type='address'/></graphics>",
		[]guest.Resource{guest.File{Use: "graphics", Path: "/v"}},
	},
	{"<controller type='usb'/>", nil},
}

func TestDevice(t *testing.T) {
	for _, c := range silent {
		got, err := ParseDevice(strings.NewReader(c.xml), guest.KVM, Options{})
		if err != nil || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s:\n got %+v, %v\nwant %+v", c.xml, got, err, c.want)
		}
	}
}

func TestBootFiles(t *testing.T) {
	xml := strings.Replace(definition("", "<serial type='null'><log file='/log'/></serial>"), "<os>",
		"<os><loader>/fw</loader><nvram type='file'><source file='/vars'/></nvram><nvram>/no</nvram>"+
			"<kernel>/k</kernel><initrd>/i</initrd><dtb>/d</dtb>", 1)
	spec, err := Parse(strings.NewReader(xml), Options{})
	want := []guest.File{
		{Use: "log", Path: "/log"},
		{Use: "loader", Path: "/fw"},
		{Use: "nvram", Path: "/vars"},
		{Use: "kernel", Path: "/k"},
		{Use: "initrd", Path: "/i"},
		{Use: "dtb", Path: "/d"},
	}
	if err != nil || !reflect.DeepEqual(spec.Files, want) {
		t.Errorf("got %+v, %v", spec, err)
	}
}

func TestSecurityModel(t *testing.T) {
	xml := definition("<seclabel type='dynamic'/>", "")
	for model, want := range map[string]string{"": "none", "selinux": "selinux"} {
		spec, err := Parse(strings.NewReader(xml), Options{SecurityModel: model})
		if err != nil || len(spec.Labels) != 1 || spec.Labels[0] != (guest.Label{Model: want}) {
			t.Errorf("%q: %+v, %v", model, spec, err)
		}
	}
}

func TestChannelDir(t *testing.T) {
	const xml = "<channel type='unix'><source path='%/vm.agent'/><target type='virtio' name='x'/></channel>"
	for _, c := range []struct {
		dir, in, want string
		live          bool
	}{
		{"", DefaultChannelDir, "", false},
		{"", DefaultChannelDir, DefaultChannelDir + "/vm.agent", true},
		{"", "/tmp", "/tmp/vm.agent", false},
		{"/tmp", "/tmp", "", false},
		{"/tmp//", "/tmp", "", false},
	} {
		got, err := ParseDevice(strings.NewReader(strings.Replace(xml, "%", c.in, 1)), guest.KVM, Options{ChannelDir: c.dir, Live: c.live})
		if err != nil || len(got) != 1 || got[0].(guest.Channel).Source.Path != c.want {
			t.Errorf("%+v: %+v, %v", c, got, err)
		}
	}
}

func TestTidyPath(t *testing.T) {
	for path, want := range map[string]string{
		"": "", "/": "/", "//": "//", "///": "/", "////": "/", "a": "a", "a/": "a", "a//b///": "a/b",
		"/a": "/a", "//a": "//a", "//a//b/": "//a/b", "///a": "/a", "/a///": "/a", "/a/../b/.": "/a/../b/.",
		"x://a//b/": "x://a//b/", "/x://a//": "/x:/a", "://a//": "://a//", "/ /": "/ ",
	} {
		if got := tidyPath(path); got != want {
			t.Errorf("%q: %q, want %q", path, got, want)
		}
	}
}
