package report

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/virtaudit/virtaudit/internal/trail"
	"github.com/virtaudit/virtaudit/record"
)

// whoOf asks of a log who held a resource; at is a moment, or empty.
func whoOf(t testing.TB, f found, asked, at string) WhoInput {
	t.Helper()
	r, err := trail.ParseResource(asked)
	if err != nil {
		t.Fatal(err)
	}
	in := WhoInput{Asked: asked, From: f.summary.First, To: f.summary.Last, LastSeen: map[string]trail.Moment{}}
	claims := trail.Who(f.sessions, r)
	if at == "" {
		for _, c := range claims {
			in.Holders = append(in.Holders, trail.Holder{Claim: c})
		}
		return in
	}
	for _, s := range f.sessions {
		in.LastSeen[s.Node] = f.summary.Last
	}
	if in.First, err = time.Parse(time.DateTime, at); err != nil {
		t.Fatal(err)
	}
	in.Last = in.First.Add(999 * time.Millisecond)
	in.Holders = trail.HoldersAt(claims, in.First, in.Last, in.LastSeen)
	return in
}

func TestWhoGolden(t *testing.T) {
	fleet, lab := readLog(t, "fleet.log"), readLog(t, "lab.log")
	for name, in := range map[string]WhoInput{
		"fleet-who-disk":    whoOf(t, fleet, "disk", ""),
		"fleet-who-disk-at": whoOf(t, fleet, "disk", "2026-10-26 10:14:05"),
		"lab-who-rng":       whoOf(t, lab, "rng", ""),
	} {
		for _, columns := range []int{0, 80, 160} {
			golden(t, fmt.Sprintf("%s-%d.txt", name, columns), func(w io.Writer) error {
				return Who(w, Text, in, Options{Width: columns})
			})
		}
		golden(t, name+".jsonl", func(w io.Writer) error { return Who(w, JSONL, in, Options{}) })
		golden(t, name+".csv", func(w io.Writer) error { return Who(w, CSV, in, Options{Proof: ProofIDs}) })
	}
}

func second(n int64) trail.Moment { return trail.Moment{Millis: n * 1000, Serial: uint64(n)} }

func TestWhoHow(t *testing.T) {
	of := func(state trail.State, reason string) *trail.Session {
		return &trail.Session{State: state, EndReason: reason}
	}
	closed, running := of(trail.Closed, "shutdown"), of(trail.Running, "")
	for _, tc := range []struct {
		claim trail.Claim
		want  string
	}{
		{trail.Claim{Session: closed, Ended: trail.ByStop}, "stopped: shutdown"},
		{trail.Claim{Session: of(trail.Closed, ""), Ended: trail.ByStop}, "stopped"},
		{trail.Claim{Session: of(trail.Closed, "\x1b[m, x"), Ended: trail.ByStop}, `stopped: "\x1b[m, x"`},
		{trail.Claim{Session: closed, Ended: trail.ByDetach}, "detached"},
		{trail.Claim{Session: closed, Ended: trail.ByUpdate}, "ended by an update"},
		{trail.Claim{Session: closed, Ended: trail.ByUpdate, Resource: trail.Resource{Kind: "mem"}}, "changed"},
		{trail.Claim{Session: closed, Ended: trail.BySnapshot}, "replaced by a snapshot"},
		{trail.Claim{Session: closed, Ended: trail.ByCgroup, Op: "allow"}, "denied again"},
		{trail.Claim{Session: of(trail.Lost, "host booted"), Ended: trail.ByLoss}, "session lost: host booted"},
		{trail.Claim{Session: running}, "held still: no end in the log"},
		{trail.Claim{Session: running, Unproven: true}, "unproven, as the record of it was cut; held still: no end in the log"},
		{trail.Claim{Session: running, Op: "allow"}, "allowed still: no end in the log"},
		{trail.Claim{Session: of(trail.Failed, ""), Op: "allow"}, "allowed until the start failed"},
		{trail.Claim{Session: of(trail.Starting, ""), Op: "start", Unproven: true}, "asked for: the outcome is not in the log"},
		{trail.Claim{Session: of(trail.Starting, "host booted"), Op: "start", Unproven: true, Ended: trail.ByLoss}, "asked for: the outcome is not in the log; host booted"},
		{trail.Claim{Session: of(trail.Starting, ""), Op: "allow"}, "allowed still: no end in the log"},
		{trail.Claim{Session: of(trail.Failed, ""), Op: "start", Attempt: true}, "never held: start failed"},
		{trail.Claim{Session: of(trail.Failed, ""), Op: "open", Attempt: true}, "never held: start failed"},
		{trail.Claim{Session: running, Op: "attach", Attempt: true}, "never held: attach failed"},
		{trail.Claim{Session: running, Op: "open", Attempt: true}, "never held: open failed"},
		{trail.Claim{Session: running, Op: "detach", Attempt: true}, "detach failed"},
		{trail.Claim{Session: running, Op: "update", Attempt: true}, "update failed"},
		{trail.Claim{Session: running, Op: "detach", Attempt: true, Unproven: true}, "detach: the outcome is not in the log, as the record was cut"},
		{trail.Claim{Session: running, Op: "a b\n", Attempt: true}, `"a b\n" failed`},
	} {
		if got, _ := how(&trail.Holder{Claim: tc.claim}); got != tc.want {
			t.Errorf("%s, want %s", got, tc.want)
		}
	}
}

func TestWhoDoubts(t *testing.T) {
	v := newWhoView(WhoInput{LastSeen: map[string]trail.Moment{"h": second(5)}}, Options{})
	seen := map[string]bool{}
	for d := trail.NoDoubt; d <= trail.Unwatched; d++ {
		h := trail.Holder{Doubt: d, Claim: trail.Claim{Session: &trail.Session{Node: "h"}}}
		text := v.doubt(&h)
		if (text == "") != (d == trail.NoDoubt) || (d.String() == "") != (text == "") || seen[text] || seen[d.String()] {
			t.Errorf("doubt %d: %q, %q", d, text, d.String())
		}
		seen[text], seen[d.String()] = true, true
		if d == trail.LogEnds && !strings.HasSuffix(text, "1970-01-01 00:00:05") {
			t.Errorf("the log's end isn't told: %s", text)
		}
	}
}

func TestWhoTimes(t *testing.T) {
	v := newWhoView(WhoInput{}, Options{})
	s := &trail.Session{}
	for _, tc := range []struct {
		claim          trail.Claim
		from, to, span string
	}{
		{trail.Claim{From: second(1), To: second(2)}, "1", "2", "from 1 to 2"},
		{trail.Claim{From: second(1)}, "1", "-", "since 1"},
		{trail.Claim{To: second(2)}, "before 2", "2", "from before 2 to 2"},
		{trail.Claim{Earliest: second(1), To: second(2)}, "after 1, before 2", "2", "from between 1 and 2 to 2"},
		{trail.Claim{From: second(1), After: second(2), Before: second(3)}, "1", "after 2, before 3", "from 1 to between 2 and 3"},
		{trail.Claim{From: second(1), To: second(1), Attempt: true}, "1", "-", "at 1"},
	} {
		tc.claim.Session = s
		h := &trail.Holder{Claim: tc.claim}
		for i, got := range []string{v.from(h, ", "), v.to(h, ", "), v.span(h)} {
			got = strings.ReplaceAll(got, "1970-01-01 00:00:0", "")
			if want := []string{tc.from, tc.to, tc.span}[i]; got != want {
				t.Errorf("%s, want %s", got, want)
			}
		}
	}
}

func TestWhoNobody(t *testing.T) {
	at := time.UnixMilli(5000)
	unknown := []*trail.Session{{Name: "web", Number: 2}, {Name: "db", Number: 1, Node: "h1"}}
	for _, tc := range []struct {
		in   WhoInput
		o    Options
		want string
	}{
		{WhoInput{Asked: "/dev/hwrng"}, Options{}, "nobody held /dev/hwrng, as far as this log tells\n"},
		{WhoInput{Asked: "a b\x1b"}, Options{Filtered: true}, "nobody that passes the filters held \"a b\\x1b\", as far as this log tells\n"},
		{
			WhoInput{Asked: "/a", First: at, Last: at, From: second(1), To: second(9)},
			Options{},
			"nobody held /a at 1970-01-01 00:00:05 (UTC), as far as this log tells\n",
		},
		{
			WhoInput{Asked: "/a", First: at, Last: at, From: second(6), To: second(9)},
			Options{},
			"nobody held /a at 1970-01-01 00:00:05 (UTC), as far as this log tells\n" +
				"this log tells of guests from 1970-01-01 00:00:06 to 1970-01-01 00:00:09\n",
		},
		{
			WhoInput{Asked: "/a", First: at, Last: at, From: second(1), To: second(4), Unknown: unknown},
			Options{},
			"nobody held /a at 1970-01-01 00:00:05 (UTC), as far as this log tells\n" +
				"this log tells of guests from 1970-01-01 00:00:01 to 1970-01-01 00:00:04\n" +
				"2 sessions whose start is not in the log may have held it too: web#2, db#1\n",
		},
		{
			WhoInput{Asked: "/x/a", Near: []trail.Resource{{Kind: "disk", ID: "/a"}, {Kind: "dev", Sub: "pci", ID: "\n"}}},
			Options{},
			"nobody held /x/a, as far as this log tells\nsimilar in this log: disk /a, dev pci \\n\n",
		},
	} {
		got := output(t, func(w io.Writer) error { return Who(w, Text, tc.in, tc.o) })
		if got != tc.want {
			t.Errorf("got\n%s\nwant\n%s", got, tc.want)
		}
		for _, f := range []Format{JSONL, CSV} {
			if n := strings.Count(output(t, func(w io.Writer) error { return Who(w, f, tc.in, tc.o) }), "\n"); n > 1 {
				t.Errorf("%s has %d lines of nobody", f, n)
			}
		}
	}
}

func TestSome(t *testing.T) {
	names := strings.Split("abcdefg", "")
	if got := some(names); got != "a, b, c, d, e, and 2 more" || names[5] != "f" {
		t.Errorf("%s of %q", got, names)
	}
	if got := some(names[:5]); got != "a, b, c, d, e" {
		t.Error(got)
	}
}

// TestWhoJSON: what the keys hold, and that none comes twice.
func TestWhoJSON(t *testing.T) {
	bad := "a\xff"
	s := &trail.Session{Node: bad, UUID: bad, Name: bad, Number: 3, State: trail.Closed, Start: second(1), EndReason: bad}
	in := WhoInput{First: time.UnixMilli(5000), Holders: []trail.Holder{
		{Claim: trail.Claim{Session: s, Resource: trail.Resource{Kind: bad, ID: bad, Sub: bad}, Op: bad, To: second(2), Ended: trail.ByStop, Marks: record.Cut, Unproven: true}},
		{Claim: trail.Claim{Session: s, Op: "attach", From: second(1), To: second(1), Attempt: true}},
	}}
	o := Options{Proof: ProofRecords, Records: func(node string, at trail.Moment) ([]string, int) {
		return []string{node + at.String()}, 0
	}}
	text := output(t, func(w io.Writer) error { return Who(w, JSONL, in, o) })
	if n := strings.Count(text, `_hex":`); n != 8+3+2 { // the first one's, the second one's, both one's records
		t.Errorf("%d strings have their bytes beside them: %s", n, text)
	}
	d := json.NewDecoder(strings.NewReader(text))
	var first, second map[string]any
	if d.Decode(&first) != nil || d.Decode(&second) != nil {
		t.Fatalf("no JSON: %s", text)
	}
	for key, want := range map[string]any{
		"unproven": true, "failed": nil, "from": nil, "from_before": "1970-01-01T00:00:02.000Z", "from_after": nil,
		"session_number": 3.0, "session": "1.000:1", "ended_by": "stop", "certainty": "no", "end_reason": "a\ufffd",
	} {
		if first[key] != want {
			t.Errorf("%s is %v, want %v", key, first[key], want)
		}
	}
	if second["failed"] != true || second["to"] != second["from"] || len(second["records"].([]any)) != 1 {
		t.Errorf("%v", second)
	}
}

func TestWhoCSVForm(t *testing.T) {
	in := whoOf(t, readLog(t, "fleet.log"), "disk", "2026-10-26 10:14:05")
	o := Options{Proof: ProofRecords, Records: func(string, trail.Moment) ([]string, int) { return []string{"=a;b", "\n"}, 0 }}
	text := output(t, func(w io.Writer) error { return Who(w, CSV, in, o) })
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll() // all must be as long as the header
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != len(in.Holders)+1 || len(rows) != strings.Count(text, "\n") || len(rows[0]) != len(whoHeader)+4 {
		t.Errorf("%d rows in %d lines, header %q", len(rows), strings.Count(text, "\n"), rows[0])
	}
	if got := rows[1][len(rows[1])-1]; !strings.HasPrefix(got, `'=a\x3bb; \n; =a`) {
		t.Errorf("records are %s", got)
	}
}

// TestWhoWithinWidth: what can be broken into lines is, at every width.
func TestWhoWithinWidth(t *testing.T) {
	f := readLog(t, "fleet.log")
	for _, in := range []WhoInput{whoOf(t, f, "disk", ""), whoOf(t, f, "net", "2026-11-07 15:50:00")} {
		for columns := 60; columns <= 220; columns += 3 {
			for _, o := range []Options{{Width: columns}, {Width: columns, Proof: ProofIDs}, {Width: columns, ShowUUID: true}} {
				for line := range strings.Lines(output(t, func(w io.Writer) error { return Who(w, Text, in, o) })) {
					if n := width(strings.TrimSuffix(line, "\n")); n > columns {
						t.Fatalf("%d columns in a terminal of %d: %s", n, columns, line)
					}
				}
			}
		}
	}
}

func TestWhoColors(t *testing.T) {
	in := whoOf(t, readLog(t, "fleet.log"), "disk", "")
	for _, columns := range []int{0, 40, 160} {
		plain := output(t, func(w io.Writer) error { return Who(w, Text, in, Options{Width: columns}) })
		got := output(t, func(w io.Writer) error { return Who(w, Text, in, Options{Width: columns, Color: true}) })
		if uncolored(got) != plain || got == plain {
			t.Errorf("at %d columns another text with colour:\n%s", columns, got)
		}
	}
}

func TestWhoErrors(t *testing.T) {
	in := whoOf(t, readLog(t, "fleet.log"), "disk", "")
	for _, f := range []Format{Text, JSONL, CSV} {
		if err := Who(brokenPipe{}, f, in, Options{}); err == nil {
			t.Errorf("%s: the writer's error is lost", f)
		}
	}
	if err := Who(io.Discard, "xml", in, Options{}); err == nil {
		t.Error("there is no format xml")
	}
}

// FuzzWhoText: nothing that a guest is called or holds gets through to the
// terminal, or makes lines of its own.
func FuzzWhoText(f *testing.F) {
	f.Add("\x1b[2J", "/dev/\nhwrng", "\u202e", 80)
	f.Add("a, b", "\xff", "crashed", 0)
	f.Fuzz(func(t *testing.T, name, id, reason string, columns int) {
		s := &trail.Session{Node: reason, UUID: id, Name: name, State: trail.Closed, EndReason: reason}
		res := trail.Resource{Kind: reason, ID: id, Sub: name}
		in := WhoInput{
			Asked: name, Near: []trail.Resource{res}, Unknown: []*trail.Session{s},
			Holders: []trail.Holder{
				{Claim: trail.Claim{Session: s, Resource: res, Op: reason, From: second(1), To: second(2), Ended: trail.ByStop}},
				{Claim: trail.Claim{Session: s, Resource: trail.Resource{Kind: id}, Op: name, From: second(1), To: second(1), Attempt: true}},
			},
		}
		o := Options{
			Width: max(0, columns%300), Terminal: true, Proof: ProofRecords,
			Records: func(string, trail.Moment) ([]string, int) { return []string{name}, 0 },
		}
		got := output(t, func(w io.Writer) error { return Who(w, Text, in, o) })
		for _, r := range got {
			if r != '\n' && !shown(r) {
				t.Fatalf("%q gets through", r)
			}
		}
		if lines := strings.Count(got, "\n"); o.Width == 0 && lines != 1+2+3+2 {
			t.Fatalf("%d lines:\n%s", lines, got)
		}
	})
}
