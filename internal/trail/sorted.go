package trail

import (
	"cmp"
	"slices"
)

// sortedNodes and sortedGuests make End's order the same each time.
func (t *Trail) sortedNodes() []*node {
	nodes := make([]*node, 0, len(t.nodes))
	for _, n := range t.nodes {
		nodes = append(nodes, n)
	}
	slices.SortFunc(nodes, func(a, b *node) int { return cmp.Compare(a.name, b.name) })
	return nodes
}

func (n *node) sortedGuests() []*guest {
	guests := make([]*guest, 0, len(n.guests))
	for _, g := range n.guests {
		guests = append(guests, g)
	}
	slices.SortFunc(guests, func(a, b *guest) int { return cmp.Compare(a.key, b.key) })
	return guests
}

// sortedKeys gives the keys of sets in order.
func sortedKeys(sets ...map[string]bool) []string {
	var keys []string
	for _, set := range sets {
		for k := range set {
			keys = append(keys, k)
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// merge merges lists by time and keeps the order of each: a time that goes back
// doesn't change it.
func merge[T any](lists [][]T, millis func(T) int64) []T {
	lists = slices.DeleteFunc(lists, func(l []T) bool { return len(l) == 0 })
	switch len(lists) {
	case 0:
		return nil
	case 1:
		return lists[0]
	}
	type place struct {
		millis   int64
		list, at int
	}
	var all []place
	for i, l := range lists {
		latest := millis(l[0])
		for j, item := range l {
			latest = max(latest, millis(item))
			all = append(all, place{latest, i, j})
		}
	}
	slices.SortFunc(all, func(a, b place) int {
		return cmp.Or(cmp.Compare(a.millis, b.millis), cmp.Compare(a.list, b.list), cmp.Compare(a.at, b.at))
	})
	merged := make([]T, len(all))
	for i, p := range all {
		merged[i] = lists[p.list][p.at]
	}
	return merged
}
