package record

//go:generate go run ./gendoc -o ../docs/records.md

// Fields that many rows share.
var (
	virt   = Spec{Name: "virt", Encoding: Word, Doc: "the domain type: qemu, kvm, hvf or lxc; ? when unknown"}
	reason = Spec{Name: "reason", Encoding: Word, Doc: "why it happened"}
	vm     = Spec{Name: "vm", Encoding: Encoded, Doc: "the guest's name"}
	uuid   = Spec{Name: "uuid", Encoding: UUID, Doc: "the guest's uuid"}
	vmPID  = Spec{Name: "vm-pid", Encoding: Integer, Doc: "the process of the guest on the host; 0 when there is none"}
)

var (
	deviceReasons = []string{"start", "attach", "detach", "update"}
	holdReasons   = []string{"start", "attach", "detach"}
	stepReasons   = []string{"start", "update"}
)

// catalogue is what is known of VIRT records: libvirt 9.0.0's calls of
// virDomainAudit*, measured, in its own terms.
var catalogue = []Kind{
	{
		Name: "control-start", Type: VirtControl,
		Fields:  []Spec{virt, op("start"), reason, vm, uuid, vmPID},
		Reasons: []string{"booted", "restored", "migrated", "from-snapshot", "reboot"},
		Doc:     "A guest was started, or its start failed (res=failed, vm-pid=0).",
	},
	{
		Name: "control-stop", Type: VirtControl,
		Fields:  []Spec{virt, op("stop"), reason, vm, uuid, vmPID},
		Reasons: []string{"shutdown", "destroyed", "crashed", "failed", "saved", "migrated", "from-snapshot", "reboot"},
		Doc:     "A guest was stopped; all it held is released.",
	},
	{
		Name: "control-init", Type: VirtControl,
		Fields: []Spec{
			virt, op("init"), vm, uuid, vmPID,
			{Name: "init-pid", Encoding: Integer, Doc: "the process of the container's init"},
			{Name: "pid-ns", Encoding: Integer, Doc: "the inode of the container's pid namespace"},
		},
		Doc: "A container's init process began.",
	},
	{
		Name: "control-docker", Type: VirtControl, key: "op",
		Fields: []Spec{
			{Name: "op", Encoding: Word, Doc: "what was asked of the container"},
			{Name: "reason", Encoding: Word, Doc: "who asked: api"},
			{Name: "vm", Encoding: Word, Doc: "the container's name or image"},
			{Name: "vm-pid", Encoding: Integer, Doc: "the container's first process"},
			{Name: "user", Encoding: Word, Doc: "who asked for it"},
			{Name: "auid", Encoding: Integer, Doc: "that user's login uid"},
			{Name: "exe", Encoding: Word, Doc: "the container's command"},
			{Name: "hostname", Encoding: Word, Doc: "the container's host name"},
			{Name: "ctr_id_short", Encoding: Word, Doc: "the container's id, in short"},
		},
		Reasons: []string{"api"},
		Doc:     "A patched Docker's record of a container; it has neither virt= nor uuid=, and its fields come in any order.",
	},
	{
		Name: "machine-id", Type: VirtMachineID,
		Fields: []Spec{
			virt, vm, uuid,
			{Name: "vm-ctx", Encoding: Raw, Doc: "the security label of the guest's process"},
			{Name: "img-ctx", Encoding: Raw, Doc: "the security label of its images"},
			{Name: "model", Encoding: Raw, Doc: "the security model: selinux, apparmor, dac"},
		},
		Doc: "A security label was bound to a guest that is about to start; one record a model.",
	},

	replaced("disk", "the path of a disk image or device", "start", "attach", "detach", "update", "snapshot", "mirror"),
	replaced("fs", "the host folder, file, device or template of a file system", deviceReasons...),
	resource("net-open", "A file was opened for a network interface.", []string{"open"},
		Spec{Name: "resrc", Encoding: Word, Const: "net"},
		Spec{Name: "reason", Encoding: Word, Const: "open"},
		vm, uuid,
		Spec{Name: "net", Encoding: Word, Doc: "the interface's MAC address"},
		Spec{Name: "path", Encoding: Encoded, Doc: "what was opened"},
		Spec{Name: "rdev", Encoding: DeviceNumber, Doc: "its device number"},
	),
	replaced("net", "the interface's MAC address", deviceReasons...),
	replaced("chardev", "the path of a character device's host side", deviceReasons...),
	replaced("smartcard", "a certificate's name, its database, or a path", deviceReasons...),
	replaced("rng", "the host's random device or EGD socket", deviceReasons...),

	stepped("mem", "KiB", "the guest's memory"),
	stepped("vcpu", "", "the number of its virtual processors"),
	stepped("iothread", "", "the number of its I/O threads"),

	held("dev", "A host device was assigned, or a redirected USB device.", "",
		Spec{Name: "bus", Encoding: Word, Doc: "pci, usb, scsi, scsi_host or mdev"},
		Spec{Name: "device", Encoding: Encoded, Doc: "its address on that bus, or USB redirdev"},
	),
	held("hostdev", "A block device of the host was given to a container.", "-disk",
		Spec{Name: "disk", Encoding: Encoded, Doc: "the device's path"},
	),
	held("hostdev", "A character device of the host was given to a container.", "-chardev",
		Spec{Name: "chardev", Encoding: Encoded, Doc: "the device's path"},
	),
	held("tpm", "A host TPM was passed through.", "",
		Spec{Name: "device", Encoding: Encoded, Doc: "the TPM's path"},
	),
	held("tpm-emulator", "A guest got an emulated TPM.", "",
		Spec{Name: "device", Encoding: Encoded, Doc: "the emulator's socket"},
	),
	held("tpm-external", "A guest got a TPM that another program emulates.", "",
		Spec{Name: "device", Encoding: Encoded, Doc: "that program's socket"},
	),
	held("shmem", "A guest got memory that it shares with others on the host.", "",
		Spec{Name: "size", Encoding: Integer, Unit: "byte", Doc: "its size"},
		Spec{Name: "path", Encoding: Raw, Doc: "/dev/shm/NAME"},
	),
	held("ivshmem-socket", "A guest was connected to an ivshmem server.", "",
		Spec{Name: "path", Encoding: Raw, Doc: "the server's socket"},
	),
	held("evdev", "An input device of the host was given to a guest.", "",
		Spec{Name: "path", Encoding: Raw, Doc: "the device's path"},
	),

	cgroup("all", "Every device was denied to a guest's cgroup.", "deny"),
	cgroup("major", "A class of devices was allowed to a guest's cgroup.", "allow",
		Spec{Name: "category", Encoding: Word, Doc: "pty or sound"},
		Spec{Name: "maj", Encoding: HexInteger, Doc: "the devices' major number"},
		acl,
	),
	cgroup("path", "A device was allowed or denied to a guest's cgroup.", "",
		Spec{Name: "path", Encoding: Encoded, Doc: "the device's path; raw, without quotes, before libvirt 1.0"},
		Spec{Name: "rdev", Encoding: DeviceNumber, Doc: "its device number"},
		acl,
	),

	unsent("integrity-check", VirtIntegrityCheck, "The integrity of a guest was checked."),
	unsent("create", VirtCreate, "A guest was created."),
	unsent("destroy", VirtDestroy, "A guest was destroyed."),
	unsent("migrate-in", VirtMigrateIn, "A guest came from another host."),
	unsent("migrate-out", VirtMigrateOut, "A guest went to another host."),
}

var acl = Spec{Name: "acl", Encoding: Word, Doc: "what may be done: r, w, m in this order"}

func op(name string) Spec { return Spec{Name: "op", Encoding: Word, Const: name} }

// resource is a row of a VIRT_RESOURCE record.
func resource(name, doc string, reasons []string, fields ...Spec) Kind {
	return Kind{
		Name: name, Type: VirtResource, Reasons: reasons, Doc: doc,
		Fields: append([]Spec{virt}, fields...),
	}
}

// replaced is a row of a resource that a record names before and after.
func replaced(resrc, what string, reasons ...string) Kind {
	return resource(resrc, "A guest got, lost or changed: "+what+".", reasons,
		Spec{Name: "resrc", Encoding: Word, Const: resrc}, reason, vm, uuid,
		Spec{Name: "old-" + resrc, Encoding: Encoded, Doc: "what it had: " + what},
		Spec{Name: "new-" + resrc, Encoding: Encoded, Doc: "what it has now"},
	)
}

// stepped is a row of a quantity that a record gives before and after.
func stepped(resrc, unit, what string) Kind {
	return resource(resrc, "A quantity was set: "+what+".", stepReasons,
		Spec{Name: "resrc", Encoding: Word, Const: resrc}, reason, vm, uuid,
		Spec{Name: "old-" + resrc, Encoding: Integer, Unit: unit, Doc: what + " before"},
		Spec{Name: "new-" + resrc, Encoding: Integer, Unit: unit, Doc: what + " now"},
	)
}

// held is a row of a resource that is got and lost as a whole. The last field
// names it.
func held(resrc, doc, suffix string, what ...Spec) Kind {
	k := resource(resrc+suffix, doc, holdReasons,
		append([]Spec{{Name: "resrc", Encoding: Word, Const: resrc}, reason, vm, uuid}, what...)...)
	if suffix != "" {
		k.key = what[0].Name
	}
	return k
}

// cgroup is a row of a cgroup's device rules. An empty reason is a free one.
func cgroup(class, doc, why string, rest ...Spec) Kind {
	r, reasons := reason, []string{"allow", "deny"}
	if why != "" {
		r.Const, reasons = why, []string{why}
	}
	return resource("cgroup-"+class, doc, reasons, append([]Spec{
		{Name: "resrc", Encoding: Word, Const: "cgroup"},
		r, vm, uuid,
		{Name: "cgroup", Encoding: Encoded, Doc: "the cgroup's folder; it ends in a slash"},
		{Name: "class", Encoding: Word, Const: class},
	}, rest...)...)
}

// unsent is a row of a type that linux/audit.h has and libvirt never sends.
// Its fields are those common to libvirt's records.
func unsent(name string, t Type, doc string) Kind {
	return Kind{
		Name: name, Type: t, Doc: doc + " libvirt never sends it.",
		Fields: []Spec{virt, {Name: "op", Encoding: Word, Doc: "what was done"}, reason, vm, uuid},
	}
}
