package guest

import "github.com/virtaudit/virtaudit/record"

// kind is a row of the catalogue, and how its records tell of a change.
type kind struct {
	*record.Kind
	style style
	parts []part
}

type style uint8

const (
	whole    style = iota // the resource is got and lost as a whole
	replaced              // old-K= and new-K=, none where neither has a value
	stepped               // the same of quantities
)

// part is a piece of a kind's text: what is the same in all its records, up to
// the name of a field, and that field's value.
type part struct {
	lead  string
	value source
	field *record.Spec
}

// source says where a field's value comes from.
type source uint8

const (
	fromNowhere source = iota // the part is a constant
	fromVirt
	fromVM
	fromUUID
	fromReason
	fromValues
)

// row gives the catalogue's row of that name.
func row(name string, s style) *kind {
	k := &kind{Kind: record.KindByName(name), style: s}
	lead := ""
	for i := range k.Fields {
		f := &k.Fields[i]
		if i > 0 {
			lead += " "
		}
		lead += f.Name + "=" + f.Const
		if f.Const == "" {
			k.parts = append(k.parts, part{lead: lead, value: sourceOf(f.Name), field: f})
			lead = ""
		}
	}
	if lead != "" { // a constant at the end
		k.parts = append(k.parts, part{lead: lead})
	}
	return k
}

func sourceOf(field string) source {
	switch field {
	case "virt":
		return fromVirt
	case "vm":
		return fromVM
	case "uuid":
		return fromUUID
	case "reason":
		return fromReason
	}
	return fromValues
}

var (
	diskKind      = row("disk", replaced)
	fsKind        = row("fs", replaced)
	netKind       = row("net", replaced)
	chardevKind   = row("chardev", replaced)
	smartcardKind = row("smartcard", replaced)
	rngKind       = row("rng", replaced)

	memKind      = row("mem", stepped)
	vcpuKind     = row("vcpu", stepped)
	iothreadKind = row("iothread", stepped)

	devKind            = row("dev", whole)
	hostdevDiskKind    = row("hostdev-disk", whole)
	hostdevChardevKind = row("hostdev-chardev", whole)
	tpmKind            = row("tpm", whole)
	tpmEmulatorKind    = row("tpm-emulator", whole)
	tpmExternalKind    = row("tpm-external", whole)
	shmemKind          = row("shmem", whole)
	ivshmemKind        = row("ivshmem-socket", whole)
	evdevKind          = row("evdev", whole)

	machineIDKind   = row("machine-id", whole)
	netOpenKind     = row("net-open", whole)
	cgroupAllKind   = row("cgroup-all", whole)
	cgroupMajorKind = row("cgroup-major", whole)
	cgroupPathKind  = row("cgroup-path", whole)

	startKind = row("control-start", whole)
	stopKind  = row("control-stop", whole)
	initKind  = row("control-init", whole)
)

// unsentKinds are those of the types that libvirt never sends.
var unsentKinds = map[Op]*kind{
	Create:         row("create", whole),
	Destroy:        row("destroy", whole),
	MigrateIn:      row("migrate-in", whole),
	MigrateOut:     row("migrate-out", whole),
	CheckIntegrity: row("integrity-check", whole),
}
