package agent

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/follow"
	"github.com/virtaudit/virtaudit/internal/store"
	"github.com/virtaudit/virtaudit/internal/trail"
	"github.com/virtaudit/virtaudit/record"
)

const (
	minute = 60_000
	hour   = 60 * minute
)

// at is a fact of a time after begun.
func at(kind fact.Kind, source string, millis int64, text any) fact.Fact {
	return fact.Fact{Kind: kind, Source: source, Stamp: record.Stamp{Millis: begun + millis}, Text: fact.Encode(text)}
}

func watch(source string, up bool, millis int64) fact.Fact {
	return at(fact.Watch, source, millis, fact.Watched{Source: source, Up: up, At: begun + millis})
}

// findingsOf gives the texts of findings of a kind.
func findingsOf(t *testing.T, s *store.Store, kind trail.FindingKind) (texts []string) {
	t.Helper()
	list, _, err := s.Findings(t.Context(), store.FindingQuery{Kinds: []trail.FindingKind{kind}})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range list {
		texts = append(texts, f.Text)
	}
	return texts
}

// TestRetentionKeepsLastWord: since when a source isn't watched is known, however
// long ago that began.
func TestRetentionKeepsLastWord(t *testing.T) {
	const source = "libvirt qemu:///system"
	var want []string
	for _, retain := range []bool{false, true} {
		w := newWriter(t, &kernel{})
		go w.run(t.Context())
		w.handAll(t, []fact.Fact{watch(source, true, -1000), watch(source, false, 0)})
		if retain {
			w.mustRemove(t, begun+hour)
			equalsRebuild(t, w.store, w.checkpoint(t))
			w.mustRemove(t, begun+hour+minute) // what stayed stays again
		}
		w.handAll(t, []fact.Fact{watch(source, true, 2*hour)})
		got := findingsOf(t, w.store, trail.SourceUnwatched)
		if !retain {
			want = got
		}
		if len(want) != 1 || !slices.Equal(got, want) {
			t.Errorf("with retention: %t; unwatched %q, want %q", retain, got, want)
		}
	}
}

// TestRetentionOfEventsAlone: what is told by a fact that stays, stays.
func TestRetentionOfEventsAlone(t *testing.T) {
	w := newWriter(t, &kernel{})
	go w.run(t.Context())
	w.handAll(t, []fact.Fact{ownRecord(t)})
	for day := range int64(2) {
		w.mustRemove(t, begun+hour*(1+24*day))
		if c := w.checkpoint(t); c.Facts != 0 {
			t.Errorf("%d facts went", c.Facts)
		}
		if n, err := w.store.Counts(t.Context()); err != nil || n.Facts[fact.Record] != 1 {
			t.Errorf("the last record of the host is gone: %v (%v)", n.Facts, err)
		}
		if list, _, err := w.store.Events(t.Context(), store.EventQuery{}); err != nil || len(list) != 1 {
			t.Errorf("%d events are left (%v), want that of the last record", len(list), err)
		}
		equalsRebuild(t, w.store, w.checkpoint(t))
	}
}

// TestRetentionWhereTheClockWasSetBack: a guest that runs keeps all that is known
// of it, though what came behind its begin has earlier times.
func TestRetentionWhereTheClockWasSetBack(t *testing.T) {
	const uuid = "5a1b7e9d-2b58-4d2c-b2a1-6a6f6b6b3c11"
	show := func(witness fact.Witness, what fact.What, millis int64, ids ...string) fact.Fact {
		o := fact.Observed{Witness: witness, What: what, UUID: uuid, Name: "g", Virt: "kvm", PID: 4242, To: begun + millis, State: "running"}
		kind := "disk"
		if witness == fact.Proc {
			kind = "file"
		} else {
			o.Run = "1"
		}
		for _, id := range ids {
			o.Has = append(o.Has, fact.Thing{Kind: kind, ID: id})
		}
		return at(fact.Observation, string(witness), millis, o)
	}
	tick := func(millis int64) fact.Fact {
		return at(fact.Tick, "log", millis, fact.Ticked{Source: "log", At: begun + millis})
	}
	w := newWriter(t, &kernel{})
	go w.run(t.Context())
	w.handAll(t, []fact.Fact{
		show(fact.Libvirt, fact.Seen, 0, "/a"),
		show(fact.Libvirt, fact.Changed, -2*hour, "/a", "/b"),
		show(fact.Proc, fact.Seen, -2*hour+2000, "/a", "/b", "/secret"),
		tick(-2*hour + minute), tick(-2*hour + 2*minute),
	})
	was := dumpOf(t, w.store)
	if !strings.Contains(string(was), "/secret") {
		t.Fatalf("what the process has isn't known: %s", was)
	}
	w.mustRemove(t, begun-hour)
	if c := w.checkpoint(t); c.Facts != 0 {
		t.Errorf("%d facts of a guest that runs went", c.Facts)
	}
	equalsRebuild(t, w.store, w.checkpoint(t))
	if is := dumpOf(t, w.store); string(is) != string(was) {
		t.Errorf("a guest that runs is\n%s\nand was\n%s", is, was)
	}
}

// recordFacts are those of records, behind which nothing comes that is of before.
func recordFacts(t *testing.T, lines []string) (facts []fact.Fact) {
	t.Helper()
	for _, line := range lines {
		var r record.Record
		if err := r.Parse([]byte(line)); err != nil {
			t.Fatal(err)
		}
		facts = append(facts, fact.OfRecord("here", follow.WayFile, &r))
	}
	facts[len(facts)-1].Settled = true
	return facts
}

// endedGuest are the records of a guest that starts and ends.
func endedGuest(t *testing.T, g *recordedGuest) (facts []fact.Fact) {
	t.Helper()
	for stage := range stages {
		if lines, _ := g.stage(stage); lines != nil {
			facts = append(facts, recordFacts(t, lines)...)
		}
	}
	return facts
}

// TestRetentionBeforeTheTrailKnows: what was stored and what the trail has not looked
// at yet, as it may be out of order, stays.
func TestRetentionBeforeTheTrailKnows(t *testing.T) {
	w := newWriter(t, &kernel{})
	go w.run(t.Context())
	runs := newRecordedGuest(1)
	lines, _ := runs.stage(0)
	start := recordFacts(t, lines)
	start[len(start)-1].Settled = false
	w.handAll(t, append(endedGuest(t, newRecordedGuest(0)), start...))
	w.mustRemove(t, runs.at+hour)
	w.handAll(t, []fact.Fact{{Kind: fact.Tick, Source: "log", Settled: true, Text: fact.Encode(fact.Ticked{Source: "log", At: runs.at + hour})}})
	list, _, err := w.store.Sessions(t.Context(), store.SessionQuery{Running: true})
	if c := w.checkpoint(t); err != nil || len(list) != 1 || list[0].Name != runs.name || c.Sessions != 1 {
		t.Errorf("%d sessions went, and %d run (%v), want %s", c.Sessions, len(list), err, runs.name)
	}
}

// TestRetentionKeepsBoots: of which boot the first record is that stays, is known
// however often the rows are derived anew.
func TestRetentionKeepsBoots(t *testing.T) {
	facts := endedGuest(t, newRecordedGuest(0))
	next := newRecordedGuest(1)
	next.serial = 3 // the kernel's, which was started anew
	lines, _ := next.stage(0)
	facts = append(facts, recordFacts(t, lines)...)

	w := newWriter(t, &kernel{})
	go w.run(t.Context())
	w.handAll(t, facts)
	w.mustRemove(t, next.at-minute-1000)
	was := w.checkpoint(t)
	if was.Sessions != 1 || was.Boots["here"] == 0 {
		t.Fatalf("%d sessions went, of boot %v the rest is", was.Sessions, was.Boots)
	}
	for range 2 {
		equalsRebuild(t, w.store, was)
	}
	if is := w.checkpoint(t); !maps.Equal(is.Boots, was.Boots) {
		t.Errorf("the rest is of boot %v, was of %v", is.Boots, was.Boots)
	}
}
