package reconcile

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/trail"
	"github.com/virtaudit/virtaudit/record"
)

// TestAnySplitting: the rows are the same whenever Delta, Missing and Waiting are
// called. The facts are those of all scenes, and random ones.
func TestAnySplitting(t *testing.T) {
	t.Parallel()
	for _, tc := range gaps {
		sc := &scene{}
		sc.watched()
		tc.scene(sc)
		sc.tick(200 * s)
		sameRows(t, tc.name, sc.facts, 1)
	}
	for seed := range uint64(cases(100, 15)) {
		sameRows(t, "random", randomScene(seed).facts, seed)
	}
}

func sameRows(t *testing.T, name string, facts []fact.Fact, seed uint64) {
	t.Helper()
	whole, missing := derive(t, facts)
	want := whole.text()
	rng := rand.New(rand.NewPCG(seed, 7))
	for _, often := range []int{1, 2, 9} {
		d, r := New(Options{}), newRows()
		var lacks []Missing
		for i := range facts {
			if err := d.Add(&facts[i]); err != nil {
				t.Fatal(err)
			}
			if rng.IntN(often) == 0 {
				r.apply(d.Delta())
			}
			if rng.IntN(5) == 0 {
				d.Waiting()
				d.WaitingFor("proc")
				d.Lacks(1, fact.Wanted{})
			}
		}
		r.apply(d.Delta())
		if lacks = d.Missing(); !slices.EqualFunc(lacks, missing, func(a, b Missing) bool { return a.Wanted == b.Wanted && a.Observation == b.Observation }) {
			t.Errorf("%s, seed %d, one in %d: missing %v, whole %v", name, seed, often, lacks, missing)
		}
		if got := r.text(); got != want {
			t.Fatalf("%s, seed %d, one in %d: %s", name, seed, often, difference(got, want))
		}
	}
}

// difference gives the lines that only one of two texts has.
func difference(got, want string) string {
	var b strings.Builder
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for _, line := range g {
		if !slices.Contains(w, line) {
			b.WriteString("\n+ " + line)
		}
	}
	for _, line := range w {
		if !slices.Contains(g, line) {
			b.WriteString("\n- " + line)
		}
	}
	return b.String()
}

// randomScene is a guest's life in which log and witnesses say what they like.
func randomScene(seed uint64) *scene {
	rng := rand.New(rand.NewPCG(seed, 1))
	sc := &scene{}
	if rng.IntN(3) > 0 {
		sc.watched()
	}
	at, pid, last := 30*s, 77, 30*s
	ids := []string{"/a.img", "/b.img", "/c.img"}
	for range 60 {
		at += rng.Int64N(15 * s)
		id := ids[rng.IntN(len(ids))]
		switch rng.IntN(17) {
		case 0:
			sc.logged(at, `resrc=disk reason=attach | old-disk="?" new-disk="`+id+`"`)
		case 1:
			sc.logged(at, `resrc=disk reason=detach | old-disk="`+id+`" new-disk="?"`)
		case 2:
			sc.logged(at, `resrc=disk reason=attach | old-disk="?" new-disk="`+id+`" FAILED`)
		case 3:
			sc.stopped(at)
		case 4:
			pid++
			sc.started(at)
		case 5:
			sc.seen(fact.Libvirt, fact.Gone, last, at, fact.Observed{PID: pid})
		case 6:
			sc.told(at, "balloon", "balloon kib=1")
		case 7:
			sc.watch(fact.Watched{Source: "file", Up: true, Since: start + last, At: start + at, Whole: rng.IntN(2) == 0})
		case 8:
			sc.seen(fact.Proc, fact.Changed, last, at, fact.Observed{PID: pid, Has: []fact.Thing{silent("file", id)}})
		case 9, 10:
			sc.tick(at)
		case 11:
			sc.looked([]string{hypervisor, "proc"}[rng.IntN(2)], at-rng.Int64N(3*s))
		case 12:
			sc.seen(fact.Proc, []fact.What{fact.Seen, fact.Failed, fact.Gone}[rng.IntN(3)], last, at, fact.Observed{PID: pid + rng.IntN(2), Run: "x"})
		case 13: // the clock is set back
			at -= rng.Int64N(40 * s)
			last = min(last, at)
		default:
			has := base(thing("disk", id))
			if rng.IntN(2) == 0 {
				has = without(has, ids[rng.IntN(3)])
			}
			sc.seen(fact.Libvirt, fact.Changed, last, at, fact.Observed{
				PID: pid, Has: has, Run: []string{"", "1", "2"}[rng.IntN(3)],
				Wants: []fact.Wanted{{Type: "VIRT_RESOURCE", Text: id, Op: "attach", Kind: "disk", ID: id}},
			})
			last = at
		}
	}
	return sc
}

// TestRecordsAlone: without witnesses the trail is the log's.
func TestRecordsAlone(t *testing.T) {
	for seed := range uint64(20) {
		live, r := trail.NewLive(), newRows()
		sc := &scene{}
		for _, f := range randomScene(seed).facts {
			if f.Kind != fact.Record {
				continue
			}
			var rec record.Record
			f.Seq = sc.add(f)
			if err := f.ParseRecord(&rec); err != nil {
				t.Fatal(err)
			}
			live.Add(f.Seq, host, &rec)
			if f.Settled {
				live.Settle()
			}
		}
		r.apply(live.Delta())
		got, _ := derive(t, sc.facts)
		if a, b := got.text(), r.text(); a != b {
			t.Fatalf("seed %d: %s", seed, difference(a, b))
		}
	}
}

// TestMissingOnce: what is missing is given once, and not when it is planned.
func TestMissingOnce(t *testing.T) {
	sc := &scene{}
	sc.watched()
	want := fact.Wanted{Type: "VIRT_RESOURCE", Text: "rng", Op: "attach", Kind: "rng", ID: "/dev/random"}
	id := sc.has(fact.Libvirt, 60*s, 61*s, base(thing("rng", "/dev/random")), want)
	d := New(Options{})
	feed := func(facts []fact.Fact) {
		t.Helper()
		for i := range facts {
			if err := d.Add(&facts[i]); err != nil {
				t.Fatal(err)
			}
		}
	}
	feed(sc.facts)
	if until, ok := d.Waiting(); !ok || until != start+71*s {
		t.Errorf("waits until %d, %v", until, ok)
	}
	if m := d.Missing(); m != nil {
		t.Errorf("too early: %v", m)
	}
	n := len(sc.facts)
	sc.tick(71 * s)
	feed(sc.facts[n:])
	m := d.Missing()
	if len(m) != 1 || m[0].Observation != id || m[0].Wanted != want || m[0].UUID != uuid || m[0].Name != "g" {
		t.Fatalf("missing %+v", m)
	}
	if m := d.Missing(); m != nil {
		t.Errorf("again: %v", m)
	}

	sc.intend(fact.Intended{State: fact.Planned, For: id, Wanted: want, UUID: uuid})
	if _, m := derive(t, sc.facts); m != nil {
		t.Errorf("planned, and missing: %v", m)
	}
}

func (sc *scene) intend(in fact.Intended) uint64 {
	return sc.add(fact.Fact{Kind: fact.Intent, Source: "emit", Text: fact.Encode(in)})
}

// TestEmission: the service's own record, which comes after the window, is no
// second holding; and where it isn't known whether it was sent, that is found.
func TestEmission(t *testing.T) {
	sc := &scene{}
	sc.watched()
	want := fact.Wanted{Type: "VIRT_RESOURCE", Text: "rng", Op: "attach", Kind: "rng", ID: "/dev/random"}
	id := sc.has(fact.Libvirt, 60*s, 61*s, base(thing("rng", "/dev/random")), want)
	sc.tick(71 * s)
	plan := sc.intend(fact.Intended{State: fact.Planned, For: id, Wanted: want, UUID: uuid, At: start + 72*s})
	unknown := slices.Clone(sc.facts)
	sc.sent(73*s, 999, "/usr/bin/virtaudit", `resrc=rng reason=attach | old-rng="?" new-rng="/dev/random"`)
	sc.intend(fact.Intended{State: fact.Logged, ID: plan, For: id, Wanted: want, UUID: uuid})
	sc.tick(200 * s)
	got, missing := derive(t, sc.facts)
	lacks(t, "held", got.held(), []string{"rng /dev/random by=libvirt"})
	if n := len(got.held()); n != 4 || missing != nil {
		t.Errorf("%d holdings %q, missing %v", n, got.held(), missing)
	}
	lacks(t, "finding", got.told(), []string{
		"unrecorded: no record tells of the attach of rng /dev/random; libvirt records no attach of a random device; one came 12 s later",
	})

	sc.facts = unknown
	sc.intend(fact.Intended{State: fact.Unknown, ID: plan, For: id, Wanted: want, UUID: uuid, Why: "crash"})
	got, _ = derive(t, sc.facts)
	f := got.findings["emission-unknown-"+strconv.FormatUint(plan, 10)]
	if f == nil || f.Text != "whether the record of attach of rng /dev/random was sent is not known: crash" {
		t.Errorf("plan %d: %+v", plan, f)
	}
}

// TestBadFacts: a text that can't be read is an error, and nothing else.
func TestBadFacts(t *testing.T) {
	d := New(Options{})
	for _, kind := range []fact.Kind{fact.Observation, fact.Watch, fact.Tick, fact.Intent} {
		if err := d.Add(&fact.Fact{Seq: 1, Kind: kind, Text: []byte("{")}); err == nil {
			t.Errorf("%s: no error", kind)
		}
	}
	if err := d.Add(&fact.Fact{Seq: 1, Kind: fact.Record, Text: []byte("x")}); err == nil {
		t.Error("record: no error")
	}
	if delta := d.Delta(); !delta.Empty() {
		t.Errorf("a fact that can't be read changes something: %+v", delta)
	}
}

// BenchmarkRecords is of a guest that gets other media again and again, and is
// watched.
func BenchmarkRecords(b *testing.B) {
	sc := &scene{}
	sc.watched()
	for range 200 {
		sc.logged(40*s, `resrc=disk reason=update | old-disk="/a.img" new-disk="/a.img"`)
	}
	for b.Loop() {
		d := New(Options{})
		for i := range sc.facts {
			if err := d.Add(&sc.facts[i]); err != nil {
				b.Fatal(err)
			}
		}
		d.Delta()
	}
	b.ReportMetric(float64(len(sc.facts)*b.N)/b.Elapsed().Seconds(), "facts/s")
}
