package report

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/trail"
	"github.com/virtaudit/virtaudit/record"
)

// seen is a moment of an observation, which has no serial.
func seen(sec int64) trail.Moment { return trail.Moment{Millis: sec * 1000} }

// observed is a session with an rng of which no record tells, since between 20
// and 30 seconds, and a file that was let go between 40 and 50.
func observed() *trail.Session {
	return &trail.Session{
		Node: "n", UUID: "u", Name: "g", Number: 1, State: trail.Running,
		First: second(10), Start: second(10), Last: second(60),
		Holdings: []trail.Holding{
			{Kind: "disk", ID: "/d", From: second(10), Reason: "start", Also: []fact.Witness{fact.Libvirt, fact.Proc}},
			{Kind: "rng", ID: "/dev/hwrng", By: "libvirt", Earliest: seen(20), From: seen(30), Begin: 7},
			{Kind: "file", ID: "/f", By: "proc", Earliest: seen(30), From: seen(30), Latest: seen(40), To: seen(50), Ended: trail.ByDetach, Begin: 8, End: 9},
		},
	}
}

func written(t *testing.T, write func(*bytes.Buffer) error) string {
	t.Helper()
	var b bytes.Buffer
	if err := write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// contains holds a text to parts that it must have, and some that it must not.
func contains(t *testing.T, text string, parts []string, never ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("no %q in\n%s", part, text)
		}
	}
	for _, part := range never {
		if strings.Contains(text, part) {
			t.Errorf("%q is in\n%s", part, text)
		}
	}
}

func TestObservedSessions(t *testing.T) {
	list := []*trail.Session{observed()}
	show := func(f Format, o Options) string {
		return written(t, func(b *bytes.Buffer) error { return Sessions(b, f, list, o) })
	}
	contains(t, show(Text, Options{Proof: ProofIDs}),
		[]string{"disk /d, rng /dev/hwrng (seen by libvirt)", "proof: start 10.000:10; disk 10.000:10; rng fact 7"}, "30.000:0")
	contains(t, show(JSONL, Options{}), []string{
		`"kind":"rng","id":"/dev/hwrng","from":null,"from_after":"1970-01-01T00:00:20.000Z","from_before":"1970-01-01T00:00:30.000Z","to":null,"reason":null,"ended_by":null,"proof":[],"by":"libvirt","facts":[7]}`,
		`"from":"1970-01-01T00:00:30.000Z","to":null,"to_after":"1970-01-01T00:00:40.000Z","to_before":"1970-01-01T00:00:50.000Z","reason":null,"ended_by":"detach","proof":[],"by":"proc","facts":[8,9]}`,
		`"proof":["10.000:10"],"also":["libvirt","proc"]}`,
	}, `:0"`)
	contains(t, show(CSV, Options{}), []string{",by,observed\r\n", ",,libvirt rng=/dev/hwrng; proc file=/f\r\n"})

	list[0].By = "qmp"
	contains(t, show(Text, Options{}), []string{"running, seen by qmp"})
	contains(t, show(JSONL, Options{}), []string{`"by":"qmp"}` + "\n"})
	list[0].Holdings, list[0].By = list[0].Holdings[:1], ""
	contains(t, show(CSV, Options{}), nil, "observed")
}

// TestObservedWithinSecond: what began and ended within a second has both moments to
// the millisecond.
func TestObservedWithinSecond(t *testing.T) {
	s := observed()
	s.Holdings[1].Earliest = trail.Moment{Millis: 29_100}
	s.Holdings[1].From = trail.Moment{Millis: 29_900}
	s.State, s.EndAfter, s.EndBefore = trail.Lost, trail.Moment{Millis: 60_010}, trail.Moment{Millis: 60_030}
	s.Holdings[1].Ended = trail.ByLoss
	contains(t, written(t, func(b *bytes.Buffer) error { return Sessions(b, Text, []*trail.Session{s}, Options{}) }),
		[]string{"after 1970-01-01 00:01:00.010, before 1970-01-01 00:01:00.030"})
	in := WhoInput{Asked: "rng", Kind: true}
	for _, c := range trail.Who([]*trail.Session{s}, trail.Resource{Kind: "rng"}) {
		in.Holders = append(in.Holders, trail.Holder{Claim: c})
	}
	contains(t, written(t, func(b *bytes.Buffer) error { return Who(b, Text, in, Options{}) }), []string{
		"after 1970-01-01 00:00:29.100, before 1970-01-01 00:00:29.900",
		"after 1970-01-01 00:01:00.010, before 1970-01-01 00:01:00.030",
	})
}

func TestObservedWho(t *testing.T) {
	s := observed()
	in := WhoInput{Asked: "rng", Kind: true}
	for _, kind := range []string{"rng", "file"} {
		for _, c := range trail.Who([]*trail.Session{s}, trail.Resource{Kind: kind}) {
			in.Holders = append(in.Holders, trail.Holder{Claim: c})
		}
	}
	show := func(f Format, o Options) string {
		return written(t, func(b *bytes.Buffer) error { return Who(b, f, in, o) })
	}
	contains(t, show(Text, Options{Proof: ProofIDs}), []string{
		"after 1970-01-01 00:00:20, before 1970-01-01 00:00:30", "held still: no end in the log, seen by libvirt\n    proof: fact 7\n",
		"  after 1970-01-01 00:00:40, before 1970-01-01 00:00:50  detached, seen by proc\n    proof: fact 8, fact 9\n",
	})
	contains(t, show(Text, Options{Width: 30}), []string{"seen by proc"})
	contains(t, show(JSONL, Options{}), []string{
		`"from":null,"from_after":"1970-01-01T00:00:20.000Z","from_before":"1970-01-01T00:00:30.000Z","to":null,`,
		`"by":"libvirt","facts":[7]}`, `"to_after":"1970-01-01T00:00:40.000Z"`,
	})
	contains(t, show(CSV, Options{}), []string{",by,facts\r\n", ",libvirt,7\r\n", ",proc,8; 9\r\n"})
}

func TestObservedEvents(t *testing.T) {
	events := []*trail.Event{
		{At: seen(30), Node: "n", UUID: "u", Name: "g", Op: "attach", Kind: "rng", ID: "/dev/hwrng", By: "libvirt", Before: seen(20), Fact: 7},
		{At: seen(31), Node: "n", UUID: "u", Name: "g", Op: "suspend", By: "qmp", Text: "STOP now", Fact: 8},
		{At: seen(31), Node: "n", Op: "watch", Reason: "by file", By: "log", Text: "log", Fact: 12},
		{At: seen(32), Node: "n", UUID: "u", Name: "g", Op: "update", Kind: "mem", ID: "2048", Old: "1024", By: "libvirt", Fact: 9},
		{At: seen(33), Node: "n", UUID: "u", Name: "g", Op: trail.OpLost, By: "proc", Reason: "its process is gone", Fact: 10},
		{At: second(34), Node: "n", UUID: "u", Name: "g", Op: trail.OpStop, Type: record.VirtControl, Result: record.Success},
	}
	show := func(f Format, o Options) string {
		return written(t, func(b *bytes.Buffer) error { return Events(b, f, events, o) })
	}
	contains(t, show(Text, Options{}), []string{
		"attached rng /dev/hwrng after 1970-01-01 00:00:20.000 [seen by libvirt]\n",
		"suspended \"STOP now\" [seen by qmp]\n", "log watched from here on (by file)\n", "lost: its process is gone [seen by proc]\n", "[seen by libvirt]\n",
	}, "FAILED", "outcome")
	contains(t, show(Text, Options{Proof: ProofIDs}), []string{"fact 7     attached", "34.000:34  stopped"}, ".000:0")
	contains(t, show(Text, Options{Proof: ProofRecords, Records: noRecords}), []string{"\n    proof: fact 7\n", "\n    34.000:34\n"})
	contains(t, show(JSONL, Options{}), []string{
		`"event":null`, `"proof":[],"time_after":"1970-01-01T00:00:20.000Z","by":"libvirt","facts":[7]}`, `"text":"STOP now","by":"qmp","facts":[8]}`,
		`"proof":["34.000:34"]}`,
	})
	contains(t, show(CSV, Options{}), []string{",by,facts,text\r\n", ",qmp,8,STOP now\r\n", ",34.000:34,,,\r\n"})
}

// TestObservedLifecycle: of an event that libvirt tells, the text has what its words
// don't say yet.
func TestObservedLifecycle(t *testing.T) {
	ev := trail.Event{At: seen(30), Name: "g", Op: "suspend", Reason: "paused", By: "libvirt", Text: "event=suspended detail=paused"}
	show := func() string {
		return written(t, func(b *bytes.Buffer) error { return Events(b, Text, []*trail.Event{&ev}, Options{}) })
	}
	contains(t, show(), []string{"suspended (paused) [seen by libvirt]"})
	ev.Text += " more=1"
	contains(t, show(), []string{`suspended (paused) "event=suspended detail=paused more=1" [seen by libvirt]`})
}

func noRecords(string, trail.Moment) ([]string, int) { return nil, 0 }

func TestObservedFindings(t *testing.T) {
	findings := []*trail.Finding{{
		Kind: trail.Unrecorded, Severity: trail.Warning, Node: "n", Name: "g", At: seen(30), Count: 1,
		Resource: trail.Resource{Kind: "rng", ID: "/dev/hwrng"}, Text: "no record", By: "libvirt", Facts: []uint64{7, 11},
	}}
	show := func(f Format, o Options) string {
		return written(t, func(b *bytes.Buffer) error { return Findings(b, f, findings, o) })
	}
	contains(t, show(Text, Options{Proof: ProofIDs}), []string{"no record\n    proof: fact 7, fact 11\n"})
	contains(t, show(Text, Options{Proof: ProofIDs, Width: 20}), []string{"proof: fact 7,\n", "fact 11\n"})
	contains(t, show(JSONL, Options{}), []string{`"proof":[],"by":"libvirt","facts":[7,11]}`})
	contains(t, show(CSV, Options{}), []string{",by,facts\r\n", ",libvirt,7; 11\r\n"})
}

// TestObservedAt: between its bounds a begin or an end is uncertain.
func TestObservedAt(t *testing.T) {
	s := observed()
	for _, tc := range []struct {
		kind      string
		at        int64
		certainty trail.Certainty
		doubt     trail.Doubt
	}{
		{"rng", 19, trail.No, trail.NoDoubt},
		{"rng", 25, trail.Unsure, trail.BeginUnknown},
		{"rng", 31, trail.Yes, trail.NoDoubt},
		{"file", 29, trail.No, trail.NoDoubt},
		{"file", 35, trail.Yes, trail.NoDoubt},
		{"file", 45, trail.Unsure, trail.EndUnknown},
		{"file", 55, trail.No, trail.NoDoubt},
	} {
		claims := trail.Who([]*trail.Session{s}, trail.Resource{Kind: tc.kind})
		at := time.UnixMilli(tc.at * 1000)
		if certainty, doubt := claims[0].At(at, at, second(60)); len(claims) != 1 || certainty != tc.certainty || doubt != tc.doubt {
			t.Errorf("%s at %d: %v, %v", tc.kind, tc.at, certainty, doubt)
		}
	}
}
