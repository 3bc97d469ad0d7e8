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

// SortSessions gives the sessions in the order of a Collector: each node's by
// Boot, First.Serial, First.Millis, UUID and, where they have it, ID, and the nodes
// merged by the time of First, without changing the order of any.
func SortSessions(sessions []*Session) []*Session {
	slices.SortStableFunc(sessions, func(a, b *Session) int {
		return cmp.Or(cmp.Compare(a.Node, b.Node), compareBegins(a, b))
	})
	return mergeNodes(sessions, func(s *Session) string { return s.Node }, func(s *Session) int64 { return s.First.Millis })
}

// compareBegins gives the order of two sessions of a node.
func compareBegins(a, b *Session) int {
	return cmp.Or(
		cmp.Compare(a.Boot, b.Boot),
		cmp.Compare(a.First.Serial, b.First.Serial),
		cmp.Compare(a.First.Millis, b.First.Millis),
		cmp.Compare(a.UUID, b.UUID),
		cmp.Compare(a.ID, b.ID),
	)
}

// SortEvents gives the events of a Live in the order of Trail.Events: each
// node's by Order and Nth, and the nodes merged by time, without changing the
// order of any.
func SortEvents(events []*Event) []*Event {
	slices.SortStableFunc(events, func(a, b *Event) int {
		return cmp.Or(cmp.Compare(a.Node, b.Node), cmp.Compare(a.Order, b.Order), cmp.Compare(a.Nth, b.Nth))
	})
	return mergeNodes(events, func(ev *Event) string { return ev.Node }, millisOf)
}

// SortFindings brings findings in the order in which Findings gives them: by
// At.Millis, Node, At.Serial and, where they have it, ID.
func SortFindings(findings []*Finding) {
	slices.SortStableFunc(findings, func(a, b *Finding) int {
		return cmp.Or(
			cmp.Compare(a.At.Millis, b.At.Millis),
			cmp.Compare(a.Node, b.Node),
			cmp.Compare(a.At.Serial, b.At.Serial),
			cmp.Compare(a.ID, b.ID),
		)
	})
}

// mergeNodes merges what is in order by node.
func mergeNodes[T any](all []T, node func(T) string, millis func(T) int64) []T {
	var nodes [][]T
	for i, item := range all {
		if i == 0 || node(all[i-1]) != node(item) {
			nodes = append(nodes, nil)
		}
		last := &nodes[len(nodes)-1]
		*last = append(*last, item)
	}
	return merge(nodes, millis)
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
