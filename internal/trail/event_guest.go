package trail

import (
	"strings"

	"github.com/virtaudit/virtaudit/record"
)

// virtOps are the operations that a record's type tells. libvirt sends none of
// these.
var virtOps = map[record.Type]string{
	record.VirtCreate:         OpCreate,
	record.VirtDestroy:        OpDestroy,
	record.VirtMigrateIn:      OpMigrateIn,
	record.VirtMigrateOut:     OpMigrateOut,
	record.VirtIntegrityCheck: OpIntegrityCheck,
}

// aside takes a record that tells of a guest and changes none of its sessions.
func (t *Trail) aside(e *entry, op string) {
	if !t.keeps {
		return
	}
	if op == "" {
		op = e.rec.TypeName()
	}
	g := t.guestOf(e.node, &e.rec)
	if g == nil {
		t.tellControl(e, nil, nil, op)
		return
	}
	t.settle(g)
	t.tellControl(e, g, g.open, op)
	g.forget()
}

// tellLabel keeps the event of a security label.
func (t *Trail) tellLabel(e *entry, g *guest, s *Session, l *Label) {
	if ev := t.tellGuest(e, g, s, OpLabel); ev != nil {
		ev.ID, ev.Sub = l.Process, l.Model
	}
}

// tellProcess keeps an event of a guest's process, by its session where it is
// known, otherwise by the guest that the process is labelled with.
func (t *Trail) tellProcess(e *entry, s *Session, uuid, op string) *Event {
	if g := e.node.guests[uuid]; s == nil && g != nil {
		t.settle(g)
		s = g.present()
	}
	ev := t.tell(e, s, op)
	if ev == nil {
		return nil
	}
	if ev.UUID = uuid; s == nil {
		ev.Name = e.node.names.Get(uuid)
	} else {
		ev.Name = s.Name
	}
	ev.Result = record.Failed
	return ev
}

// tellDenial keeps the event of a denial.
func (t *Trail) tellDenial(e *entry, g *guest) {
	if !t.keeps {
		return
	}
	r := &e.rec
	f, _ := r.Lookup("profile")
	ev := t.tellProcess(e, g.present(), profileGuest(f.String()), OpDenied)
	ev.ID, ev.Kind = t.untrusted(r, "path"), t.fieldText(r, "class")
	if ev.ID == "" {
		ev.ID = t.untrusted(r, "name")
	}
	if _, ok := r.Lookup("apparmor"); ok {
		ev.Reason = t.fieldText(r, "operation")
		if mask := t.fieldText(r, "denied_mask"); mask != "" {
			ev.Reason += " (" + mask + ")"
		}
	} else {
		ev.Reason, ev.Kind = strings.Join(Permissions(r), " "), t.fieldText(r, "tclass")
		if f, _ := r.Lookup("permissive"); f.Is("1") {
			ev.Result = record.Success
		}
	}
	if s := ev.Session(); s != nil {
		ev.UUID = s.UUID
		ev.Held, ev.HeldAs = s.heldPath(ev.ID)
	}
}

// present gives the session of a guest that something is said of now: the one
// that runs, or the one that starts. One that a boot ended, for all that is
// known, is not present.
func (g *guest) present() *Session {
	if g == nil {
		return nil
	}
	if s := g.open; s != nil && s.boots == len(g.node.boots) && (s.presumed.why == notLost || s.presumed.why == crashed && g.starting == nil) {
		return s
	}
	if s := g.starting; s != nil && s.boots == len(g.node.boots) {
		return s
	}
	return nil
}

// pathKinds are the kinds of holdings that a path alone identifies.
var pathKinds = [...]string{
	"disk", "fs", "chardev", "smartcard", "rng", "tpm", "tpm-emulator", "tpm-external",
	"shmem", "ivshmem-socket", "evdev", "hostdev",
}

// heldPath tells whether a session holds a file, and as what. A name without a
// directory can't be compared, and what was held before the log began isn't
// known.
func (s *Session) heldPath(path string) (Held, string) {
	if !strings.HasPrefix(path, "/") {
		return HeldUnknown, ""
	}
	h := s.holdingOf(path)
	switch {
	case h != nil && h.Unproven:
		return HeldUnknown, h.Kind
	case h != nil:
		return HeldYes, h.Kind
	case s.allows(path):
		return HeldAllowed, ""
	case s.State == Running && s.Start == (Moment{}), s.open != nil && s.opens > 0: // these have no index by path
		return HeldUnknown, ""
	}
	return HeldNo, ""
}

// holdingOf gives a holding of that path that holds still, or nil.
func (s *Session) holdingOf(path string) *Holding {
	if s.open == nil {
		for i := range s.Holdings {
			if h := &s.Holdings[i]; h.Ended == "" && h.ID == path {
				return h
			}
		}
		return nil
	}
	for _, kind := range pathKinds {
		if places := s.open[holdKey{kind: kind, id: path}]; len(places) > 0 {
			return &s.Holdings[places[len(places)-1]]
		}
	}
	return nil
}

// allows tells whether a device rule allows a path.
func (s *Session) allows(path string) bool {
	if s.allowed != nil {
		return len(s.allowed[[2]string{"path", path}]) > 0
	}
	for i := range s.Permissions {
		if p := &s.Permissions[i]; p.Allow && p.To == (Moment{}) && p.Class == "path" && p.Path == path {
			return true
		}
	}
	return false
}
