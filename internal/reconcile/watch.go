package reconcile

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/trail"
	"github.com/virtaudit/virtaudit/record"
)

// sourceWitness gives the witness that a source belongs to. All sources but those of
// hypervisors and processes are the log's.
func sourceWitness(source string) fact.Witness {
	word, _, _ := strings.Cut(source, " ")
	if w := fact.Witness(word); witnessOf(w) >= 0 {
		return w
	}
	return fact.Log
}

// A sourceKey identifies a source of a node.
type sourceKey struct{ node, source string }

// maxDown is of how many sources it is known, at least, since when they are not watched.
// If one comes back after so many others were lost, only the fact itself may tell for
// how long it wasn't watched.
const maxDown = 1 << 14

// maxGaps is how many gaps in the reading of the log are kept of each node.
const maxGaps = 256

// watch takes a fact that a source is watched from now on, or no longer.
func (d *Deriver) watch(f *fact.Fact) error {
	var w fact.Watched
	if err := f.Decode(&w); err != nil {
		return err
	}
	n := d.node(f.Node)
	n.now = d.onward(n.now, cmp.Or(f.Stamp.Millis, w.At))
	d.tellWatch(f, n, &w)
	source := sourceKey{n.name, w.Source}
	was := d.down.Peek(source)
	if !w.Up {
		if was.since == 0 {
			was = d.unwatched(f, n, &w)
		}
		d.down.Put(source, was)
		return nil
	}
	d.down.Delete(source)
	d.up(n, &w)
	since := cmp.Or(w.Since, was.since)
	if was.told != nil && since > w.At {
		since = w.At - 1 // clocks are set back, and a gap is one all the same
	}
	switch {
	case since != 0 && since < w.At && !w.Whole:
		d.watchedAgain(f, n, &w, since, was.told)
	case was.told != nil:
		d.out.findings[was.told.ID] = nil
	}
	return nil
}

// A down is since when a source is not watched, and the finding that says so, if any.
type down struct {
	since int64
	told  *trail.Finding
}

// up notes since when a source is watched again, in the runs that it shows.
func (d *Deriver) up(n *node, w *fact.Watched) {
	for _, r := range d.runs {
		for i := range r.views {
			if v := &r.views[i]; r.guest.node == n && v.source == w.Source {
				v.up = w.At
			}
		}
	}
}

// unwatched notes that a source is no longer watched. For the log there is a finding as
// long as that lasts. Other sources may be gone for good, with a guest or by a setting:
// what they missed is told when they are back.
func (d *Deriver) unwatched(f *fact.Fact, n *node, w *fact.Watched) down {
	is := down{since: cmp.Or(w.Since, w.At)}
	if sourceWitness(w.Source) == fact.Log {
		text := " is not read; what is recorded meanwhile may be missing"
		if w.Source == fact.KernelAudit {
			text = " makes no records; what happens meanwhile is missing"
		}
		is.told = foundUnwatched(f, n, w, is.since, text)
		d.out.findings[is.told.ID] = is.told
	}
	return is
}

// watchedAgain finds that a source was not watched for a time. If there is a finding
// since that began, it gets its end.
func (d *Deriver) watchedAgain(f *fact.Fact, n *node, w *fact.Watched, since int64, told *trail.Finding) {
	text := " was not watched; what came and went meanwhile was not seen"
	switch {
	case w.Source == fact.KernelAudit:
		// The log was read all the same: what it lacks of then was surely not recorded.
		text = " made no records; what happened meanwhile may be missing"
	case sourceWitness(w.Source) == fact.Log:
		text = " was not read; what was recorded meanwhile may be missing"
		if n.unread = append(n.unread, gap{since, w.At}); len(n.unread) > maxGaps {
			n.unread = n.unread[1:]
		}
		d.touch(n.name)
	}
	found := foundUnwatched(f, n, w, since, text)
	found.Until = moment(w.At)
	if told != nil {
		found.ID, found.Facts = told.ID, append(slices.Clip(told.Facts), f.Seq)
	}
	d.out.findings[found.ID] = found
}

func foundUnwatched(f *fact.Fact, n *node, w *fact.Watched, since int64, text string) *trail.Finding {
	found := &trail.Finding{
		Kind: trail.SourceUnwatched, Severity: trail.Info, ID: fmt.Sprintf("%s-%d", trail.SourceUnwatched, f.Seq), Node: n.name,
		By: sourceWitness(w.Source), At: moment(since), Count: 1, Facts: []uint64{f.Seq}, Text: trail.Resource{ID: w.Source}.String() + text,
	}
	if w.Why != "" {
		found.Text += ": " + trail.Resource{ID: w.Why}.String()
	}
	return found
}

func (d *Deriver) tellWatch(f *fact.Fact, n *node, w *fact.Watched) {
	op := OpUnwatch
	if w.Up {
		op = OpWatch
	}
	d.out.event(&trail.Event{
		At: moment(w.At), Before: moment(w.Since), Node: n.name, Op: op, Text: w.Source, Reason: w.Why,
		Result: record.Success, By: sourceWitness(w.Source), Fact: f.Seq, Order: f.Seq << orderBits,
	})
}

// tick takes a fact that a source was read up to some time.
func (d *Deriver) tick(f *fact.Fact) error {
	var t fact.Ticked
	if err := f.Decode(&t); err != nil {
		return err
	}
	n := d.node(f.Node)
	d.at(n, f.Stamp.Millis)
	if sourceWitness(t.Source) != fact.Log {
		d.looked(f, n, &t)
		return nil
	}
	d.log.Settle() // nothing that belongs before it will come
	d.caughtUp()
	d.reach(n, t.At)
	return nil
}

// looked notes up to when a witness other than the log saw no further change. A run that
// it still shows then isn't over, whoever said so.
func (d *Deriver) looked(f *fact.Fact, n *node, t *fact.Ticked) {
	for _, r := range d.runs {
		if r.guest.node != n {
			continue
		}
		for w := range r.views {
			v := &r.views[w]
			if !v.seen || v.source != t.Source {
				continue
			}
			was := v.looked
			if v.looked = d.onward(was, t.At); r.asks[w] || v.looked < was {
				r.touch()
			}
			if r.ended && v.shows() && t.At > r.gone.by+d.window {
				r.reopen(span{after: t.At, by: t.At, fact: f.Seq}, w)
				r.touch()
				d.tie(r.guest)
			}
		}
	}
}
