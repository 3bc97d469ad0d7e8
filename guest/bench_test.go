package guest

import "testing"

// webServer is a guest as there are many: 19 records at its start.
var webServer = Spec{
	Name: "web1", UUID: "118733ed-b658-3e22-a2cb-4fe5cb3ddf79", Virt: KVM,
	Memory: 4 << 20, VCPUs: 4, IOThreads: 2,
	Labels: []Label{{Model: "dac", Process: "+64055:+107", Image: "+64055:+107"}},
	Disks: []Disk{
		{Target: "vda", Source: DiskSource{Path: "/var/lib/libvirt/images/web1.qcow2"}},
		{Target: "vdb", Source: DiskSource{Type: DiskBlock, Path: "/dev/mapper/vg-data 1"}},
		{Target: "vdc", Source: DiskSource{Type: DiskNetwork, Protocol: "rbd", Name: "pool/image"}},
		{Target: "sda", Device: "cdrom"},
	},
	Filesystems: []Filesystem{{Source: "/srv/share", Target: "share"}},
	Interfaces: []Interface{
		{MAC: "52:54:00:5a:10:01", Type: "bridge", Source: "br0"},
		{MAC: "52:54:00:5a:10:02", Type: "network", Source: "default"},
	},
	HostDevices: []HostDevice{{Type: HostPCI, Address: "0000:06:12.5"}},
	Redirs:      []RedirDevice{{Source: Chardev{Type: ChardevSpiceVMC}}},
	Serials:     []Serial{{Source: Chardev{Type: ChardevPTY, Path: "/dev/pts/3"}}},
	Channels: []Channel{
		{Name: "org.qemu.guest_agent.0", Source: Chardev{Type: ChardevUnix, Path: "/run/agent.sock"}},
		{Name: "com.redhat.spice.0", Source: Chardev{Type: ChardevSpiceVMC}},
	},
	RNGs:   []RNG{{Path: "/dev/urandom"}},
	TPMs:   []TPM{{Backend: TPMEmulator, Path: "/run/swtpm.sock"}},
	Shmems: []Shmem{{Name: "cache", Size: 4 << 20}},
	Inputs: []Input{{Type: "tablet"}, {Type: InputEvdev, Path: "/dev/input/event3"}},
}

func BenchmarkRecords(b *testing.B) {
	change := Change{Guest: &webServer, Op: Start, PID: 4242}
	b.ReportAllocs()
	for b.Loop() {
		Records(change)
	}
}

func BenchmarkAppendRecords(b *testing.B) {
	change := Change{Guest: &webServer, Op: Start, PID: 4242}
	var messages []Message
	b.ReportAllocs()
	for b.Loop() {
		messages, _ = AppendRecords(messages[:0], change)
	}
}

func BenchmarkAppend(b *testing.B) {
	change := Change{Guest: &webServer, Op: Attach, New: RNG{Path: "/dev/hwrng"}}
	var messages []Message
	b.ReportAllocs()
	for b.Loop() {
		messages, _ = AppendRecords(messages[:0], change)
	}
}
