package reconcile

import (
	"testing"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/trail"
)

// lifecycle adds an event of libvirt's that doesn't say of which run it is.
func (sc *scene) lifecycle(at int64, text string) uint64 {
	return sc.add(fact.Fact{
		Kind: fact.Observation, Source: hypervisor,
		Text: fact.Encode(fact.Observed{
			Witness: fact.Libvirt, What: fact.Told, UUID: uuid, Name: "g", To: start + at,
			Tells: []fact.Telling{{At: start + at, Kind: "lifecycle", Text: text}},
		}),
	})
}

// eventOf gives the event that a fact tells.
func (r *rows) eventOf(t *testing.T, seq uint64) *trail.Event {
	t.Helper()
	ev := r.events[trail.EventID{Fact: seq}]
	if ev == nil {
		t.Fatalf("fact %d tells of no event", seq)
	}
	return ev
}

// TestStartedIsNotOfRunBefore: a guest is started anew at once, as when it is
// reverted to a snapshot, and libvirt tells so before it shows the new run. That is
// nothing of the run that is over.
func TestStartedIsNotOfRunBefore(t *testing.T) {
	sc := &scene{}
	sc.watched()
	sc.logged(60*s, `op=stop reason=from-snapshot | vm-pid=0`)
	stopped := sc.lifecycle(60*s, "event=stopped detail=from-snapshot")
	sc.seen(fact.Libvirt, fact.Gone, 59*s, 60*s, fact.Observed{Reason: "from-snapshot"})
	again := sc.lifecycle(60*s, "event=stopped detail=from-snapshot")
	resumed := sc.lifecycle(61*s, "event=resumed detail=unpaused")
	started := sc.lifecycle(61*s, "event=started detail=from-snapshot")
	sc.seen(fact.Libvirt, fact.Seen, 60*s, 61*s, fact.Observed{PID: 78, Run: "2", State: "running", Has: base()})
	sc.tick(100 * s)
	got, _ := derive(t, sc.facts)
	first := got.ordered()[0].ID
	for _, seq := range []uint64{stopped, again} {
		if ev := got.eventOf(t, seq); got.sessionOf(ev) != first {
			t.Errorf("%s is of session %d, want %d", ev.Op, ev.SessionID, first)
		}
	}
	for _, seq := range []uint64{resumed, started} {
		if ev := got.eventOf(t, seq); got.sessionOf(ev) == first {
			t.Errorf("%s is of session %d, which had ended", ev.Op, first)
		}
	}
	sameRows(t, "started", sc.facts, 18)
}

// TestStartReason: why a guest that is paused is so is not why it was started.
func TestStartReason(t *testing.T) {
	tells := []fact.Telling{
		{At: start + 50*s, Kind: "lifecycle", Text: "event=started detail=booted"},
		{At: start + 60*s, Kind: "lifecycle", Text: "event=stopped detail=saved"},
		{At: start + 61*s, Kind: "lifecycle", Text: "event=started detail=restored"},
	}
	for _, tc := range []struct {
		name string
		o    fact.Observed
		want string
	}{
		{"told", fact.Observed{State: "paused", Reason: "migration", Tells: tells}, "restored"},
		{"paused", fact.Observed{State: "paused", Reason: "migration"}, ""},
		{"running", fact.Observed{State: "running", Reason: "booted"}, "booted"},
		{"running, told", fact.Observed{State: "running", Reason: "unpaused", Tells: tells[:1]}, "booted"},
	} {
		sc := &scene{}
		tc.o.Has = base()
		seq := sc.seen(fact.Libvirt, fact.Seen, 60*s, 61*s, tc.o)
		sc.tick(100 * s)
		got, _ := derive(t, sc.facts)
		if ev := got.eventOf(t, seq); ev.Op != trail.OpStart || ev.Reason != tc.want {
			t.Errorf("%s: %s (%s), want (%s)", tc.name, ev.Op, ev.Reason, tc.want)
		}
	}
}

// TestStopIsOfRunThatIsShown: libvirt tells late that a guest stopped, after another
// witness has shown the next run.
func TestStopIsOfRunThatIsShown(t *testing.T) {
	sc := &scene{}
	sc.watched()
	sc.seen(fact.Proc, fact.Gone, 59*s, 60*s, fact.Observed{})
	sc.seen(fact.Proc, fact.Seen, 60*s, 62*s, fact.Observed{PID: 78, Run: "p78"})
	stopped := sc.lifecycle(66*s, "event=stopped detail=destroyed")
	begun := sc.lifecycle(66*s, "event=started detail=booted")
	sc.seen(fact.Libvirt, fact.Gone, 59*s, 66*s, fact.Observed{Reason: "destroyed"})
	sc.seen(fact.Libvirt, fact.Seen, 60*s, 66*s, fact.Observed{PID: 78, Run: "2", State: "running", Has: base()})
	sc.tick(100 * s)
	got, _ := derive(t, sc.facts)
	all := got.ordered()
	if len(all) != 2 {
		t.Fatal(got.text())
	}
	for seq, want := range map[uint64]*trail.Session{stopped: all[0], begun: all[1]} {
		if ev := got.eventOf(t, seq); got.sessionOf(ev) != want.ID {
			t.Errorf("%s is of session %d, want %d", ev.Op, got.sessionOf(ev), want.ID)
		}
	}
	sameRows(t, "late", sc.facts, 18)
}

// TestStartedBeforeEnd: what a guest's next run is told to do is nothing of the one
// before, also where that wasn't found to be over yet.
func TestStartedBeforeEnd(t *testing.T) {
	sc := &scene{}
	sc.watched()
	stopped := sc.lifecycle(60*s, "event=stopped detail=destroyed")
	begun := sc.lifecycle(60*s, "event=started detail=booted")
	sc.tick(100 * s)
	got, _ := derive(t, sc.facts)
	if ev := got.eventOf(t, stopped); ev.SessionID == 0 {
		t.Error("the stop is of no session")
	}
	if ev := got.eventOf(t, begun); ev.SessionID != 0 {
		t.Errorf("the start is of session %d, which ran already", ev.SessionID)
	}
}
