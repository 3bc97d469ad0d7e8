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
