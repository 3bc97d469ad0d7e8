package witness

import (
	"strings"
	"time"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/record"
)

// A teller makes the facts of one source, and gives them.
type teller struct {
	*Base
	source  string
	witness fact.Witness
	box     *statusBox
	give    Give
	up      *bool     // whether it was last said that the source is watched; nil before
	why     string    // why it isn't
	lost    time.Time // when it was last watched, if that ended
}

// observe makes the fact of an observation.
func (t *teller) observe(o fact.Observed) fact.Fact {
	o.Witness = t.witness
	o.From = min(o.From, o.To) // it is later if the clock was set back
	o.Name, o.Problem, o.Reason = clipped(o.Name, maxName), clipped(o.Problem, maxName), clipped(o.Reason, maxName)
	t.box.set(func(s *Status) {
		s.Observations++
		if o.What == fact.Told {
			s.Events++
		}
	})
	return t.fact(fact.Observation, fact.Encode(o))
}

func (t *teller) fact(kind fact.Kind, text []byte) fact.Fact {
	return fact.Fact{Kind: kind, Node: t.Node, Source: t.source, Text: text}
}

// watched makes the fact that the source is watched from now on. since is when it was
// last watched before.
func (t *teller) watched(at, since time.Time) fact.Fact {
	yes := true
	t.up, t.why = &yes, ""
	if !t.lost.IsZero() {
		since = t.lost
	}
	t.box.set(func(s *Status) { s.Up, s.Since, s.Why, s.Absent, s.Lacking = true, at, "", false, nil })
	w := fact.Watched{Source: t.source, Up: true, Since: millis(since), At: millis(at)}
	return t.fact(fact.Watch, fact.Encode(w))
}

// unwatched makes the fact that the source is no longer watched, unless that was said
// before.
func (t *teller) unwatched(at time.Time, why string) []fact.Fact {
	said := t.up != nil && !*t.up
	if t.up != nil && *t.up {
		t.lost = at
	}
	no := false
	t.up = &no
	why = clipped(why, maxName)
	t.why = why
	t.box.set(func(s *Status) {
		if s.Up || s.Since.IsZero() {
			s.Since = at
		}
		s.Up, s.Why, s.Absent = false, why, false
	})
	if said {
		return nil
	}
	w := fact.Watched{Source: t.source, At: millis(at), Why: why}
	return []fact.Fact{t.fact(fact.Watch, fact.Encode(w))}
}

// tick makes the fact that the source has told all that it could show up to a time. It is
// only stored if a decision waits for it.
func (t *teller) tick(at time.Time) fact.Fact {
	return t.fact(fact.Tick, fact.Encode(fact.Ticked{Source: t.source, At: millis(at)}))
}

// absent notes in the status that there is nothing to watch, and never was.
func (t *teller) absent(at time.Time, why string) {
	t.box.set(func(s *Status) {
		if s.Since.IsZero() {
			s.Since = at
		}
		s.Up, s.Why, s.Absent = false, why, true
	})
}

// report hands over facts and state, if there are any. The stamp of the facts is the time
// at which they are told, not that of what they tell: stamps that go back would mean that
// the clock was set back.
func (t *teller) report(facts []fact.Fact, state map[string][]byte) error {
	if len(facts) == 0 && len(state) == 0 {
		return nil
	}
	told := record.Stamp{Millis: millis(t.Now())}
	for i := range facts {
		facts[i].Stamp = told
	}
	return t.give(Report{Facts: facts, State: state})
}

// run names a run of a guest: by the boot, a number that identifies it there, and when it
// was first seen.
func (t *teller) run(number string, seen time.Time) string {
	boot, _, _ := strings.Cut(t.Boot, "-")
	return boot + "/" + number + "/" + seen.UTC().Format("20060102T150405.000")
}
