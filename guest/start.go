package guest

import "github.com/virtaudit/virtaudit/record"

// start writes what libvirt says of a guest that starts: its labels, all that
// it gets, and last whether it runs. The order of the kinds is fixed, and only
// the last record tells of a failure.
func (w *writer) start(c *Change) {
	w.result = record.Success
	if s := c.Guest; s != nil {
		gotAll(w, s.Labels)
		w.devices(s)
		w.quantities(s)
	}
	w.result = c.result()
	w.control(startKind, c, Booted, pid(c.PID))
}

func (w *writer) devices(s *Spec) {
	gotAll(w, s.Disks)
	gotAll(w, s.Filesystems)
	gotAll(w, s.Interfaces)
	gotAll(w, s.HostDevices)
	gotAll(w, s.Redirs)
	gotAll(w, s.Serials)
	gotAll(w, s.Parallels)
	gotAll(w, s.Channels)
	gotAll(w, s.Consoles)
	gotAll(w, s.Smartcards)
	gotAll(w, s.RNGs)
	gotAll(w, s.TPMs)
	gotAll(w, s.Shmems)
	gotAll(w, s.Inputs)
}

func (w *writer) quantities(s *Spec) {
	memory, vcpus, threads := s.Memory.audited(), s.VCPUs.audited(), s.IOThreads.audited()
	w.got(&memory)
	w.got(&vcpus)
	if s.IOThreads > 0 {
		w.got(&threads)
	}
}

func gotAll[R Resource](w *writer, all []R) {
	for i := range all {
		a := all[i].audited()
		w.got(&a)
	}
}

// got writes the records of a resource that a guest starts with.
func (w *writer) got(a *audited) {
	switch {
	case a.kind == nil:
	case a.kind.style == whole:
		w.put(a.kind, word(string(Start)), a.values[:a.count])
	default:
		w.pairs(a.kind, word(string(Start)), &silent, a)
	}
}
