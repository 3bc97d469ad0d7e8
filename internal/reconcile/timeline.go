package reconcile

import (
	"cmp"
	"slices"
	"sort"

	"github.com/virtaudit/virtaudit/internal/trail"
)

// A claim is a time in which something was named by a record or a definition.
type claim struct {
	from, to int64
	holding  int  // its place
	endOnly  bool // since when isn't known, but by a record up to when
}

// claimOf makes one of a holding of a row.
func claimOf(h *trail.Holding, place int) claim {
	return claim{heldFrom(h), heldTo(h), place, h.From == (trail.Moment{})}
}

// endsLate is by how many milliseconds more than what was over a claim may end of
// which only the end is known. It is less than settleAfter, so that what such a
// claim is of is decided before it can't be anything else's any more.
const endsLate = settleAfter / 2

// tooLate tells whether a claim says nothing of a time that was over long before,
// as only its end is known.
func (c claim) tooLate(end int64) bool { return c.endOnly && c.to > add(end, endsLate) }

// sinceOf is since when a holding of the log says something, at the earliest.
func sinceOf(h *trail.Holding) int64 {
	if h.From == (trail.Moment{}) {
		return max(h.To.Millis-endsLate, 0)
	}
	return min(heldFrom(h), heldTo(h))
}

// A timeline has claims in order, so that those of one time are found among very
// many.
type timeline struct {
	claims []claim
	// latest is when the last of the claims up to each ends.
	latest []int64
}

// timelines makes them of claims by what they are of.
func timelines[K comparable](all map[K][]claim) map[K]*timeline {
	lines := make(map[K]*timeline, len(all))
	for k, claims := range all {
		slices.SortStableFunc(claims, func(a, b claim) int { return cmp.Compare(a.from, b.from) })
		l := &timeline{claims: claims, latest: make([]int64, len(claims))}
		latest := int64(0)
		for i := range claims {
			latest = max(latest, claims[i].to)
			l.latest[i] = latest
		}
		lines[k] = l
	}
	return lines
}

// between gives all claims that may be of a time, from one moment to another.
func (l *timeline) between(from, to int64) []claim {
	if l == nil {
		return nil
	}
	first := sort.Search(len(l.latest), func(i int) bool { return l.latest[i] >= from })
	last := sort.Search(len(l.claims), func(i int) bool { return l.claims[i].from > to })
	return l.claims[min(first, last):last]
}
