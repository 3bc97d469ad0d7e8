package trail

import (
	"cmp"
	"slices"
	"sort"
)

// stretch is one boot of a node, as far as its records show it.
type stretch struct {
	first, last int64 // the earliest and the latest time, in milliseconds
	// seen are the records that left the window, by rising serials, in pages: all
	// but the last are full.
	seen [][]used
}

// used is what is kept of a record to know it again: its serial, and the lower
// half of its time.
type used struct{ serial, millis uint32 }

func usedOf(s Moment) used { return used{uint32(s.Serial), uint32(s.Millis)} }

// seenPage is how many records one page of a stretch is of. In one piece, they
// would be copied again and again as they become more.
const seenPage = 1 << 12

func (b *stretch) cover(millis int64) {
	b.first, b.last = min(b.first, millis), max(b.last, millis)
}

// has tells whether a record was used already.
func (b *stretch) has(s Moment) bool {
	u := usedOf(s)
	for p := b.pageOf(u.serial); p < len(b.seen); p++ {
		page := b.seen[p]
		i, found := slices.BinarySearchFunc(page, u.serial, func(u used, serial uint32) int {
			return cmp.Compare(u.serial, serial)
		})
		if !found {
			return false
		}
		for ; i < len(page) && page[i].serial == u.serial; i++ {
			if page[i] == u {
				return true
			}
		}
		if i < len(page) {
			return false
		}
	}
	return false
}

// pageOf gives the first page that may hold a serial.
func (b *stretch) pageOf(serial uint32) int {
	return sort.Search(len(b.seen), func(p int) bool {
		page := b.seen[p]
		return page[len(page)-1].serial >= serial
	})
}

// remember keeps that a record was used. They are used by rising serials, but
// for those that no kernel numbered.
func (b *stretch) remember(s Moment) {
	u := usedOf(s)
	if last := b.lastSeen(); last != nil && (last.serial > u.serial || *last == u) {
		return
	}
	b.keep(u)
	if full := 2 * maxSeen / seenPage; len(b.seen) == full && len(b.seen[full-1]) == seenPage {
		b.seen = slices.Delete(b.seen, 0, full/2)
	}
}

func (b *stretch) lastSeen() *used {
	if len(b.seen) == 0 {
		return nil
	}
	page := b.seen[len(b.seen)-1]
	return &page[len(page)-1]
}

// keep puts a record behind the others. The first page grows as it is filled: many
// boots are seen of that are short.
func (b *stretch) keep(u used) {
	n := len(b.seen) - 1
	switch {
	case n < 0:
		b.seen = append(b.seen, []used{u})
	case len(b.seen[n]) < seenPage:
		b.seen[n] = append(b.seen[n], u)
	default:
		b.seen = append(b.seen, append(make([]used, 0, seenPage), u))
	}
}
