package proc

import "slices"

// Help says whose a helper is, and how that is known.
type Help struct {
	Helper, Guest Process
	How           How
}

// How says how a helper is known to be a guest's.
type How string

// From the surest to what processes merely say.
const (
	Connected How = "connected" // a socket of one is connected to one of the other
	Child     How = "child"     // the guest's process, or a helper of it, started it
	Bound     How = "bound"     // it has a socket that the guest's command line names
	Named     How = "named"     // both command lines name the same socket
)

// Link finds the guests of helpers, by the Sights of all of them. A helper may
// have several guests, as a storage daemon does, and a guest several helpers.
// One whose guest isn't among the Sights is left out.
func Link(sights []*Sight) []Help {
	l := linker{sights: sights, bySocket: map[uint64]*Sight{}, byName: map[string][]*Sight{}, byPID: map[int]*Sight{}}
	for _, s := range sights {
		l.byPID[s.Process.PID] = s
		if !s.Process.Program.Runs() {
			continue
		}
		for _, inode := range s.sockets {
			l.bySocket[inode] = s
		}
		for _, name := range s.Process.claims.sockets {
			l.byName[name] = append(l.byName[name], s)
		}
	}
	var all []Help
	for _, s := range sights {
		if !s.Process.Program.Runs() {
			all = append(all, l.guestsOf(s)...)
		}
	}
	return l.inherit(all)
}

type linker struct {
	sights   []*Sight
	bySocket map[uint64]*Sight   // guests
	byName   map[string][]*Sight // guests
	byPID    map[int]*Sight
}

// guestsOf gives each guest once, by the surest way.
func (l *linker) guestsOf(helper *Sight) []Help {
	var found []Help
	add := func(guest *Sight, how How) {
		if guest != nil && !slices.ContainsFunc(found, func(h Help) bool { return h.Guest.Is(guest.Process) }) {
			found = append(found, Help{helper.Process, guest.Process, how})
		}
	}
	for _, peer := range helper.peers {
		add(l.bySocket[peer], Connected)
	}
	if parent := l.byPID[helper.Process.Parent]; parent != nil && parent.Process.Program.Runs() {
		add(parent, Child)
	}
	for _, name := range helper.names {
		for _, guest := range l.byName[name] {
			add(guest, Bound)
		}
	}
	for _, name := range helper.Process.claims.sockets {
		for _, guest := range l.byName[name] {
			add(guest, Named)
		}
	}
	return found
}

// inherit adds helpers whose parent or child is a helper: virtiofsd is two
// processes, of which one serves and the other waits for it.
func (l *linker) inherit(all []Help) []Help {
	known := map[int][]Help{}
	for _, h := range all {
		known[h.Helper.PID] = append(known[h.Helper.PID], h)
	}
	for _, s := range l.sights {
		if s.Process.Program.Runs() {
			continue
		}
		pid, parent := s.Process.PID, s.Process.Parent
		for _, pair := range [][2]int{{pid, parent}, {parent, pid}} {
			heir, from := l.byPID[pair[0]], known[pair[1]]
			if heir == nil || heir.Process.Program.Runs() || len(known[pair[0]]) > 0 {
				continue
			}
			for _, h := range from {
				h = Help{heir.Process, h.Guest, Child}
				known[pair[0]] = append(known[pair[0]], h)
				all = append(all, h)
			}
		}
	}
	return all
}
