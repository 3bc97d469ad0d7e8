package guest

import (
	"slices"
	"strings"
	"testing"
)

// attached gives what the records of an attach say behind uuid=.
func attached(t *testing.T, r Resource) []string {
	t.Helper()
	all := texts(t, Change{Guest: &qcowTest, Op: Attach, New: r})
	for i, line := range all {
		_, all[i], _ = strings.Cut(line, " uuid="+qcowTest.UUID+" ")
	}
	return all
}

func TestAudited(t *testing.T) {
	file := Chardev{Type: ChardevFile, Path: "/x"}
	for _, tc := range []struct {
		r    Resource
		want string
	}{
		{Disk{Source: DiskSource{Path: "/a"}}, `old-disk="?" new-disk="/a"`},
		{Disk{Source: DiskSource{Type: DiskFile, Path: "/a b"}}, `old-disk="?" new-disk=2F612062`},
		{Disk{Source: DiskSource{Type: DiskBlock, Path: "/dev/vg/a"}}, `old-disk="?" new-disk="/dev/vg/a"`},
		{Disk{Source: DiskSource{Type: DiskDir, Path: "/srv/"}}, `old-disk="?" new-disk="/srv/"`},
		{Filesystem{Source: "/a"}, `old-fs="?" new-fs="/a"`},
		{Filesystem{Source: "/a", Socket: "/run/virtiofsd"}, `old-fs="?" new-fs="/a"`},
		{Filesystem{EmptyPath: true}, `old-fs="?" new-fs=""`},
		{Filesystem{Type: FilesystemFile, Source: "/a"}, `old-fs="?" new-fs="/a"`},
		{Filesystem{Type: FilesystemBlock, Source: "/a"}, `old-fs="?" new-fs="/a"`},
		{Filesystem{Type: FilesystemBind, Source: "/a"}, `old-fs="?" new-fs="/a"`},
		{Filesystem{Type: FilesystemTemplate, Source: "deb"}, `old-fs="?" new-fs="deb"`},
		{Interface{MAC: "52:54:00:00:00:01", Type: "user"}, `old-net="?" new-net="52:54:00:00:00:01"`},
		{HostDevice{Type: HostPCI, Address: "0000:01:00.0"}, `bus=pci device="0000:01:00.0"`},
		{HostDevice{Type: HostUSB, Address: "001.004"}, `bus=usb device="001.004"`},
		{HostDevice{Type: HostSCSI, Address: "scsi_host0:0:0:0"}, `bus=scsi device="scsi_host0:0:0:0"`},
		{HostDevice{Type: HostSCSIHost, Address: "naa.5123456789abcde0"}, `bus=scsi_host device="naa.5123456789abcde0"`},
		{HostDevice{Type: HostMDev, Address: demo.UUID}, `bus=mdev device="` + demo.UUID + `"`},
		{HostDevice{Type: HostMDev}, `bus=mdev device="?"`},
		{HostDevice{Type: HostStorage, Address: "/dev/sdf1"}, `disk="/dev/sdf1"`},
		{HostDevice{Type: HostMisc, Address: "/dev/tty0"}, `chardev="/dev/tty0"`},
		{RedirDevice{Source: Chardev{Type: ChardevTCP}}, `bus=usb device=555342207265646972646576`},
		{Serial{Source: Chardev{Type: ChardevPTY, Path: "/dev/pts/0"}}, `old-chardev="?" new-chardev="/dev/pts/0"`},
		{Serial{Source: Chardev{Type: ChardevNMDM, Path: "/dev/nmdm0A", SlavePath: "/dev/nmdm0B"}}, `old-chardev="?" new-chardev="/dev/nmdm0A"`},
		{Parallel{Source: Chardev{Type: ChardevDev, Path: "/dev/parport0"}}, `old-chardev="?" new-chardev="/dev/parport0"`},
		{Channel{Source: Chardev{Type: ChardevUnix, EmptyPath: true}}, `old-chardev="?" new-chardev=""`},
		{Console{Source: Chardev{Type: ChardevPipe, Path: "/p"}}, `old-chardev="?" new-chardev="/p"`},
		{Smartcard{Mode: SmartcardHost}, `old-smartcard="?" new-smartcard="nss-smartcard-device"`},
		{Smartcard{Mode: SmartcardPassthrough, Source: file}, `old-smartcard="?" new-smartcard="/x"`},
		{RNG{Backend: RNGEGD, Source: file}, `old-rng="?" new-rng="/x"`},
		{TPM{Backend: TPMPassthrough}, `device="?"`},
		{TPM{Backend: TPMEmulator}, `device="?"`},
		{TPM{Backend: TPMExternal, Path: "/run/tpm"}, `device="/run/tpm"`},
		{Shmem{Name: "m", Size: 4194304}, `size=4194304 path=/dev/shm/m`},
		{Shmem{Name: "my m", Size: 1}, `size=1 path=2F6465762F73686D2F6D79206D`},
		{Shmem{Server: true, Path: "/run/ivshmem", Size: 1}, `path=/run/ivshmem`},
		{Shmem{Server: true}, `path=?`},
		{Shmem{Server: true, EmptyPath: true}, `path=`},
		{Input{Type: InputPassthrough, Path: "/dev/input/event1"}, `path=/dev/input/event1`},
		{Input{Type: InputEvdev, EmptyPath: true}, `path=`},
		{Input{Type: InputEvdev}, `path=?`},
	} {
		if got := attached(t, tc.r); !slices.Equal(got, []string{tc.want}) {
			t.Errorf("%+v:\n got %q\nwant %q", tc.r, got, tc.want)
		}
	}
}

func TestCertificates(t *testing.T) {
	card := Smartcard{Mode: SmartcardCertificates, Certificates: [3]string{"a", "", "c"}, Database: "/db"}
	want := []string{
		`old-smartcard="?" new-smartcard="a"`, `old-smartcard="?" new-smartcard=""`,
		`old-smartcard="?" new-smartcard="c"`, `old-smartcard="?" new-smartcard="/db"`,
	}
	if got := attached(t, card); !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	card.Database = ""
	if got := attached(t, card); got[3] != `old-smartcard="?" new-smartcard="/etc/pki/nssdb"` {
		t.Errorf("without a database: %s", got[3])
	}
}

func TestSilent(t *testing.T) {
	all := []Resource{
		Disk{Target: "sda", Device: "cdrom"},
		Filesystem{Socket: "/run/virtiofsd"},
		Filesystem{Type: FilesystemRAM, Source: "x"},
		Filesystem{Type: FilesystemVolume, Source: "pool/volume"},
		HostDevice{Type: HostISCSI, Address: "host/iqn"},
		HostDevice{Type: HostNet, Address: "eth0"},
		HostDevice{Type: "later", Address: "x"},
		Serial{Source: Chardev{Type: ChardevPTY}},
		Serial{},
		Smartcard{Mode: SmartcardPassthrough, Source: Chardev{Type: ChardevSpiceVMC}},
		Smartcard{},
		RNG{},
		TPM{Path: "/dev/tpm0"},
		Input{Type: "tablet", Path: "/dev/input/event1"},
		File{Use: FileKernel, Path: "/boot/vmlinuz"},
	}
	for _, source := range []DiskType{DiskNetwork, DiskVolume, DiskNVMe, DiskVhostUser, "later"} {
		all = append(all, Disk{Source: DiskSource{Type: source, Path: "/x"}})
	}
	for _, source := range []ChardevType{
		ChardevTCP, ChardevUDP, ChardevNull, ChardevVC, ChardevStdio, ChardevSpiceVMC,
		ChardevSpicePort, ChardevVDAgent, ChardevDBus, "", "later",
	} {
		c := Chardev{Type: source, Path: "/x", EmptyPath: true}
		all = append(all, Serial{Source: c}, Parallel{Source: c}, Channel{Source: c}, Console{Source: c}, RNG{Backend: RNGEGD, Source: c})
	}
	for _, r := range all {
		if got := attached(t, r); len(got) > 0 {
			t.Errorf("%T %+v: %q", r, r, got)
		}
		if got := texts(t, Change{Guest: &qcowTest, Op: Update, Old: r, New: r}); len(got) > 0 {
			t.Errorf("update of %T %+v: %q", r, r, got)
		}
	}
}
