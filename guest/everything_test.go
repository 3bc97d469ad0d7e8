package guest

// everything is a guest that has one of all there is.
var everything = Spec{
	Name: "all", UUID: "11111111-2222-3333-4444-555555555555", Virt: QEMU,
	Memory: 1 << 20, VCPUs: 2, IOThreads: 1,
	Labels:      []Label{{Model: "selinux", Process: "system_u:system_r:svirt_t:s0:c1,c2", Image: "system_u:object_r:svirt_image_t:s0:c1,c2"}},
	Disks:       []Disk{{Target: "vda", Source: DiskSource{Path: "/srv/a.qcow2"}}},
	Filesystems: []Filesystem{{Source: "/srv/share", Target: "share"}},
	Interfaces:  []Interface{{MAC: "52:54:00:00:00:01"}},
	HostDevices: []HostDevice{{Type: HostPCI, Address: "0000:01:00.0"}},
	Redirs:      []RedirDevice{{Source: Chardev{Type: ChardevSpiceVMC}}},
	Serials:     []Serial{{Source: Chardev{Type: ChardevPTY, Path: "/dev/pts/1"}}},
	Parallels:   []Parallel{{Source: Chardev{Type: ChardevDev, Path: "/dev/parport0"}}},
	Channels:    []Channel{{Source: Chardev{Type: ChardevUnix, Path: "/run/agent"}}},
	Consoles:    []Console{{Source: Chardev{Type: ChardevFile, Path: "/var/log/console"}}},
	Smartcards:  []Smartcard{{Mode: SmartcardCertificates, Certificates: [3]string{"one", "two 2", "three"}}},
	RNGs:        []RNG{{Path: "/dev/hwrng"}},
	TPMs:        []TPM{{Backend: TPMPassthrough, Path: "/dev/tpm0"}},
	Shmems:      []Shmem{{Name: "cache", Size: 4 << 20}},
	Inputs:      []Input{{Type: InputEvdev, Path: "/dev/input/event3"}},
	Files:       []File{{Use: FileNVRAM, Path: "/var/lib/nvram/all.fd"}},
}
