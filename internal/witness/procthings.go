package witness

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/virtaudit/virtaudit/guest"
	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/hypervisor/proc"
)

// A view is what a guest's process and its helpers have open.
type view struct {
	things  []fact.Thing
	partial []string
	missing []string
}

// maxCopies is how often a thing is told at most that is open several times.
const maxCopies = 256

// maxConnections is how many network connections of a process are told at most. If the
// guest uses its process's network (user networking), they are the guest's own, and come
// and go.
const maxConnections = 16

// add adds what is of interest in a Sight. helper is the program of a helper, "" for the
// guest's own process.
func (v *view) add(s *proc.Sight, helper string) {
	listening := listens(s.Held)
	var connected []fact.Thing
	for i := range s.Held {
		h := &s.Held[i]
		if h.Expected != "" || nameless(h) || listening.accepted(h) || shared(s, h) {
			continue
		}
		t := thingOf(h, helper)
		if (h.Kind == proc.TCP || h.Kind == proc.UDP) && !h.Listening {
			connected = append(connected, t)
			continue
		}
		for range min(h.Count, maxCopies) {
			v.things = append(v.things, t)
		}
	}
	if len(connected) > maxConnections {
		v.unseen("tcp", "udp")
		connected = nil
	}
	v.things = append(v.things, connected...)
	for _, m := range s.Missing {
		if s.Process.Program == proc.Virtiofsd && strings.HasPrefix(m.What, "descriptors after") {
			continue
		}
		v.unseen(kindsOf(m.What)...)
		text := m.String()
		if helper != "" {
			text = helper + ": " + text
		}
		v.missing = append(v.missing, text)
	}
}

// withoutConnections gives Things without network connections.
func withoutConnections(all []fact.Thing) []fact.Thing {
	return slices.DeleteFunc(slices.Clone(all), func(t fact.Thing) bool {
		return (t.Kind == string(proc.TCP) || t.Kind == string(proc.UDP)) && t.Detail["listening"] == ""
	})
}

// nameless tells whether nothing can be said about something: a pipe, or a socket of which
// neither end has a name.
func nameless(h *proc.Held) bool {
	return h.Kind == proc.Pipe || h.Kind == proc.Unix && h.Path+h.Peer == ""
}

// shared tells whether virtiofsd has something open on behalf of its guest: a file in the
// shared folder. The definition only names the folder.
func shared(s *proc.Sight, h *proc.Held) bool {
	if s.Process.Program != proc.Virtiofsd {
		return false
	}
	switch h.Kind {
	case proc.File, proc.Directory, proc.FIFO, proc.Other:
		return true
	}
	return false
}

func (v *view) unseen(kinds ...string) {
	for _, k := range kinds {
		if !slices.Contains(v.partial, k) {
			v.partial = append(v.partial, k)
		}
	}
}

// all gives the Things in order, including mapped files that are not open as well.
func (v *view) all(mapped []fact.Thing) (things []fact.Thing, partial []string) {
	open := make(map[string]bool, len(v.things))
	for i := range v.things {
		open[v.things[i].ID] = true
	}
	for _, m := range mapped {
		if !open[m.ID] {
			v.things = append(v.things, m)
		}
	}
	things, whole := sorted(v.things)
	if !whole {
		v.partial = []string{everything}
	}
	slices.Sort(v.partial)
	return things, v.partial
}

// ports are the sockets on which a process listens.
type ports struct {
	unix map[string]bool
	tcp  map[uint16]bool
}

func listens(held []proc.Held) ports {
	p := ports{unix: map[string]bool{}, tcp: map[uint16]bool{}}
	for i := range held {
		h := &held[i]
		if !h.Listening {
			continue
		}
		p.unix[h.Path] = h.Kind == proc.Unix && h.Path != ""
		if at, err := netip.ParseAddrPort(h.Local); err == nil && h.Kind == proc.TCP {
			p.tcp[at.Port()] = true
		}
	}
	return p
}

// accepted tells whether a socket is a connection to one on which the process listens.
// Such connections come and go, as with whoever looks at a display.
func (p ports) accepted(h *proc.Held) bool {
	if h.Listening {
		return false
	}
	switch h.Kind {
	case proc.Unix:
		return p.unix[h.Path]
	case proc.TCP:
		at, err := netip.ParseAddrPort(h.Local)
		return err == nil && p.tcp[at.Port()]
	}
	return false
}

// thingOf makes a Thing of something that is open.
func thingOf(h *proc.Held, helper string) fact.Thing {
	t := fact.Thing{Kind: string(h.Kind), ID: h.Path}
	switch h.Kind {
	case proc.Block, proc.Char:
		t.Names = deviceNames(h)
		if strings.HasPrefix(h.Node, "vfio/") {
			t.Kind = "vfio"
		}
	case proc.Anon:
		if h.Path == "[vfio-device]" {
			t.Kind = "vfio"
		}
		t.Names = strings.Fields(h.PCI)
	case proc.Unix:
		t.ID = cmp.Or(h.Path, h.Peer)
		t.Names = others(t.ID, h.Path, h.Peer)
	case proc.TCP, proc.UDP:
		t.ID = cmp.Or(h.Peer, h.Local, "unbound")
		t.Names = others(t.ID, h.Peer, h.Local)
	}
	t.ID = fact.Plain(cmp.Or(t.ID, "unnamed"))
	for i := range t.Names {
		t.Names[i] = fact.Plain(t.Names[i])
	}
	t.Detail = detail("access", string(h.Access), "deleted", flag(h.Deleted), "listening", flag(h.Listening), "helper", helper)
	return t
}

// deviceNames gives the names of a device other than its path: its number, the
// kernel's name for it, and what is behind it.
func deviceNames(h *proc.Held) []string {
	var names []string
	if h.Device != (guest.DeviceNumber{}) {
		names = append(names, fmt.Sprintf("%d:%d", h.Device.Major, h.Device.Minor))
	}
	if node := "/dev/" + h.Node; h.Node != "" && node != h.Path {
		names = append(names, node)
	}
	names = append(names, others("", h.Tap, h.PTY)...)
	return append(names, strings.Fields(h.PCI)...)
}

// others gives those names that are not empty and not id.
func others(id string, names ...string) []string {
	var all []string
	for _, n := range names {
		if n != "" && n != id {
			all = append(all, n)
		}
	}
	return all
}

// mappedThings gives the files in a process's address space.
func mappedThings(s *proc.Sight) []fact.Thing {
	var all []fact.Thing
	for i := range s.Held {
		if h := &s.Held[i]; h.Expected == "" {
			all = append(all, thingOf(h, ""))
		}
	}
	return all
}

// kindsOf gives the kinds of Things that may be missing when something could not be seen.
func kindsOf(what string) []string {
	switch {
	case strings.Contains(what, "unix sockets"):
		return []string{"unix"}
	case what == "addresses of sockets":
		return []string{"tcp", "udp"}
	case strings.Contains(what, "sockets"):
		return []string{"socket", "tcp", "udp", "unix"}
	case strings.Contains(what, "VFIO"):
		return []string{"vfio"}
	}
	return []string{everything}
}
