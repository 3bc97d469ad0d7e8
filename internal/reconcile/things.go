package reconcile

import (
	"slices"
	"strings"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/trail"
)

// things compares what the run has now with what it had.
func (l *look) things(first bool) {
	mine, others := l.standing()
	seen := map[string]bool{} // quantities
	opened := map[key]bool{}  // by a process, however often
	for i := range l.o.Has {
		t := &l.o.Has[i]
		if quantities[t.Kind] {
			seen[t.Kind] = true
			l.quantity(t.Kind, t.Value, first)
			continue
		}
		k := l.keyOf(t)
		if l.w == proc && opened[k] {
			continue
		}
		opened[k] = true
		switch {
		case len(mine[k]) > 0:
			l.still(mine[k][0], t)
			mine[k] = mine[k][1:]
		case len(others[k]) > 0:
			l.joins(others[k][0], t)
			others[k] = others[k][1:]
		default:
			l.gain(k, t, first)
		}
	}
	if _, known := l.run.lastValue("iothread", l.w); known && !seen["iothread"] && l.sees("iothread") {
		l.quantity("iothread", 0, first)
	}
	for _, t := range l.run.open {
		if slices.Contains(mine[t.key], t) && l.sees(t.thing.Kind) {
			l.lose(t)
		}
	}
	l.run.drop(l.lost)
}

// quantities are the kinds of things that have an amount and no identity.
var quantities = map[string]bool{"mem": true, "vcpu": true, "iothread": true}

// standing gives what the run had at this witness's last look, and what only other
// witnesses show.
func (l *look) standing() (mine, others map[key][]*track) {
	mine, others = map[key][]*track{}, map[key][]*track{}
	for _, t := range l.run.open {
		if t.has[l.w] {
			mine[t.key] = append(mine[t.key], t)
		} else if t.declared() == (l.w != proc) {
			others[t.key] = append(others[t.key], t)
		}
	}
	return mine, others
}

// keyOf gives a thing's key. What a process has open never has the key of what is
// defined. Its names are part of the key, as all taps have the same path.
func (l *look) keyOf(t *fact.Thing) key {
	k := keyOf(t.Kind, t.ID, t.Sub)
	if l.w == proc {
		k.sub = "proc " + strings.Join(append([]string{t.Sub}, t.Names...), " ")
	}
	return k
}

// sees tells whether the absence of a thing of some kind proves that it isn't there.
func (l *look) sees(kind string) bool {
	return !slices.Contains(l.o.Partial, kind) && !slices.Contains(l.o.Partial, everything)
}

func (l *look) gain(k key, thing *fact.Thing, first bool) {
	t := &track{
		key: k, thing: *thing, names: aliases(thing), by: l.w, begin: l.at, first: first,
		shown: l.at, doubtful: l.migrates(),
	}
	t.has[l.w], t.ever[l.w] = true, true
	l.run.open = append(l.run.open, t)
	l.gained = append(l.gained, t)
}

// joins notes that this witness shows a track too.
func (l *look) joins(t *track, thing *fact.Thing) {
	t.has[l.w], t.ever[l.w] = true, true
	t.names = append(t.names, aliases(thing)...)
	t.shown = l.at
}

// still notes that a thing is still there, and makes an event if its details changed.
func (l *look) still(t *track, thing *fact.Thing) {
	t.shown = l.at
	before, now := detailText(&t.thing), detailText(thing)
	if before == now && slices.Equal(t.thing.Names, thing.Names) {
		return
	}
	t.thing, t.names = *thing, aliases(thing)
	if before != now && l.w != proc {
		l.event(trail.Event{
			Op: "update", Kind: t.kind, ID: thing.ID, Sub: t.sub, Text: changedWords(before, now),
		})
	}
}

// changedWords gives the words that aren't in both of two texts, as GONE -> CAME.
func changedWords(before, now string) string {
	b, n := strings.Fields(before), strings.Fields(now)
	gone := slices.DeleteFunc(slices.Clone(b), func(w string) bool { return slices.Contains(n, w) })
	came := slices.DeleteFunc(n, func(w string) bool { return slices.Contains(b, w) })
	switch was, is := strings.Join(gone, " "), strings.Join(came, " "); {
	case was == "":
		return is
	case is == "":
		return "without " + was
	default:
		return was + " -> " + is
	}
}

// lose notes that this witness no longer shows a thing. It is gone when none does.
func (l *look) lose(t *track) {
	t.has[l.w] = false
	if t.has != [witnesses]bool{} {
		return
	}
	t.ended, t.end, t.doubtfulEnd = true, l.at, l.migrates()
	l.lost = append(l.lost, t)
}

// migrates tells whether the guest is being migrated. A running guest's reason may say
// that it was, for as long as it runs, which doesn't count.
func (l *look) migrates() bool {
	if strings.Contains(l.o.State, "migrat") || strings.HasPrefix(l.o.Reason, "postcopy") ||
		l.o.State == "paused" && strings.Contains(l.o.Reason, "migrat") {
		return true
	}
	return slices.ContainsFunc(l.o.Tells, tellsMigration)
}

// tellsMigration tells whether an event is of a migration.
func tellsMigration(t fact.Telling) bool {
	detail := toldWord(t.Text, "detail")
	return strings.Contains(strings.ToLower(t.Kind), "migrat") ||
		t.Kind == "lifecycle" && (detail == "migrated" || strings.HasPrefix(detail, "postcopy"))
}
