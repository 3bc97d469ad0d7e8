package proc

import (
	"testing"

	"github.com/virtaudit/virtaudit/guest"
)

func TestExpected(t *testing.T) {
	p := &Process{Program: QEMU, Exe: "/opt/qemu/qemu-system-x86_64"}
	p.claims.expect("/run/qmp.sock")
	p.claims.expect("/srv/web.pid")
	dev := func(major, minor uint32, path string) Held {
		return Held{Kind: Char, Path: path, Device: guest.DeviceNumber{Major: major, Minor: minor}, Access: ReadWrite}
	}
	for _, tc := range []struct {
		name, fd string
		held     Held
		want     string
	}{
		{"null", "3", dev(1, 3, "/dev/null"), "null device"},
		{"null by any path", "3", dev(1, 3, "/srv/x"), "null device"},
		{"another device's node called null", "3", dev(1, 9, "/dev/null"), ""},
		{"a file called null", "3", Held{Kind: File, Path: "/dev/null"}, ""},
		{"kvm", "3", dev(10, 232, "/dev/kvm"), "kvm"},
		{"urandom", "3", dev(1, 9, "/dev/urandom"), ""},
		{"vhost-net", "3", dev(10, 238, "/dev/vhost-net"), ""},
		{"tun", "3", dev(10, 200, "/dev/net/tun"), ""},
		{"VFIO container", "3", dev(10, 196, "/dev/vfio/vfio"), "VFIO container"},
		{"VFIO group", "3", Held{Kind: Char, Path: "/dev/vfio/12", Node: "vfio/12"}, ""},
		{"iommufd", "3", Held{Kind: Char, Path: "/x", Node: "iommu"}, "VFIO container"},

		{"eventfd", "3", Held{Kind: Anon, Path: "[eventfd]"}, "event"},
		{"a file called eventfd", "3", Held{Kind: File, Path: "[eventfd]"}, ""},
		{"vcpu", "3", Held{Kind: Anon, Path: "kvm-vcpu:0"}, "kvm"},
		{"VFIO device", "3", Held{Kind: Anon, Path: "[vfio-device]"}, ""},
		{"pipe", "3", Held{Kind: Pipe}, "event"},
		{"named pipe", "3", Held{Kind: FIFO, Path: "/x"}, ""},

		{"memory", "3", Held{Kind: Memory, Path: "memory-backend-memfd"}, "guest memory"},
		{"other memory", "3", Held{Kind: Memory, Path: "x"}, ""},
		{"huge pages", "3", Held{Kind: File, Path: "/dev/hugepages/libvirt/qemu/1-web/qemu_back_mem.pc.ram.x", Deleted: true}, "guest memory"},
		{"huge pages of another size", "3", Held{Kind: File, Path: "/mnt/huge1G/libvirt/qemu/1-web/qemu_back_mem._objects_ram-node0.x", Deleted: true}, "guest memory"},
		{"image beside huge pages", "3", Held{Kind: File, Path: "/mnt/huge1G/libvirt/qemu/1-web/disk.img", Deleted: true}, ""},
		{"image called memory", "3", Held{Kind: File, Path: "/dev/shm/qemu_back_mem.x"}, ""},
		{"deleted image", "3", Held{Kind: File, Path: "/srv/qemu_back_mem.x", Deleted: true}, ""},

		{"log", "2", Held{Kind: File, Path: "/var/log/libvirt/qemu/web.log", Access: Write}, "log"},
		{"log of a device", "9", Held{Kind: File, Path: "/var/log/libvirt/qemu/web.log", Access: Write}, ""},
		{"image on standard output", "1", Held{Kind: File, Path: "/srv/disk.img", Access: ReadWrite}, ""},
		{"standard input", "0", Held{Kind: File, Path: "/srv/disk.img", Access: Write}, ""},
		{"libvirt's pid file", "9", Held{Kind: File, Path: "/run/libvirt/qemu/web.pid", Access: Write}, "pid file"},
		{"image called pid", "9", Held{Kind: File, Path: "/run/libvirt/qemu/web.pid", Access: ReadWrite}, ""},
		{"pid file", "9", Held{Kind: File, Path: "/srv/web.pid", Access: Write}, "log or pid file"},
		{"image named as pid file", "9", Held{Kind: File, Path: "/srv/web.pid", Access: ReadWrite}, ""},

		{"libvirt's monitor", "9", Held{Kind: Unix, Path: "/var/lib/libvirt/qemu/domain-1-web/monitor.sock"}, "monitor"},
		{"monitor", "9", Held{Kind: Unix, Path: "/run/qmp.sock"}, "monitor"},
		{"channel", "9", Held{Kind: Unix, Path: "/run/libvirt/qemu/channel/1-web/org.qemu.guest_agent.0"}, ""},
		{"vhost-user", "9", Held{Kind: Unix, Peer: "/run/qmp.sock"}, ""},
		{"TCP", "9", Held{Kind: TCP, Local: "127.0.0.1:5900"}, ""},

		{"file systems", "9", Held{Kind: File, Path: "/proc/filesystems", Access: Read}, "the kernel's tables"},
		{"processors", "9", Held{Kind: File, Path: "/sys/devices/system/cpu/online", Access: Read}, "the kernel's tables"},
		{"processors, to be changed", "9", Held{Kind: File, Path: "/sys/devices/system/cpu/online", Access: ReadWrite}, ""},
		{"another process", "9", Held{Kind: File, Path: "/proc/1/environ", Access: Read}, ""},

		{"program", "", Held{Kind: Mapped, Path: p.Exe, Access: Read}, "program"},
		{"library", "", Held{Kind: Mapped, Path: "/usr/lib/x.so.1", Access: Read}, "library"},
		{"shared library", "", Held{Kind: Mapped, Path: "/usr/lib/x.img", Access: ReadWrite}, ""},
		{"mapped image", "", Held{Kind: Mapped, Path: "/srv/nvdimm.img", Access: ReadWrite}, ""},
	} {
		if got := expected(&tc.held, tc.fd, p); got != tc.want {
			t.Errorf("%s: %q, want %q", tc.name, got, tc.want)
		}
	}
}

// Each rule says why, and of what kind, and goes by more than the kind. Pipes
// have nothing more.
func TestRules(t *testing.T) {
	for _, r := range rules {
		if r.why == "" || r.kind == "" {
			t.Errorf("%+v doesn't say what or why", r)
		}
		bare := rule{why: r.why, kind: r.kind, only: r.only, deleted: r.deleted}
		if r == bare && r.kind != Pipe {
			t.Errorf("%+v hides all of its kind", r)
		}
		if r.kind == File && r.only == "" && !r.deleted {
			t.Errorf("%+v hides files whatever their access", r)
		}
	}
}
