package follow

import (
	"hash/maphash"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/record"
)

// A Once lets each record through once, by whichever way it comes first. Equal records of
// one event that come by the same way are different records. It only remembers the last
// records, as many as it was made for. It is for one goroutine at a time.
//
// A record is identified by its node too. So if the records of one way name no node, they
// must have been given the one that the others name.
type Once struct {
	seed  maphash.Seed
	known map[onceKey]*onceCount
	order []onceKey // a ring, the oldest at next
	next  int
}

// A onceKey is the same for all copies of a record, and for equal records of one event.
type onceKey struct {
	stamp record.Stamp
	sum   uint64 // of node and text
	kind  record.Type
}

// A onceCount is how many records of a key came by each way. The highest of these has been
// given.
type onceCount struct{ file, multicast, stdin uint32 }

func (c *onceCount) of(way string) *uint32 {
	switch way {
	case WayMulticast:
		return &c.multicast
	case WayStdin:
		return &c.stdin
	}
	return &c.file
}

func (c *onceCount) given() uint32 { return max(c.file, c.multicast, c.stdin) }

// NewOnce makes a Once that remembers size records.
func NewOnce(size int) *Once {
	return &Once{
		seed:  maphash.MakeSeed(),
		known: make(map[onceKey]*onceCount),
		order: make([]onceKey, max(size, 1)),
	}
}

// New notes a record, and tells whether it is new. The fact's Source is the way that it
// came by. It is also used to note records that were stored by an earlier run.
func (o *Once) New(f *fact.Fact) bool {
	c := o.count(o.key(f))
	before := c.given()
	*c.of(f.Source)++
	return c.given() > before
}

// Filter removes from a batch what was given before.
func (o *Once) Filter(b *Batch) {
	kept, anew := b.Records[:0], b.Anew[:0]
	for i := range b.Records {
		for len(anew) < len(b.Anew) && b.Anew[len(anew)] <= i {
			anew = append(anew, len(kept))
		}
		if o.New(&b.Records[i]) {
			kept = append(kept, b.Records[i])
		}
	}
	for len(anew) < len(b.Anew) {
		anew = append(anew, len(kept))
	}
	clear(b.Records[len(kept):])
	b.Records, b.Anew = kept, anew
}

func (o *Once) key(f *fact.Fact) onceKey {
	var h maphash.Hash
	h.SetSeed(o.seed)
	_, _ = h.WriteString(f.Node)
	_ = h.WriteByte(0)
	_, _ = h.Write(f.Text)
	return onceKey{f.Stamp, h.Sum64(), f.Type}
}

// count gives the counts of a key. For a new one the oldest is forgotten.
func (o *Once) count(k onceKey) *onceCount {
	if c, ok := o.known[k]; ok {
		return c
	}
	if len(o.known) == len(o.order) {
		delete(o.known, o.order[o.next])
	}
	c := &onceCount{}
	o.known[k] = c
	o.order[o.next] = k
	o.next = (o.next + 1) % len(o.order)
	return c
}
