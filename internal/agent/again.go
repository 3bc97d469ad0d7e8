package agent

import (
	"context"
	"slices"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/follow"
	"github.com/virtaudit/virtaudit/internal/store"
	"github.com/virtaudit/virtaudit/record"
)

// An event identifies an event of the kernel: what all its records have in common.
type event struct {
	node  string
	stamp record.Stamp
}

// counts are how many records of an event there are, by type and text.
type counts map[string]int

func recordKey(f *fact.Fact) string { return f.Type.String() + " " + string(f.Text) }

// dropStored drops from a batch of a file that is read anew the records that are stored
// already, and those that retention has removed or would. Of equal records of one event
// as many are dropped as are stored, in each reading of the file.
func (s *logSource) dropStored(b *follow.Batch) error {
	cutoff := s.a.writer.cutoff.Load()
	r := reading{store: s.a.store, before: s.stored, batch: map[event]counts{}}
	kept := b.Records[:0]
	for i, f := range b.Records {
		if slices.Contains(b.Anew, i) {
			r.begin(kept)
		}
		if f.Stamp.Millis < cutoff {
			continue
		}
		stored, err := r.storedAt(event{f.Node, f.Stamp})
		if err != nil {
			return err
		}
		if key := recordKey(&f); stored[key] > 0 {
			stored[key]--
			continue
		}
		kept = append(kept, f)
	}
	if slices.Contains(b.Anew, len(b.Records)) {
		r.begin(nil) // these are stored before the next batch
	}
	b.Records, s.stored = kept, r.batch
	return nil
}

// A reading keeps track of one reading of a file: which stored records of an event
// haven't come again yet. An event may begin in one batch and end in the next.
type reading struct {
	store  *store.Store
	before map[event]counts // of the last batch
	batch  map[event]counts // of this one
	waits  map[event]counts // kept from this batch by an earlier reading, not yet stored
}

// begin begins another reading. kept are the records of this batch that come before it.
func (r *reading) begin(kept []fact.Fact) {
	r.before, r.batch, r.waits = nil, map[event]counts{}, map[event]counts{}
	for i := range kept {
		at := event{kept[i].Node, kept[i].Stamp}
		if r.waits[at] == nil {
			r.waits[at] = counts{}
		}
		r.waits[at][recordKey(&kept[i])]++
	}
}

func (r *reading) storedAt(at event) (counts, error) {
	if stored, ok := r.batch[at]; ok {
		return stored, nil
	}
	stored, ok := r.before[at]
	if !ok {
		facts, err := r.store.FactsAt(context.Background(), at.node, at.stamp)
		if err != nil {
			return nil, err
		}
		stored = counts{}
		for _, f := range facts {
			stored[recordKey(f)]++
		}
		for key, n := range r.waits[at] {
			stored[key] += n
		}
	}
	r.batch[at] = stored
	return stored, nil
}
