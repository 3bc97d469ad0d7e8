package reconcile

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/trail"
)

// Missing is a record that libvirt's rules want and that the log lacks.
type Missing struct {
	Observation uint64 // the number of the fact that wants it
	Wanted      fact.Wanted
	UUID, Name  string
	PID         int

	node *node
	by   int64 // when it was
}

// maxMissing is how many records are kept for who asks for them, the last ones.
const maxMissing = 1 << 12

// tooLate is how many milliseconds after a change its record isn't missed any
// more: sent then, it would say more about the service than about the guest.
const tooLate = 3600_000

// Missing gives the records that are now known to be missing, each once, and
// none of which a fact says that it was planned. One of a change that is an hour
// back, as the log was read, is not given.
func (d *Deriver) Missing() []Missing {
	var missing []Missing
	for _, m := range d.missing {
		if m.by+tooLate >= m.node.mark {
			missing = append(missing, m)
		}
	}
	d.missing = nil
	return missing
}

// miss notes that records are missing, which a finding says.
func (d *Deriver) miss(r *run, finding *trail.Finding, wants []fact.Wanted) {
	if r.missed[finding.ID] {
		return
	}
	if r.missed == nil {
		r.missed = map[string]bool{}
	}
	r.missed[finding.ID] = true
	for _, w := range wants {
		d.missing = append(d.missing, Missing{
			Observation: finding.Facts[0], Wanted: w, UUID: r.guest.uuid, Name: r.name, PID: r.pid,
			node: r.guest.node, by: finding.At.Millis,
		})
	}
	if n := len(d.missing) - maxMissing; n > 0 {
		d.missing = slices.Delete(d.missing, 0, n)
	}
}

// planned takes a record off those that are missing.
func (d *Deriver) planned(in *fact.Intended) {
	is := func(m Missing) bool { return m.Observation == in.For && m.Wanted == in.Wanted }
	if i := slices.IndexFunc(d.missing, is); i >= 0 {
		d.missing = slices.Delete(d.missing, i, i+1)
	}
}

// intend takes what is known of a record that the service sends.
func (d *Deriver) intend(f *fact.Fact) error {
	var in fact.Intended
	if err := f.Decode(&in); err != nil {
		return err
	}
	id := "emission-unknown-" + strconv.FormatUint(in.ID, 10)
	switch in.State {
	case fact.Planned:
		d.planned(&in)
		d.plan(f, &in)
	case fact.Refused:
		d.intents = slices.DeleteFunc(d.intents, func(i intent) bool { return i.id == in.ID })
	case fact.Unknown:
		d.unsure[id] = true
		d.out.findings[id] = &trail.Finding{
			Kind: trail.EmissionUnknown, Severity: trail.Warning, ID: id, Node: f.Node, UUID: in.UUID, Name: in.Name,
			At: moment(in.At), Count: 1, Facts: []uint64{in.ID, f.Seq},
			Resource: trail.Resource{Kind: in.Wanted.Kind, ID: cmp.Or(in.Wanted.ID, in.Wanted.Old), Sub: in.Wanted.Sub},
			Text:     emissionText(&in),
		}
	case fact.Logged:
		if d.unsure[id] {
			delete(d.unsure, id)
			d.out.findings[id] = nil
		}
	}
	return nil
}

func emissionText(in *fact.Intended) string {
	text := "whether the record of " + in.Wanted.Op + " was sent is not known"
	if in.Wanted.Kind != "" {
		res := trail.Resource{Kind: in.Wanted.Kind, ID: cmp.Or(in.Wanted.ID, in.Wanted.Old), Sub: in.Wanted.Sub}
		text = "whether the record of " + in.Wanted.Op + " of " + res.String() + " was sent is not known"
	}
	if in.Why != "" {
		text += ": " + in.Why
	}
	return text
}
