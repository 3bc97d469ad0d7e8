package reconcile

import (
	"cmp"
	"slices"
	"sort"

	"github.com/virtaudit/virtaudit/internal/trail"
)

// A claim is a time in which a record or a definition named something.
type claim struct {
	from, to int64
	holding  int  // the place of its holding
	endOnly  bool // a record says when it ended, and none when it began
}

// claimOf makes the claim of a holding.
func claimOf(h *trail.Holding, place int) claim {
	return claim{heldFrom(h), heldTo(h), place, h.From == (trail.Moment{})}
}

// endsLate is how many milliseconds after a thing a claim may end to be about that
// thing, if only the claim's end is known. It is less than settleAfter, so that the
// thing isn't settled before.
const endsLate = settleAfter / 2

// tooLate tells whether a claim of which only the end is known ended too long after a
// time to say anything about it.
func (c claim) tooLate(end int64) bool { return c.endOnly && c.to > add(end, endsLate) }

// sinceOf is the earliest time about which a holding of the log says something.
func sinceOf(h *trail.Holding) int64 {
	if h.From == (trail.Moment{}) {
		return max(h.To.Millis-endsLate, 0)
	}
	return min(heldFrom(h), heldTo(h))
}

// A timeline has claims in order, so that those of a time are found quickly among very
// many.
type timeline struct {
	claims []claim
	// latest has, for each claim, the latest end of it and those before it.
	latest []int64
}

// timelines makes a timeline of the claims for each key.
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

// between gives all claims that may touch a stretch of time, and perhaps others.
func (l *timeline) between(from, to int64) []claim {
	if l == nil {
		return nil
	}
	first := sort.Search(len(l.latest), func(i int) bool { return l.latest[i] >= from })
	last := sort.Search(len(l.claims), func(i int) bool { return l.claims[i].from > to })
	return l.claims[min(first, last):last]
}
