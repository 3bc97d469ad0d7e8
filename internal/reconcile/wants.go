package reconcile

import (
	"slices"

	"github.com/virtaudit/virtaudit/internal/trail"
)

// A wanted finds the records that an observation wants by the things that came and went.
// Records are given by their places in the look's wants.
type wanted struct {
	comes, goes map[key][]int
	instead     map[key][]int    // by what was there before
	used        []bool           // which records have a thing
	lost        map[key][]*track // what went, and nothing is known to have replaced
}

// pair finds what came in the place of what, and which records are wanted for each
// change.
func (l *look) pair() {
	w := wanted{
		comes: map[key][]int{}, goes: map[key][]int{}, instead: map[key][]int{},
		used: make([]bool, len(l.wants)), lost: map[key][]*track{},
	}
	for i := range l.wants {
		r := &l.wants[i]
		switch {
		case r.Op == string(trail.ByDetach) && r.Old == "":
			k := keyOf(r.Kind, r.ID, r.Sub)
			w.goes[k] = append(w.goes[k], i)
		case r.ID == "" || r.Op == string(trail.ByDetach):
			k := keyOf(r.Kind, r.Old, r.Sub)
			w.goes[k] = append(w.goes[k], i)
		default:
			k := keyOf(r.Kind, r.ID, r.Sub)
			w.comes[k] = append(w.comes[k], i)
			if r.Old != "" {
				k = keyOf(r.Kind, r.Old, r.Sub)
				w.instead[k] = append(w.instead[k], i)
			}
		}
	}
	for _, t := range l.lost {
		w.lost[t.key] = append(w.lost[t.key], t)
	}
	for _, t := range l.gained {
		l.came(t, &w)
	}
	for _, t := range l.lost {
		l.went(t, &w)
	}
}

// came finds the record that is wanted for a thing that came, and what was in its place
// before.
func (l *look) came(t *track, w *wanted) {
	for _, i := range w.comes[t.key] {
		r := &l.wants[i]
		if w.used[i] {
			continue
		}
		if r.Old != "" {
			k := keyOf(r.Kind, r.Old, r.Sub)
			if len(w.lost[k]) == 0 {
				continue
			}
			t.old = w.lost[k][0]
			t.old.into = t
			w.lost[k] = w.lost[k][1:]
		}
		t.wants, w.used[i] = l.wants[i:i+1:i+1], true
		return
	}
}

// went finds the record that is wanted for a thing that went. What replaced it may have
// been there before, as with a disk that was copied.
func (l *look) went(t *track, w *wanted) {
	if t.into != nil {
		return
	}
	for _, i := range slices.Concat(w.goes[t.key], w.instead[t.key]) {
		if !w.used[i] {
			t.endWants, w.used[i] = l.wants[i:i+1:i+1], true
			return
		}
	}
}
