package witness

import (
	"slices"
	"strconv"

	"github.com/virtaudit/virtaudit/guest"
	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/hypervisor/qmp"
)

// partKinds are the kinds of Things that a part of a Snapshot tells of.
var partKinds = map[qmp.Part][]string{
	"vcpus":         {"vcpu"},
	"iothreads":     {"iothread"},
	"memory":        {"mem"},
	"chardevs":      {"chardev"},
	"ports":         {"chardev", "dev"},
	"disks":         {"disk", "backing", "image", "loader", "nvram"},
	"interfaces":    {"net"},
	"rngs":          {"rng"},
	"tpms":          {"tpm", "tpm-emulator", "tpm-external"},
	"shared memory": {"shmem", "ivshmem-socket", "memory"},
}

// things gives all that a guest has, and the kinds of which nothing is known.
func (t *qmpTeller) things(m *monitor, s *qmp.Snapshot) (all []fact.Thing, partial []string) {
	all = t.speller.spell(&s.Spec, details{rngs: rates(s.RNGs)})
	all = append(all, images(s.Images)...)
	all = append(all, idle(s, m.source)...)
	all, whole := sorted(t.namer.name(all))
	for _, u := range s.Unknown {
		partial = append(partial, partKinds[u.Part]...)
	}
	if !whole {
		partial = []string{everything}
	}
	slices.Sort(partial)
	return all, slices.Compact(partial)
}

func rates(all []qmp.RNG) []map[string]string {
	var details []map[string]string
	for _, r := range all {
		device := r.Device
		if device == "" {
			device = "none"
		}
		details = append(details, detail("rate", rate(r.MaxBytes, uint64(r.Period)), "device", device))
	}
	return details
}

// images gives those that are behind drives, and those that no drive has.
func images(all []qmp.Image) []fact.Thing {
	tops := map[string]string{}
	var things []fact.Thing
	for _, i := range all {
		name := diskName(i.Source)
		switch {
		case name == "":
		case i.Drive == "":
			things = append(things, fact.Thing{Kind: "image", ID: fact.Plain(name), Silent: true})
		case i.Depth == 0:
			tops[i.Drive] = name
		default:
			things = append(things, fact.Thing{
				Kind: "backing", ID: fact.Plain(name), Silent: true,
				Detail: detail("of", tops[i.Drive], "depth", strconv.Itoa(i.Depth), "format", i.Format),
			})
		}
	}
	return things
}

// idle gives the character devices that no device of the guest has, without the
// monitor that is asked.
func idle(s *qmp.Snapshot, source string) []fact.Thing {
	used := map[guest.Chardev]bool{}
	for _, p := range s.Spec.Serials {
		used[p.Source] = true
	}
	for _, p := range s.Spec.Parallels {
		used[p.Source] = true
	}
	for _, p := range s.Spec.Channels {
		used[p.Source] = true
	}
	for _, p := range s.Spec.Consoles {
		used[p.Source] = true
	}
	for _, p := range s.Spec.Redirs {
		used[p.Source] = true
	}
	for _, r := range s.Spec.RNGs {
		used[r.Source] = true
	}
	var all []fact.Thing
	for _, c := range s.Chardevs {
		at := address(c.Source)
		if used[c.Source] || at == string(c.Source.Type) || source == "qmp "+fact.Plain(at) {
			continue
		}
		all = append(all, fact.Thing{Kind: "chardev", ID: fact.Plain(at), Silent: true, Detail: detail("chardev", c.ID, "type", string(c.Source.Type), "listen", flag(c.Source.Listen))})
	}
	return all
}
