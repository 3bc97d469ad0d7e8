package reconcile

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/trail"
)

// Missing is a record that libvirt should have made by its own rules, and that the log
// lacks.
type Missing struct {
	Observation uint64 // the sequence number of the fact that wants it
	Wanted      fact.Wanted
	UUID, Name  string
	PID         int

	run *run
	by  int64 // when the change happened, at the latest
}

// maxMissing is how many missing records are kept until somebody asks for them.
const maxMissing = 1 << 12

// tooLate is how many milliseconds after a change its record may still be added. Sent
// later it would say more about the service than about the guest.
const tooLate = 3600_000

// Missing gives the records that have become known to be missing, each once. It leaves
// out those that a fact says are planned, those whose change is an hour back by what
// the log was read up to or by the last fact, and those that would no longer be true.
func (d *Deriver) Missing() []Missing {
	d.pull()
	judged := map[*run]*judge{}
	missing := slices.DeleteFunc(d.missing, func(m Missing) bool {
		n := m.run.guest.node
		return m.by+tooLate < max(n.mark, n.now) || !d.judgeOnce(judged, m.run).misses(m.Observation, m.Wanted)
	})
	d.missing = nil
	if len(missing) == 0 {
		return nil
	}
	return missing
}

// Lacks tells whether a record that was missing for an observation still is, and is
// still true.
func (d *Deriver) Lacks(observation uint64, w fact.Wanted) bool {
	d.pull()
	return slices.ContainsFunc(d.runs, func(r *run) bool {
		return r.wanted(observation) && d.judgeOnce(nil, r).misses(observation, w)
	})
}

// judgeOnce judges a run, unless judged has the result.
func (d *Deriver) judgeOnce(judged map[*run]*judge, r *run) *judge {
	j := judged[r]
	if j == nil {
		r.overdue()
		j = d.judge(r)
		if judged != nil {
			judged[r] = j
		}
	}
	return j
}

// misses tells whether a record for an observation is still missing.
func (j *judge) misses(observation uint64, w fact.Wanted) bool {
	for id, wants := range j.missing {
		if j.found[id].Facts[0] == observation && slices.Contains(wants, w) {
			return !j.run.buried
		}
	}
	return false
}

// wanted tells whether records were missing for an observation of the run.
func (r *run) wanted(observation uint64) bool {
	for _, fact := range r.missed {
		if fact == observation {
			return true
		}
	}
	return false
}

// miss notes the records that a finding says are missing.
func (d *Deriver) miss(r *run, finding *trail.Finding, wants []fact.Wanted) {
	if r.missed[finding.ID] != 0 {
		return
	}
	if r.missed == nil {
		r.missed = map[string]uint64{}
	}
	r.missed[finding.ID] = finding.Facts[0]
	for _, w := range wants {
		d.missing = append(d.missing, Missing{
			Observation: finding.Facts[0], Wanted: w, UUID: r.guest.uuid, Name: r.name, PID: r.pid,
			run: r, by: max(finding.At.Millis, finding.Until.Millis),
		})
	}
	if n := len(d.missing) - maxMissing; n > 0 {
		d.missing = slices.Delete(d.missing, 0, n)
	}
}

// planned takes a record off those that are missing, as the service will send it.
func (d *Deriver) planned(in *fact.Intended) {
	is := func(m Missing) bool { return m.Observation == in.For && m.Wanted == in.Wanted }
	if i := slices.IndexFunc(d.missing, is); i >= 0 {
		d.missing = slices.Delete(d.missing, i, i+1)
	}
}

// intend takes what a fact says of a record that the service sends.
func (d *Deriver) intend(f *fact.Fact) error {
	var in fact.Intended
	if err := f.Decode(&in); err != nil {
		return err
	}
	switch in.State {
	case fact.Planned:
		d.planned(&in)
		d.plan(f, &in)
	case fact.Refused:
		d.intents = slices.DeleteFunc(d.intents, func(i intent) bool { return i.id == in.ID })
	case fact.Unknown:
		id := emissionID(in.ID)
		d.unsure[id] = true
		d.out.findings[id] = &trail.Finding{
			Kind: trail.EmissionUnknown, Severity: trail.Warning, ID: id, Node: f.Node, UUID: in.UUID, Name: in.Name,
			At: moment(in.At), Count: 1, Facts: []uint64{in.ID, f.Seq},
			Resource: resourceOf(&in.Wanted),
			Text:     emissionText(&in),
		}
	case fact.Logged:
		d.sure(in.ID)
	}
	return nil
}

func emissionID(intent uint64) string {
	return "emission-unknown-" + strconv.FormatUint(intent, 10)
}

// sure notes that a record that the service sent is in the log.
func (d *Deriver) sure(intent uint64) {
	if id := emissionID(intent); d.unsure[id] {
		delete(d.unsure, id)
		d.out.findings[id] = nil
	}
}

// resourceOf gives what a record is about.
func resourceOf(w *fact.Wanted) trail.Resource {
	return trail.Resource{Kind: w.Kind, ID: cmp.Or(w.ID, w.Old), Sub: w.Sub}
}

func emissionText(in *fact.Intended) string {
	what := in.Wanted.Op
	if in.Wanted.Kind != "" {
		what += " of " + resourceOf(&in.Wanted).String()
	}
	text := "whether the record of " + what + " was sent is not known"
	if in.Why != "" {
		text += ": " + in.Why
	}
	return text
}
