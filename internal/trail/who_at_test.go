package trail

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/virtaudit/virtaudit/record"
)

func TestAt(t *testing.T) {
	at := func(n int64) Moment { return Moment{Millis: n * 1000, Serial: uint64(n)} }
	for _, tc := range []struct {
		name  string
		claim Claim
		want  string // at 1, 2, 3, ...: no, uncertain or yes
	}{
		{"ended", Claim{From: at(2), To: at(4), Ended: ByStop}, "nyynnn"},
		{"within a second", Claim{From: at(3), To: at(3), Ended: ByDetach}, "nnynnn"},
		{"held still, the log ends at 4", Claim{From: at(2)}, "nyyyuu"},
		{"lost", Claim{From: at(2), After: at(3), Before: at(5), Ended: ByLoss}, "nyyunn"},
		{"since when is unknown", Claim{To: at(4), Ended: ByDetach}, "uuunnn"},
		{"since when is unknown, but not before", Claim{Earliest: at(2), To: at(4), Ended: ByDetach}, "nuunnn"},
		{"record cut", Claim{From: at(2), To: at(4), Ended: ByStop, Unproven: true}, "nuunnn"},
		{"clock set back", Claim{From: at(4), To: at(3), Ended: ByStop}, "nnuunn"},
		{"clock set back far", Claim{Session: &Session{First: at(5), Last: at(2)}, From: at(4), To: at(3), Ended: ByStop}, "nuuuun"},
		{"tried", Claim{From: at(2), To: at(2), Attempt: true}, "nnnnnn"},
	} {
		got := ""
		for n := range int64(6) {
			moment := time.Unix(n+1, 0)
			if tc.claim.Session == nil {
				tc.claim.Session = &Session{}
			}
			certainty, doubt := tc.claim.At(moment, moment.Add(999*time.Millisecond), at(4))
			got += certainty.String()[:1]
			if (certainty == Unsure) != (doubt != NoDoubt) {
				t.Errorf("%s: at %d %v with doubt %d", tc.name, n+1, certainty, doubt)
			}
		}
		if got != tc.want {
			t.Errorf("%s: %s, want %s", tc.name, got, tc.want)
		}
	}
}

func TestDoubts(t *testing.T) {
	at := func(n int64) Moment { return Moment{Millis: n * 1000, Serial: uint64(n)} }
	for want, c := range map[Doubt]Claim{
		BeginUnknown:   {To: at(9)},
		EndUnknown:     {From: at(1), After: at(2), Before: at(9)},
		OutcomeUnknown: {From: at(1), Unproven: true},
		LogEnds:        {From: at(1)},
		ClockSetBack:   {From: at(6), To: at(2)},
		NoDoubt:        {From: at(1), To: at(9)},
	} {
		c.Session = &Session{}
		if _, got := c.At(time.Unix(5, 0), time.Unix(5, 0), at(4)); got != want {
			t.Errorf("doubt %d, want %d, of %+v", got, want, c)
		}
	}
}

func TestHoldersAt(t *testing.T) {
	log := newScene().start(uuidA, 1).disk(uuidA, "attach", "?", "/a", "success").disk(uuidA, "detach", "/a", "?", "success").disk(uuidA, "attach", "?", "/a", "success").lines
	log = append(log, func() []string {
		s := newScene()
		s.node = "h2"
		return s.start(uuidB, 1).disk(uuidB, "attach", "?", "/a", "success").later(100).start(uuidA, 1).lines
	}()...)
	sessions, _ := read(t, log)
	ends := map[string]Moment{"": {Millis: 1793000004_100}, "h2": {Millis: 1793000103_100}}
	at := time.UnixMilli(1793000050_000)
	var got []string
	for _, h := range HoldersAt(Who(sessions, Resource{ID: "/a"}), at, at, ends) {
		got = append(got, fmt.Sprintf("%s %d %v", h.Session.Node, h.From.Serial, h.Certainty))
	}
	if want := []string{"h2 2 yes", " 4 uncertain"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestLastSeen(t *testing.T) {
	tr := New(nil)
	var r record.Record
	for _, l := range newScene().start(uuidA, 1).stop(uuidA, "shutdown").lines {
		if err := r.Parse([]byte(l)); err != nil {
			t.Fatal(err)
		}
		tr.Add("h1", &r)
	}
	tr.End()
	if got := tr.LastSeen(); len(got) != 1 || got["h1"] != (Moment{Millis: 1793000002_100, Serial: 2}) {
		t.Errorf("%v", got)
	}
}

// TestMarkUnwatched: what held while auditd was off is not certain.
func TestMarkUnwatched(t *testing.T) {
	s := newScene().start(uuidA, 42).disk(uuidA, "attach", "?", "/a", "success").
		line("DAEMON_END", daemonEnd).later(100).line("DAEMON_START", daemonStart).stop(uuidA, "shutdown")
	var c Collector
	tr := New(c.Session)
	var r record.Record
	for _, l := range s.lines {
		_ = r.Parse([]byte(l))
		tr.Add("", &r)
	}
	tr.End()
	claims := Who(c.Sessions(), Resource{Kind: "disk"})
	begin := claims[0].From
	for after, want := range map[int]Certainty{0: Yes, 1: Yes, 50: Unsure, 102: Yes} {
		at := begin.Time().Add(time.Duration(after) * time.Second)
		holders := HoldersAt(claims, at, at, tr.LastSeen())
		MarkUnwatched(holders, at, at, tr.Unwatched())
		if len(holders) != 1 || holders[0].Certainty != want {
			t.Errorf("after %d s: %+v, want %v", after, holders, want)
		}
	}
}
