package guest

// Diff gives the changes that make a guest that was as old what it is as new,
// both Specs of the same guest; a nil Spec is a guest that has nothing. What is
// silent is among them.
//
// Devices have no identity, with one exception: three RNGs on /dev/random are
// three times the same, and of a fourth it is only known that it came. A device
// that differs in anything is another one, so it is a Detach and an Attach. The
// exception is a Disk: one whose source alone differs, beside its Target, got
// other media or moved to another image, which is an Update.
//
// Changes come in the order of a start's records: labels, devices kind by kind,
// memory, vcpus, I/O threads; of each kind what was lost, then what was
// updated, then what came. A label that is gone is no change, and neither are a
// new name, uuid or hypervisor. Every change's Guest is new, or old where new is
// nil.
func Diff(old, new *Spec) []Change {
	d := differ{guest: new}
	if new == nil {
		d.guest, new = old, &Spec{}
	}
	if old == nil {
		old = &Spec{}
	}
	d.labels(old.Labels, new.Labels)
	d.disks(old.Disks, new.Disks)
	diff(&d, old.Filesystems, new.Filesystems)
	diff(&d, old.Interfaces, new.Interfaces)
	diff(&d, old.HostDevices, new.HostDevices)
	diff(&d, old.Redirs, new.Redirs)
	diff(&d, old.Serials, new.Serials)
	diff(&d, old.Parallels, new.Parallels)
	diff(&d, old.Channels, new.Channels)
	diff(&d, old.Consoles, new.Consoles)
	diff(&d, old.Smartcards, new.Smartcards)
	diff(&d, old.RNGs, new.RNGs)
	diff(&d, old.TPMs, new.TPMs)
	diff(&d, old.Shmems, new.Shmems)
	diff(&d, old.Inputs, new.Inputs)
	diff(&d, old.Files, new.Files)
	step(&d, old.Memory, new.Memory)
	step(&d, old.VCPUs, new.VCPUs)
	step(&d, old.IOThreads, new.IOThreads)
	return d.changes
}

// comparableResource is what Diff can count.
type comparableResource interface {
	comparable
	Resource
}

type differ struct {
	guest   *Spec
	changes []Change
}

func (d *differ) add(op Op, old, now Resource) {
	d.changes = append(d.changes, Change{Guest: d.guest, Op: op, Old: old, New: now})
}

// diff tells of devices that have no identity.
func diff[R comparableResource](d *differ, old, now []R) {
	lost, came := parted(old, now)
	for _, r := range lost {
		d.add(Detach, r, nil)
	}
	for _, r := range came {
		d.add(Attach, nil, r)
	}
}

// step tells of a quantity.
func step[R comparableResource](d *differ, old, now R) {
	if old != now {
		d.add(Update, old, now)
	}
}

func (d *differ) labels(old, now []Label) {
	_, came := parted(old, now)
	for _, l := range came {
		d.add(SetLabel, nil, l)
	}
}

// disks tells of drives, which are known by their targets.
func (d *differ) disks(old, now []Disk) {
	lost, came := parted(old, now)
	was := make(map[Disk]int, len(lost)) // by drive, which of lost
	for i, disk := range lost {
		if _, twice := was[disk.drive()]; !twice && disk.SameDrive(disk) {
			was[disk.drive()] = i
		}
	}
	updated := make([]bool, len(lost))
	var updates, attached []Change
	for _, disk := range came {
		if i, ok := was[disk.drive()]; ok && !updated[i] {
			updated[i] = true
			updates = append(updates, Change{Guest: d.guest, Op: Update, Old: lost[i], New: disk})
			continue
		}
		attached = append(attached, Change{Guest: d.guest, Op: Attach, New: disk})
	}
	for i, disk := range lost {
		if !updated[i] {
			d.add(Detach, disk, nil)
		}
	}
	d.changes = append(append(d.changes, updates...), attached...)
}

// SameDrive tells whether two disks are the same drive, whatever is in it: both
// have the same Target, Bus and Device.
func (d Disk) SameDrive(other Disk) bool {
	return d.Target != "" && d.drive() == other.drive()
}

// drive is a disk without what is in it.
func (d Disk) drive() Disk {
	d.Source = DiskSource{}
	return d
}

// parted gives what is only in old, and what is only in now, each as often as
// it is there more often.
func parted[R comparable](old, now []R) (lost, came []R) {
	if len(old) == 0 || len(now) == 0 {
		return old, now
	}
	left := make(map[R]int, len(old))
	for _, r := range old {
		left[r]++
	}
	for _, r := range now {
		if left[r] > 0 {
			left[r]--
		} else {
			came = append(came, r)
		}
	}
	for _, r := range old {
		if left[r] > 0 {
			left[r]--
			lost = append(lost, r)
		}
	}
	return lost, came
}
