package reconcile

import (
	"slices"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/trail"
)

// An intent is a record that the service said it would send.
type intent struct {
	fact.Intended
	id   uint64 // the sequence number of the fact that says so
	node string
}

// A mend is a record that the service added to the log, for an observation.
type mend struct {
	observation uint64
	text        string
}

// maxIntents is how many intents are kept, and how many mends of each guest.
const maxIntents = 1 << 12

func (d *Deriver) plan(f *fact.Fact, in *fact.Intended) {
	if len(d.intents) == maxIntents {
		d.intents = d.intents[1:]
	}
	d.intents = append(d.intents, intent{Intended: *in, id: f.Seq, node: f.Node})
}

// own tells whether a record was sent by the service: by the process and with the text
// of an intent, each of which stands for one record. It then notes that the log has
// what it lacked.
func (d *Deriver) own(f *fact.Fact) bool {
	if len(d.intents) == 0 || !f.Type.Virt() {
		return false
	}
	text := d.rec.AppendMessage(nil)
	i := slices.IndexFunc(d.intents, func(i intent) bool { return i.node == f.Node && i.Fulfils(&d.rec, text) })
	if i < 0 {
		return false
	}
	in := d.intents[i]
	d.intents = slices.Delete(d.intents, i, i+1)
	d.sure(in.id)
	if g := d.node(f.Node).guests[guestKey(in.UUID, in.Name)]; g != nil {
		g.mend(mend{in.For, in.Wanted.Text})
	}
	return true
}

func (g *guest) mend(m mend) {
	if g.mended == nil || len(g.mended) == maxIntents {
		g.mended = map[mend]bool{}
	}
	g.mended[m] = true
	for _, r := range g.runs { // what was found of it may be settled
		r.unsettle()
	}
	g.touch()
}

// lacks notes the records that a finding says are missing. If the service has added
// them all, the finding is dropped. With over they are missing, but not to be added, as
// what they say is no longer true.
func (j *judge) lacks(f *trail.Finding, wants []fact.Wanted, over bool) {
	if j.mended(f, wants) {
		return
	}
	if over {
		wants = nil
	}
	j.missing[f.ID] = slices.DeleteFunc(slices.Clone(wants), func(w fact.Wanted) bool {
		return j.run.guest.mended[mend{f.Facts[0], w.Text}]
	})
}

// mended drops a finding if the service has added all records that it says are
// missing, and tells whether it did.
func (j *judge) mended(f *trail.Finding, wants []fact.Wanted) bool {
	lacking := func(w fact.Wanted) bool { return !j.run.guest.mended[mend{f.Facts[0], w.Text}] }
	if len(wants) == 0 || slices.ContainsFunc(wants, lacking) {
		return false
	}
	delete(j.found, f.ID)
	return true
}
