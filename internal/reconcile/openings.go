package reconcile

import (
	"slices"
	"sort"
)

// openings are from when to when a process had something open, in order and apart
// from each other.
type openings []gap

// with adds another, which is mostly the last.
func (o openings) with(g gap) openings {
	i := len(o)
	for i > 0 && o[i-1].to >= g.from {
		i--
	}
	j := i
	for j < len(o) && o[j].from <= g.to {
		g.from, g.to = min(g.from, o[j].from), max(g.to, o[j].to)
		j++
	}
	return last(slices.Replace(o, i, j, g), maxPast)
}

// at gives the last one that overlaps with a time.
func (o openings) at(from, to int64) (gap, bool) {
	i := sort.Search(len(o), func(i int) bool { return o[i].from > to }) - 1
	if i < 0 || o[i].to < from {
		return gap{}, false
	}
	return o[i], true
}
