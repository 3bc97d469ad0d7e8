package reconcile

import (
	"slices"

	"github.com/virtaudit/virtaudit/internal/trail"
)

// tracks adds what definitions show to the row, and finds what no record tells of.
func (j *judge) tracks() {
	for _, t := range j.run.tracks() {
		if !t.declared() {
			continue
		}
		if place, ok := j.pairs[t]; ok {
			j.shownBy[t] = append(j.shownBy[t], place)
			j.both(t, &j.row.Holdings[place])
			for _, i := range j.spares(t) {
				j.row.Holdings[i].Also = t.also(-1)
			}
		} else {
			j.alone(t)
		}
	}
}

// both makes one holding of what witnesses and the log show of a thing.
func (j *judge) both(t *track, h *trail.Holding) {
	h.Also = t.also(-1)
	began := h.From
	if (began == (trail.Moment{}) || began.Millis > t.begin.by+j.window) && !j.spare(t, t.begin.by) {
		h.By, h.Also = witnessNames[t.by], t.also(t.by)
		h.Earliest, h.From, h.Begin = moment(t.begin.after), moment(t.begin.by), t.begin.fact
		j.attachUnrecorded(t, began)
	}
	end := heldTo(h)
	byRecord := endedByRecord(h)
	switch {
	case t.ended && (!byRecord || end > t.end.by+j.window):
		if end < t.end.by || j.spare(t, t.end.by) { // the session ended before that
			return
		}
		endAsShown(h, t, endedBy(t))
		j.detachUnrecorded(t)
	case byRecord && h.To != (trail.Moment{}) && !j.spare(t, max(t.shown.by, end+j.window)) && j.thereAt(t, end+j.window):
		j.shownAfter(t, h)
	}
}

// shownAfter handles a thing that is there although a record says that it was
// detached: what is held since is a holding of its own.
func (j *judge) shownAfter(t *track, h *trail.Holding) {
	shown := max(t.shown.by, h.To.Millis+j.window)
	if !j.decided(shown) {
		return
	}
	held := trail.Holding{
		Kind: h.Kind, ID: h.ID, Sub: h.Sub, By: witnessNames[t.by], Also: t.also(t.by),
		Earliest: h.To, From: moment(shown), Begin: t.shown.fact,
	}
	if t.ended {
		endAsShown(&held, t, endedBy(t))
	}
	to := h.To
	j.add(t, held)
	f := j.findOf(t, trail.Unconfirmed, t.begin, "still", t.by)
	f.At, f.Resource, f.Proof = to, t.resource(), []trail.Moment{to}
	f.Facts = []uint64{t.shown.fact}
	f.Text = "a record says that " + t.resource().String() + " went, and " + j.who(t.by) + " shows it still"
}

// alone adds a holding for a thing that only witnesses show.
func (j *judge) alone(t *track) {
	h := trail.Holding{
		Kind: t.kind, ID: t.thing.ID, Sub: t.thing.Sub, By: witnessNames[t.by], Also: t.also(t.by),
		Earliest: moment(t.begin.after), From: moment(t.begin.by), Begin: t.begin.fact,
	}
	if t.ended {
		endAsShown(&h, t, endedBy(t))
	}
	logged, recorded := j.ends[t]
	if recorded {
		copyEnd(&h, &logged)
	}
	j.rows[t] = len(j.row.Holdings)
	j.add(t, h)
	j.attachUnrecorded(t, trail.Moment{})
	if t.ended && !recorded {
		j.detachUnrecorded(t)
	}
}

// add adds a holding to the row, as one that shows a track.
func (j *judge) add(t *track, h trail.Holding) {
	j.shownBy[t] = append(j.shownBy[t], len(j.row.Holdings))
	j.row.Holdings = append(j.row.Holdings, h)
}

// endAsShown gives a holding the end that witnesses show.
func endAsShown(h *trail.Holding, t *track, how trail.Ended) {
	h.Latest, h.To, h.End, h.Ended = moment(t.end.after), moment(t.end.by), t.end.fact, how
}

// copyEnd gives a holding the end of another one.
func copyEnd(h, from *trail.Holding) {
	h.Latest, h.To, h.End, h.Ended = from.Latest, from.To, from.End, from.Ended
}

func moment(millis int64) trail.Moment { return trail.Moment{Millis: millis} }

// endedBy tells how a thing ended.
func endedBy(t *track) trail.Ended {
	switch {
	case t.into == nil:
		return trail.ByDetach
	case updateOp(t.into) == string(trail.BySnapshot):
		return trail.BySnapshot
	}
	return trail.ByUpdate
}

// holdings finds what is held by the records and missing in the definition.
func (j *judge) holdings() {
	v := &j.run.views[libvirt]
	if j.log == nil || j.run.ended || !v.seen {
		return
	}
	for i := range j.log.Holdings {
		h := &j.log.Holdings[i]
		if j.matched[i] || h.Ended != "" || !contradictable(h) || !v.covers(h.Kind) {
			continue
		}
		since := max(h.From.Millis, j.log.Start.Millis) + j.window
		if v.look.by <= since && !j.showsPast(libvirt, since) {
			continue
		}
		looked := max(v.look.by, since)
		if j.decided(looked) && j.readable(span{after: h.From.Millis, by: looked}) {
			j.unconfirmed(h, v)
		}
	}
}

// definable are the kinds that definitions and records name in the same way.
var definable = []string{
	"disk", "fs", "net", "chardev", "smartcard", "rng", "tpm", "tpm-external", "shmem",
	"ivshmem-socket", "evdev", "dev", "hostdev",
}

// contradictable tells whether a definition without a holding contradicts the record
// of it. The copy of a disk, for one, is in no definition while it is being made.
func contradictable(h *trail.Holding) bool {
	return slices.Contains(definable, h.Kind) && h.From.Serial != 0 && !h.Unproven && h.Reason != "mirror"
}
