package proc

import "testing"

func TestProgramOf(t *testing.T) {
	for exe, want := range map[string]Program{
		"/usr/bin/qemu-system-x86_64":                       QEMU,
		"/usr/bin/qemu-system-x86_64 (deleted)":             QEMU, // after an upgrade
		"/usr/libexec/qemu-kvm":                             QEMU,
		"/nix/store/0-qemu/bin/.qemu-system-x86_64-wrapped": QEMU,
		"/usr/lib/libvirt/libvirt_lxc":                      LXC,
		"/usr/bin/cloud-hypervisor-static":                  CloudHypervisor,
		"/srv/jailer/firecracker/x/root/firecracker":        Firecracker,
		"/opt/firecracker-v1.7.0-x86_64":                    Firecracker,
		"/usr/lib/qemu/virtiofsd":                           Virtiofsd,
		"/usr/bin/swtpm":                                    SWTPM,
		"/usr/bin/qemu-storage-daemon":                      StorageDaemon,
		"/usr/bin/passt.avx2":                               Passt,
		"/usr/bin/qemu-img":                                 "",
		"/usr/bin/swtpm_setup":                              "",
		"/usr/bin/firectl":                                  "",
		"/usr/bin/firecracker-ctl":                          "",
		"/qemu-system-x86_64/sh":                            "",
		"":                                                  "",
	} {
		if got := programOf(exe); got != want {
			t.Errorf("%q is %q, want %q", exe, got, want)
		}
	}
}

func TestRuns(t *testing.T) {
	for program, want := range map[Program]bool{
		QEMU: true, LXC: true, CloudHypervisor: true, Firecracker: true,
		Virtiofsd: false, SWTPM: false, StorageDaemon: false, Passt: false, "": false,
	} {
		if program.Runs() != want {
			t.Errorf("%q runs a guest: %v, want %v", program, !want, want)
		}
	}
}
