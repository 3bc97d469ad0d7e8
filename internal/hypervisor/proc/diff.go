package proc

// Diff gives what a process has gained and lost from one Sight to a later one,
// each with the number of descriptors by which they differ. What is expected is
// left out: event descriptors come and go.
//
// Nothing is proven by what isn't there where a Sight isn't Complete: gained
// may have been held before, lost may be held still.
func Diff(before, after *Sight) (gained, lost []Held) {
	b, a := before.Held, after.Held
	for len(b) > 0 || len(a) > 0 {
		order := 0
		switch {
		case len(b) == 0:
			order = 1
		case len(a) == 0:
			order = -1
		default:
			order = b[0].compare(a[0])
		}
		switch {
		case order < 0:
			lost = differ(lost, b[0], b[0].Count)
		case order > 0:
			gained = differ(gained, a[0], a[0].Count)
		default:
			gained = differ(gained, a[0], a[0].Count-b[0].Count)
			lost = differ(lost, a[0], b[0].Count-a[0].Count)
		}
		if order <= 0 {
			b = b[1:]
		}
		if order >= 0 {
			a = a[1:]
		}
	}
	return gained, lost
}

func differ(all []Held, h Held, count int) []Held {
	if count <= 0 || h.Expected != "" {
		return all
	}
	h.Count = count
	return append(all, h)
}
