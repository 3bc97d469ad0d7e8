package agent

import (
	"context"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/follow"
	"github.com/virtaudit/virtaudit/record"
)

// event is what records of one event of the kernel's have in common.
type event struct {
	node  string
	stamp record.Stamp
}

// counts are how many records of an event there are, by type and text.
type counts map[string]int

func recordKey(f *fact.Fact) string { return f.Type.String() + " " + string(f.Text) }

// dropStored drops the records of a file that is read anew that are stored
// already, and those that retention removed or would. Of equal records of one
// event as many are dropped as are stored.
func (s *logSource) dropStored(b *follow.Batch) error {
	batch, cutoff := map[event]counts{}, s.a.writer.cutoff.Load()
	kept := b.Records[:0]
	for _, f := range b.Records {
		if f.Stamp.Millis < cutoff {
			continue
		}
		stored, err := s.storedAt(event{f.Node, f.Stamp}, batch)
		if err != nil {
			return err
		}
		if key := recordKey(&f); stored[key] > 0 {
			stored[key]--
			continue
		}
		kept = append(kept, f)
	}
	b.Records, s.stored = kept, batch
	return nil
}

// storedAt gives what of an event is stored and didn't come again yet. An event
// may begin in one batch and end in the next.
func (s *logSource) storedAt(at event, batch map[event]counts) (counts, error) {
	if stored, ok := batch[at]; ok {
		return stored, nil
	}
	stored, ok := s.stored[at]
	if !ok {
		facts, err := s.a.store.FactsAt(context.Background(), at.node, at.stamp)
		if err != nil {
			return nil, err
		}
		stored = counts{}
		for _, f := range facts {
			stored[recordKey(f)]++
		}
	}
	batch[at] = stored
	return stored, nil
}
