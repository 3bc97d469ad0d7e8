package qmp

import "github.com/virtaudit/virtaudit/guest"

// A Difference is what happened to a guest between two snapshots.
type Difference struct {
	// Changes are those that guest.Diff gives, silent ones among them.
	Changes []guest.Change
	// Lost and Came are what a Spec can't hold.
	Lost, Came []Item
}

// Empty tells whether nothing happened.
func (d *Difference) Empty() bool {
	return len(d.Changes) == 0 && len(d.Lost) == 0 && len(d.Came) == 0
}

// Diff compares two snapshots of a guest in the parts that both know.
func Diff(old, new *Snapshot) Difference {
	was, is := *old, *new
	for _, p := range parts {
		if !old.Knows(p.name) || !new.Knows(p.name) {
			p.copy(&was, &Snapshot{})
			p.copy(&is, &Snapshot{})
		}
	}
	d := Difference{Changes: guest.Diff(&was.Spec, &is.Spec)}
	for i := range d.Changes {
		d.Changes[i].Guest = &new.Spec // whole
	}
	d.Lost, d.Came = parted(was.items(), is.items())
	return d
}

// merge gives new with what only old knows: what the next snapshot is compared
// to. As long as it has something of old, it begins when that does.
func merge(old, new *Snapshot) *Snapshot {
	m := *new
	m.Unknown = nil
	for _, u := range new.Unknown {
		if !old.Knows(u.Part) {
			m.Unknown = append(m.Unknown, u)
			continue
		}
		partOf(u.Part).copy(&m, old)
		m.Begun = old.Begun
	}
	return &m
}

func partOf(name Part) part {
	for _, p := range parts {
		if p.name == name {
			return p
		}
	}
	return part{}
}

// items gives all Items of a snapshot.
func (s *Snapshot) items() []Item {
	var all []Item
	if s.Status != "" {
		all = append(all, s.Status)
	}
	all = appendItems(all, s.RNGs)
	all = appendItems(all, s.Images)
	all = appendItems(all, s.Chardevs)
	return appendItems(all, s.Devices)
}

func appendItems[I Item](all []Item, items []I) []Item {
	for _, i := range items {
		all = append(all, i)
	}
	return all
}

// parted gives what is only in old, and what is only in new, each as often as
// it is there more often.
func parted(old, new []Item) (lost, came []Item) {
	left := make(map[Item]int, len(old))
	for _, i := range old {
		left[i]++
	}
	for _, i := range new {
		if left[i] > 0 {
			left[i]--
		} else {
			came = append(came, i)
		}
	}
	for _, i := range old {
		if left[i] > 0 {
			left[i]--
			lost = append(lost, i)
		}
	}
	return lost, came
}
