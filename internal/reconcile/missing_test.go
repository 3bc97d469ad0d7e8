package reconcile

import (
	"slices"
	"testing"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/trail"
)

// wanted gives a record that is wanted, with a text that names it.
func wantedFor(op, kind, id string) fact.Wanted {
	return fact.Wanted{Type: "VIRT_RESOURCE", Text: op + " " + id, Op: op, Kind: kind, ID: id}
}

// feed adds facts from a place on.
func feed(t *testing.T, d *Deriver, facts []fact.Fact) {
	t.Helper()
	for i := range facts {
		if err := d.Add(&facts[i]); err != nil {
			t.Fatal(err)
		}
	}
}

// TestMissingOfWhatIsOver: a record isn't missed that would say what isn't so any
// more when it came.
func TestMissingOfWhatIsOver(t *testing.T) {
	rng := func(sc *scene) {
		sc.has(fact.Libvirt, 59*s, 60*s, base(thing("rng", "/dev/random")), wantedFor("attach", "rng", "/dev/random"))
	}
	gone := fact.Wanted{Type: "VIRT_RESOURCE", Text: "detach", Op: "detach", Kind: "rng", Old: "/dev/random"}
	stop := fact.Wanted{Type: "VIRT_CONTROL", Text: "stop", Op: "stop"}
	begin := fact.Wanted{Type: "VIRT_CONTROL", Text: "start", Op: "start"}
	vcpus := func(n uint64, id string, at int64) func(*scene) {
		return func(sc *scene) {
			has := base()
			has[4].Value = n
			sc.has(fact.Libvirt, at-s, at, has, wantedFor("update", "vcpu", id))
		}
	}
	for _, tc := range []struct {
		name  string
		scene []func(*scene)
		want  []string
	}{
		{"runs on", []func(*scene){rng}, []string{"attach /dev/random"}},
		{"stopped", []func(*scene){rng, func(sc *scene) {
			sc.stopped(63 * s)
			sc.seen(fact.Libvirt, fact.Gone, 60*s, 63*s, fact.Observed{})
		}}, nil},
		{"stopped, by the log alone", []func(*scene){rng, func(sc *scene) { sc.stopped(63 * s) }}, nil},
		{"killed", []func(*scene){rng, func(sc *scene) {
			sc.seen(fact.Libvirt, fact.Gone, 60*s, 63*s, fact.Observed{Wants: []fact.Wanted{stop}})
		}}, []string{"stop"}},
		{"killed and started again", []func(*scene){func(sc *scene) {
			sc.seen(fact.Libvirt, fact.Gone, 60*s, 63*s, fact.Observed{Wants: []fact.Wanted{stop}})
			sc.seen(fact.Libvirt, fact.Seen, 64*s, 65*s, fact.Observed{PID: 78, Run: "2", Has: base(), Wants: []fact.Wanted{begin}})
		}}, []string{"start"}},
		{"gone again", []func(*scene){rng, func(sc *scene) {
			sc.has(fact.Libvirt, 63*s, 64*s, base(), gone)
		}}, nil},
		{"came back", []func(*scene){func(sc *scene) {
			a := fact.Wanted{Type: "VIRT_RESOURCE", Text: "detach a", Op: "detach", Kind: "disk", Old: "/a.img"}
			sc.has(fact.Libvirt, 59*s, 60*s, without(base(), "/a.img"), a)
			sc.has(fact.Libvirt, 61*s, 62*s, base(), wantedFor("attach", "disk", "/a.img"))
		}}, []string{"attach /a.img"}},
		{"changed again", []func(*scene){vcpus(3, "3", 60*s), vcpus(4, "4", 64*s)}, []string{"update 4"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			sc := &scene{}
			sc.watched()
			for _, part := range tc.scene {
				part(sc)
			}
			sc.tick(80 * s)
			d := New(Options{})
			feed(t, d, sc.facts)
			var texts []string
			for _, m := range d.Missing() {
				texts = append(texts, m.Wanted.Text)
				if !d.Lacks(m.Observation, m.Wanted) {
					t.Errorf("%s is missing and not lacked", m.Wanted.Text)
				}
			}
			if !slices.Equal(texts, tc.want) {
				t.Errorf("missing %q, want %q", texts, tc.want)
			}
		})
	}
}

// TestLacks: what was missing isn't once the guest stopped, or has the record.
func TestLacks(t *testing.T) {
	sc, plan, _ := unmended()
	for name, then := range map[string]func(){
		"stopped": func() { sc.stopped(75 * s) },
		"killed":  func() { sc.seen(fact.Libvirt, fact.Gone, 74*s, 75*s, fact.Observed{}) },
		"sent":    func() { sc.sentRNG(999) },
	} {
		d := New(Options{})
		feed(t, d, sc.facts)
		if !d.Lacks(plan.For, plan.Wanted) || d.Lacks(plan.For+1, plan.Wanted) {
			t.Errorf("%s: before", name)
		}
		n := len(sc.facts)
		then()
		feed(t, d, sc.facts[n:])
		if d.Lacks(plan.For, plan.Wanted) {
			t.Errorf("%s: lacks it still", name)
		}
		sc.facts = sc.facts[:n]
	}
}

// TestMissingTooLate: a change is an hour back by the log or by the clock.
func TestMissingTooLate(t *testing.T) {
	for _, tc := range []struct {
		mark, now int64
		want      int
	}{{71, 71, 1}, {3600 + 71, 3600 + 71, 0}, {71, 3600 + 71, 0}, {3600 + 71, 71, 0}} {
		sc := &scene{}
		sc.watched()
		sc.has(fact.Libvirt, 60*s, 61*s, base(thing("rng", "/dev/random")), wantedFor("attach", "rng", "/dev/random"))
		sc.tick(tc.mark * s)
		sc.facts[len(sc.facts)-1].Stamp.Millis = start + tc.now*s
		d := New(Options{})
		feed(t, d, sc.facts)
		if m := d.Missing(); len(m) != tc.want {
			t.Errorf("read to %d at %d: %d missing", tc.mark, tc.now, len(m))
		}
	}
}

// TestClockSetBack: the log wasn't read to a time that is to come.
func TestClockSetBack(t *testing.T) {
	sc := &scene{}
	sc.watched()
	sc.tick(2000 * s)
	sc.has(fact.Libvirt, 199*s, 200*s, base(thing("disk", "/b.img")), wantedFor("attach", "disk", "/b.img"))
	got, missing := derive(t, sc.facts)
	if told := got.told(); told != nil || missing != nil {
		t.Fatalf("at once: %q, missing %v", told, missing)
	}
	sc.tick(211 * s)
	got, missing = derive(t, sc.facts)
	if told := got.told(); len(told) != 1 || len(missing) != 1 {
		t.Errorf("then: %q, missing %v", told, missing)
	}
}

// TestNumbersBefore: sessions that were before the first fact count, whoever
// shows what came then.
func TestNumbersBefore(t *testing.T) {
	sc := &scene{}
	id := sc.first(fact.QMP, -1, 1*s, base())
	sc.seen(fact.QMP, fact.Gone, 2*s, 3*s, fact.Observed{})
	sc.tick(100 * s)
	again := sc.seen(fact.QMP, fact.Seen, -1, 200*s, fact.Observed{PID: 78, Run: "2", Has: base()})
	d, r := New(Options{Numbers: map[string]int{host + "\x00" + uuid: 4}}), newRows()
	feed(t, d, sc.facts)
	r.apply(d.Delta())
	if a, b := r.sessions[id].Number, r.sessions[again].Number; a != 5 || b != 6 {
		t.Errorf("numbers %d and %d", a, b)
	}
}

// TestLostAsWitnessShows: when a session was lost is not unknown where a witness
// shows it.
func TestLostAsWitnessShows(t *testing.T) {
	sc := &scene{}
	sc.watched()
	sc.seen(fact.Proc, fact.Gone, 60*s, 61*s, fact.Observed{})
	sc.tick(100 * s)
	sc.started(120 * s)
	sc.tick(200 * s)
	got, _ := derive(t, sc.facts)
	for _, f := range got.findings {
		if f.Kind != trail.SessionLost {
			continue
		}
		if f.Text != "the session ended without a stop: gone, as proc shows; the log tells only later: started again" || f.Until.Millis != start+120*s || f.By != "" {
			t.Errorf("the session's loss, with what the process shows: %+v", f)
		}
		return
	}
	t.Error("no loss is found")
}
