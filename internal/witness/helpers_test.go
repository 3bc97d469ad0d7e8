package witness

import (
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/virtaudit/virtaudit/internal/fact"
)

const uuidA, uuidB = "11111111-2222-4333-8444-555555555555", "aaaaaaaa-2222-4333-8444-555555555555"

// A keeper takes reports as the store does.
type keeper struct {
	t      *testing.T
	facts  []fact.Fact
	state  map[string][]byte
	second int64
}

func newKeeper(t *testing.T) *keeper {
	return &keeper{t: t, state: map[string][]byte{}, second: 1_793_000_000}
}

func (k *keeper) give(r Report) error {
	k.facts = append(k.facts, r.Facts...)
	for key, value := range r.State {
		if value == nil {
			delete(k.state, key)
		} else {
			k.state[key] = value
		}
	}
	return nil
}

func (k *keeper) states(prefix string) (map[string][]byte, error) {
	all := maps.Clone(k.state)
	maps.DeleteFunc(all, func(key string, _ []byte) bool { return !strings.HasPrefix(key, prefix) })
	return all, nil
}

// now is a clock that goes on by a second each time that it is read.
func (k *keeper) now() time.Time {
	k.second++
	return time.Unix(k.second, 0)
}

func (k *keeper) base() Base {
	return Base{Node: "kvm1", Boot: "b00t-1", States: k.states, Now: k.now, Processes: NewProcesses()}
}

// take gives the observations since the last call, and how many facts there were
// in all.
func (k *keeper) take() (all []fact.Observed, watched []fact.Watched) {
	k.t.Helper()
	for i := range k.facts {
		f := &k.facts[i]
		if f.Seq != 0 || f.Node != "kvm1" || f.Stamp.Millis == 0 {
			k.t.Errorf("fact %+v", f)
		}
		switch f.Kind {
		case fact.Observation:
			var o fact.Observed
			if err := f.Decode(&o); err != nil {
				k.t.Fatal(err)
			}
			all = append(all, o)
		case fact.Watch:
			var w fact.Watched
			if err := f.Decode(&w); err != nil {
				k.t.Fatal(err)
			}
			watched = append(watched, w)
		}
	}
	k.facts = nil
	return all, watched
}

// ticked checks the last fact that was given: up to when all of a source is told.
func (k *keeper) ticked(source string, at time.Time) {
	k.t.Helper()
	var got fact.Ticked
	if len(k.facts) == 0 || k.facts[len(k.facts)-1].Kind != fact.Tick {
		k.t.Fatalf("no tick at the end of %+v", k.facts)
	}
	last := k.facts[len(k.facts)-1]
	must(k.t, last.Decode(&got))
	if want := (fact.Ticked{Source: source, At: at.UnixMilli()}); got != want || last.Source != source {
		k.t.Errorf("ticked %+v, want %+v", got, want)
	}
}

// one gives the only observation since the last call.
func (k *keeper) one(what fact.What) fact.Observed {
	k.t.Helper()
	all, _ := k.take()
	if len(all) != 1 || all[0].What != what {
		k.t.Fatalf("observed %+v, want one that is %s", all, what)
	}
	return all[0]
}

func (k *keeper) none(why string) {
	k.t.Helper()
	if all, watched := k.take(); len(all)+len(watched) > 0 {
		k.t.Errorf("%s: %+v %+v", why, all, watched)
	}
}

// things gives those of a kind.
func things(o fact.Observed, kind string) []fact.Thing {
	var all []fact.Thing
	for _, t := range o.Has {
		if t.Kind == kind {
			all = append(all, t)
		}
	}
	return all
}

// thing gives the only one of a kind.
func thing(t *testing.T, o fact.Observed, kind string) fact.Thing {
	t.Helper()
	all := things(o, kind)
	if len(all) != 1 {
		t.Fatalf("%d of kind %s, want one: %+v", len(all), kind, o.Has)
	}
	return all[0]
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
