package witness

import (
	"github.com/virtaudit/virtaudit/guest"
	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/hypervisor/libvirt"
)

// startWants gives the records that libvirt should make of a start.
func (s *speller) startWants(g *libvirt.Guest, told []libvirt.Event) []fact.Wanted {
	reason := guest.Reason(g.Reason)
	if word := lifecycle(told, "started"); word != "" {
		reason = guest.Reason(word)
	}
	switch reason {
	case guest.Booted, guest.Restored, guest.Migrated, guest.FromSnapshot:
	default:
		reason = guest.Booted
	}
	return s.reader.wanted(guest.Change{Guest: g.Spec, Op: guest.Start, Reason: reason, PID: g.PID})
}

// stopWants gives the record that libvirt should make of a stop. If no event announced it
// the process was killed.
func (s *speller) stopWants(g *libvirt.Guest, told []libvirt.Event) []fact.Wanted {
	if g.Spec == nil {
		return nil
	}
	reason := guest.Failure
	switch word := guest.Reason(lifecycle(told, "stopped")); word {
	case guest.Shutdown, guest.Destroyed, guest.Crashed, guest.Saved, guest.Migrated, guest.FromSnapshot:
		reason = word
	}
	return s.reader.wanted(guest.Change{Guest: g.Spec, Op: guest.Stop, Reason: reason})
}

// lifecycle gives the detail of the last lifecycle event of a kind, "" if there is none.
func lifecycle(told []libvirt.Event, event string) string {
	detail := ""
	for i := range told {
		if e := &told[i]; e.Kind == "lifecycle" && e.Get("event") == event {
			detail = e.Get("detail")
		}
	}
	return detail
}

// changeWants gives the records that libvirt should make of changes.
func (s *speller) changeWants(changes []guest.Change) []fact.Wanted {
	var all []fact.Wanted
	for i := range changes {
		if all = append(all, s.reader.wanted(changes[i])...); len(all) >= maxWanted {
			break
		}
	}
	return all
}
