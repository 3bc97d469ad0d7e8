package guest

import "github.com/virtaudit/virtaudit/record"

// fields reads a record's fields by name.
type fields struct{ *record.Record }

func (f fields) text(name string) string {
	field, _ := f.Lookup(name)
	return field.String()
}

func (f fields) number(name string) uint64 {
	field, _ := f.Lookup(name)
	n, _ := field.Uint()
	return n
}

func (f fields) device(name string) DeviceNumber {
	field, _ := f.Lookup(name)
	major, minor, _ := field.DeviceNumber()
	return DeviceNumber{Major: major, Minor: minor}
}

// path gives a text, and whether it is there and empty.
func (f fields) path(name string) (text string, empty bool) {
	field, _ := f.Lookup(name)
	return field.String(), !field.Missing() && field.String() == ""
}

func (f fields) chardev(name string) Chardev {
	path, empty := f.path(name)
	return Chardev{Type: ChardevFile, Path: path, EmptyPath: empty}
}

// retold makes the change that a record tells of.
func retold(r *record.Record) Change {
	f := fields{r}
	c := Change{
		Guest:  &Spec{Name: f.text("vm"), UUID: f.text("uuid"), Virt: Virt(f.text("virt"))},
		Failed: r.Result == record.Failed,
	}
	if name, _ := r.Lookup("vm"); name.Missing() {
		c.Guest.Name = "?" // written as none is
	}
	switch r.Type {
	case record.VirtControl:
		c.Op, c.Reason = Op(f.text("op")), Reason(f.text("reason"))
		c.PID, c.InitPID, c.PIDNamespace = int(f.number("vm-pid")), int(f.number("init-pid")), f.number("pid-ns")
		return c
	case record.VirtMachineID:
		c.Op = SetLabel
	default:
		c.Op = Op(f.text("reason"))
	}
	if give := retoldPair[r.Kind.Name]; give != nil {
		c.Old, c.New = give(f, "old-"+r.Kind.Name), give(f, "new-"+r.Kind.Name)
	} else {
		c.New = retoldWhole[r.Kind.Name](f)
		c.Old = c.New
	}
	if c.Op == Start {
		c.Guest.add(c.New)
	}
	return c
}

// retoldPair makes a resource of one of the two names that a record gives it.
var retoldPair = map[string]func(f fields, name string) Resource{
	"disk": func(f fields, name string) Resource { return Disk{Source: DiskSource{Path: f.text(name)}} },
	"fs": func(f fields, name string) Resource {
		path, empty := f.path(name)
		return Filesystem{Source: path, EmptyPath: empty}
	},
	"net":     func(f fields, name string) Resource { return Interface{MAC: f.text(name)} },
	"chardev": func(f fields, name string) Resource { return Serial{Source: f.chardev(name)} },
	"smartcard": func(f fields, name string) Resource {
		return Smartcard{Mode: SmartcardPassthrough, Source: f.chardev(name)}
	},
	"rng":      func(f fields, name string) Resource { return RNG{Path: f.text(name)} },
	"mem":      func(f fields, name string) Resource { return Memory(f.number(name)) },
	"vcpu":     func(f fields, name string) Resource { return VCPUs(f.number(name)) },
	"iothread": func(f fields, name string) Resource { return IOThreads(f.number(name)) },
}

// retoldWhole makes a resource that a record names once.
var retoldWhole = map[string]func(f fields) Resource{
	"dev": func(f fields) Resource {
		return HostDevice{Type: HostDeviceType(f.text("bus")), Address: f.text("device")}
	},
	"hostdev-disk":    func(f fields) Resource { return HostDevice{Type: HostStorage, Address: f.text("disk")} },
	"hostdev-chardev": func(f fields) Resource { return HostDevice{Type: HostMisc, Address: f.text("chardev")} },
	"tpm":             func(f fields) Resource { return TPM{Backend: TPMPassthrough, Path: f.text("device")} },
	"tpm-emulator":    func(f fields) Resource { return TPM{Backend: TPMEmulator, Path: f.text("device")} },
	"tpm-external":    func(f fields) Resource { return TPM{Backend: TPMExternal, Path: f.text("device")} },
	"shmem": func(f fields) Resource {
		return Shmem{Name: f.text("path")[len("/dev/shm/"):], Size: f.number("size")}
	},
	"ivshmem-socket": func(f fields) Resource {
		path, empty := f.path("path")
		return Shmem{Server: true, Path: path, EmptyPath: empty}
	},
	"evdev": func(f fields) Resource {
		path, empty := f.path("path")
		return Input{Type: InputEvdev, Path: path, EmptyPath: empty}
	},
	"machine-id": func(f fields) Resource {
		return Label{Process: f.text("vm-ctx"), Image: f.text("img-ctx"), Model: f.text("model")}
	},
	"net-open": func(f fields) Resource {
		return OpenFile{MAC: f.text("net"), Path: f.text("path"), Device: f.device("rdev")}
	},
	"cgroup-all":   rule,
	"cgroup-major": rule,
	"cgroup-path":  rule,
}

func rule(f fields) Resource {
	return CgroupRule{
		Cgroup: f.text("cgroup"), Class: CgroupClass(f.text("class")),
		Category: f.text("category"), Major: uint32(f.number("maj")),
		Path: f.text("path"), Device: f.device("rdev"), ACL: f.text("acl"),
	}
}

// add gives a guest one more resource; of a quantity, that one.
func (s *Spec) add(r Resource) {
	switch r := r.(type) {
	case Label:
		s.Labels = append(s.Labels, r)
	case Disk:
		s.Disks = append(s.Disks, r)
	case Filesystem:
		s.Filesystems = append(s.Filesystems, r)
	case Interface:
		s.Interfaces = append(s.Interfaces, r)
	case HostDevice:
		s.HostDevices = append(s.HostDevices, r)
	case RedirDevice:
		s.Redirs = append(s.Redirs, r)
	case Serial:
		s.Serials = append(s.Serials, r)
	case Parallel:
		s.Parallels = append(s.Parallels, r)
	case Channel:
		s.Channels = append(s.Channels, r)
	case Console:
		s.Consoles = append(s.Consoles, r)
	case Smartcard:
		s.Smartcards = append(s.Smartcards, r)
	case RNG:
		s.RNGs = append(s.RNGs, r)
	case TPM:
		s.TPMs = append(s.TPMs, r)
	case Shmem:
		s.Shmems = append(s.Shmems, r)
	case Input:
		s.Inputs = append(s.Inputs, r)
	case File:
		s.Files = append(s.Files, r)
	case Memory:
		s.Memory = r
	case VCPUs:
		s.VCPUs = r
	case IOThreads:
		s.IOThreads = r
	}
}
