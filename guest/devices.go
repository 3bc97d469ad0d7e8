package guest

// A Disk is a drive. It is audited by its path, where its source is a file, a
// block device or a folder; all other sources are silent.
type Disk struct {
	// Target is the guest's name of the drive (vda). No two disks of a guest
	// share one: Diff knows by it that a drive got other media.
	Target string
	// Bus is what the drive is on (virtio, scsi, sata, ...), "" where the
	// definition doesn't say.
	Bus string
	// Device is disk, cdrom, floppy or lun; "" is disk.
	Device string
	// Source is the top image. The images behind it are never audited.
	Source DiskSource
}

// A DiskSource is where a drive's data is. An empty drive has none.
type DiskSource struct {
	Type DiskType
	// Path is a path on the host: of the file, block device or folder, or of
	// the socket of a vhost-user server. An nvme source has its PCI address.
	Path string
	// Protocol (nbd, rbd, iscsi, ...) and Name are those of a network source;
	// of a volume, Protocol is empty and Name is POOL/VOLUME.
	Protocol string
	Name     string
	// Host is the network source's server as HOST:PORT, or its socket's path;
	// several are parted by commas.
	Host string
}

// DiskType says of what kind a drive's source is.
type DiskType string

// The types of sources. Those after DiskDir are silent.
const (
	DiskFile      DiskType = "file" // "" is a file too
	DiskBlock     DiskType = "block"
	DiskDir       DiskType = "dir"
	DiskNetwork   DiskType = "network"
	DiskVolume    DiskType = "volume" // until it is resolved to one of the others
	DiskNVMe      DiskType = "nvme"
	DiskVhostUser DiskType = "vhostuser"
)

// A Filesystem is a part of the host's file systems that a guest sees. It is
// audited by its Source, where it has one; ram and volume are silent.
type Filesystem struct {
	Type FilesystemType
	// Source is the folder, file or block device on the host, or a template's
	// name. A virtiofs with a socket may have one as well.
	Source string
	// EmptyPath says that Source is there, and empty.
	EmptyPath bool
	// Socket is that of a virtiofs whose daemon somebody else runs.
	Socket string
	// Target is the guest's name or mount point.
	Target string
}

// FilesystemType says of what kind a file system's source is.
type FilesystemType string

// The types of file systems. Those after FilesystemTemplate are silent.
const (
	FilesystemMount    FilesystemType = "mount" // a folder; "" is that too
	FilesystemFile     FilesystemType = "file"
	FilesystemBlock    FilesystemType = "block"
	FilesystemBind     FilesystemType = "bind"
	FilesystemTemplate FilesystemType = "template"
	FilesystemRAM      FilesystemType = "ram"
	FilesystemVolume   FilesystemType = "volume" // Source is POOL/VOLUME
)

// An Interface is a network interface. It is audited by its MAC address,
// whatever its type is.
type Interface struct {
	// MAC is the address in lower case, two digits an octet, with colons: as
	// net.HardwareAddr gives it.
	MAC string
	// Type is network, bridge, user, ethernet, direct, hostdev, vhostuser, ...
	Type string
	// Source is what the interface is connected to: a network, a bridge, a
	// device of the host, the path of a socket. libvirt doesn't name it.
	Source string
	// Target is the device on the host (vnet0), where there is one.
	Target string
}

// A HostDevice is a device of the host that was assigned to a guest. It is
// audited by its address, as libvirt writes that.
type HostDevice struct {
	Type HostDeviceType
	// Address is, by type:
	//
	//	pci        0000:01:00.0, hex in lower case
	//	usb        001.004, bus and device in decimal; 000.000 for one that is
	//	           known by vendor and product only
	//	scsi       scsi_host0:0:0:0, as ADAPTER:BUS:TARGET:UNIT
	//	scsi_host  the wwpn of the vhost target
	//	mdev       the uuid, lower case with dashes
	//	storage    the path of the block device
	//	misc       the path of the character device
	//	net        the name of the interface on the host
	//	iscsi      HOST/IQN
	Address string
}

// HostDeviceType says on which bus, or of which kind, a host device is.
type HostDeviceType string

// The types of host devices. The last two are silent.
const (
	HostPCI      HostDeviceType = "pci"
	HostUSB      HostDeviceType = "usb"
	HostSCSI     HostDeviceType = "scsi"
	HostSCSIHost HostDeviceType = "scsi_host"
	HostMDev     HostDeviceType = "mdev"
	HostStorage  HostDeviceType = "storage" // a container's block device
	HostMisc     HostDeviceType = "misc"    // a container's character device
	HostNet      HostDeviceType = "net"     // a container's network interface
	HostISCSI    HostDeviceType = "iscsi"   // a scsi device over iSCSI
)

// A RedirDevice is a USB device that a client redirects to a guest. Each is
// audited, always by the same words, whatever its source is.
type RedirDevice struct {
	Source Chardev
}

// A Smartcard is a guest's smartcard reader.
type Smartcard struct {
	Mode SmartcardMode
	// Certificates are names in the database, of the mode host-certificates.
	// There are always three of them.
	Certificates [3]string
	// Database is where these are; "" is /etc/pki/nssdb.
	Database string
	// Source is what is passed through. It is audited as other chardevs are.
	Source Chardev
}

// SmartcardMode says what is behind a smartcard reader.
type SmartcardMode string

// The modes of smartcard readers.
const (
	SmartcardHost         SmartcardMode = "host" // the host's own reader
	SmartcardCertificates SmartcardMode = "host-certificates"
	SmartcardPassthrough  SmartcardMode = "passthrough"
)

// An RNG is a source of random numbers, audited by what is behind it: Path of
// a random backend; of an EGD its Source as other chardevs. The builtin one
// is silent.
type RNG struct {
	Backend RNGBackend
	Path    string  // of a random backend: /dev/random, /dev/hwrng
	Source  Chardev // of an EGD backend
}

// RNGBackend says where random numbers come from.
type RNGBackend string

// The backends.
const (
	RNGRandom  RNGBackend = "random" // a device of the host; "" is that too
	RNGEGD     RNGBackend = "egd"    // an entropy gathering daemon
	RNGBuiltin RNGBackend = "builtin"
)

// A TPM is a trusted platform module. A TPM without a Path is audited too.
type TPM struct {
	Backend TPMBackend
	// Path is that of the host's TPM, of the emulator's socket (none until the
	// emulator runs), or of another program's socket.
	Path string
}

// TPMBackend says what is behind a TPM.
type TPMBackend string

// The backends.
const (
	TPMPassthrough TPMBackend = "passthrough"
	TPMEmulator    TPMBackend = "emulator"
	TPMExternal    TPMBackend = "external"
)

// A Shmem is memory that a guest shares with others on the host.
type Shmem struct {
	// Name is that of the memory, /dev/shm/NAME on the host.
	Name string
	// Size is in bytes. It isn't audited of memory that a server hands out.
	Size uint64
	// Server says that an ivshmem server hands the memory out; Path is that of
	// its socket.
	Server    bool
	Path      string
	EmptyPath bool // Path is there, and empty
}

// An Input is a keyboard, mouse or the like. The two types that take one of
// the host's are audited by their path.
type Input struct {
	Type      InputType
	Path      string
	EmptyPath bool // Path is there, and empty
}

// InputType says what an input device is.
type InputType string

// The types that take a device of the host. All others (mouse, tablet,
// keyboard) are silent.
const (
	InputPassthrough InputType = "passthrough" // virtio
	InputEvdev       InputType = "evdev"
)
