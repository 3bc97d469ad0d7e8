package report

import (
	"bufio"
	"encoding/json"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/virtaudit/virtaudit/internal/trail"
)

func TestMoments(t *testing.T) {
	got := moments(second(2), trail.Moment{}, second(1), second(2), second(1))
	if !slices.Equal(got, []trail.Moment{second(2), second(1)}) {
		t.Errorf("%v", got)
	}
}

// proven gives what stands below a statement.
func proven(t *testing.T, o Options, proof ...trail.Moment) string {
	t.Helper()
	return output(t, func(w io.Writer) error {
		b := bufio.NewWriter(w)
		o.prove(b, "  ", "h1", proof...)
		return b.Flush()
	})
}

func TestProve(t *testing.T) {
	records := func(node string, at trail.Moment) ([]string, int) {
		switch {
		case node != "h1":
			return []string{"another node's"}, 0
		case at == second(1):
			return []string{"type=A \x1b\x1d", `b\`}, 2
		}
		return nil, 0
	}
	for _, tc := range []struct {
		o    Options
		want string
	}{
		{Options{}, ""},
		{Options{Proof: ProofIDs}, "  proof: 1.000:1, 2.000:2\n"},
		{Options{Proof: ProofRecords, Records: records}, "  type=A \x1b\x1d\n  b\\\n  … and 2 more lines of this event\n  2.000:2\n"},
		{Options{Proof: ProofRecords, Records: records, Terminal: true}, "  type=A \\x1b\\x1d\n  b\\\\\n  … and 2 more lines of this event\n  2.000:2\n"},
	} {
		if got := proven(t, tc.o, second(1), second(2), second(1)); got != tc.want {
			t.Errorf("%q, want %q", got, tc.want)
		}
		if got := proven(t, tc.o, trail.Moment{}); got != "" {
			t.Errorf("nothing proves %q", got)
		}
	}
}

func TestProveParts(t *testing.T) {
	parts := []part{
		{what: "start", proof: []trail.Moment{second(1)}},
		{what: "end", proof: []trail.Moment{{}}},
		{what: "disk", proof: []trail.Moment{second(2), second(3)}},
	}
	for _, tc := range []struct {
		o    Options
		want string
	}{
		{Options{}, ""},
		{Options{Proof: ProofIDs}, "  proof: start 1.000:1; disk 2.000:2, 3.000:3\n"},
		{
			Options{Proof: ProofRecords, Records: func(_ string, at trail.Moment) ([]string, int) { return []string{"line " + at.String()}, 0 }},
			"  start:\n      line 1.000:1\n  disk:\n      line 2.000:2\n      line 3.000:3\n",
		},
	} {
		got := output(t, func(w io.Writer) error {
			b := bufio.NewWriter(w)
			tc.o.proveParts(b, "  ", "", parts)
			return b.Flush()
		})
		if got != tc.want {
			t.Errorf("%q, want %q", got, tc.want)
		}
	}
}

func TestSessionProof(t *testing.T) {
	holding := func(kind string, from, to int64, ended trail.Ended) trail.Holding {
		h := trail.Holding{Kind: kind, From: second(from), Ended: ended}
		if to > 0 {
			h.To = second(to)
		}
		return h
	}
	s := trail.Session{
		State: trail.Running, First: second(1), Start: second(4),
		Holdings: []trail.Holding{
			holding("rng", 3, 0, ""), holding("disk", 2, 0, ""), holding("disk", 5, 6, trail.ByDetach), holding("net-open", 7, 0, ""),
		},
		Steps:    []trail.Step{{Kind: "mem", From: second(8)}, {Kind: "mem", From: second(9)}},
		Attempts: []trail.Attempt{{Op: "attach", At: second(10)}, {Op: "detach", At: second(11)}, {Op: "attach", At: second(12)}},
	}
	const failed = "; failed attach 10 12; failed detach 11"
	for _, tc := range []struct {
		change func(s *trail.Session)
		want   string
	}{
		{func(*trail.Session) {}, "start 4; disk 2; rng 3; mem 9" + failed},
		{func(s *trail.Session) { s.Start = trail.Moment{} }, "first 1; disk 2; rng 3; mem 9" + failed},
		{
			func(s *trail.Session) { s.State, s.End = trail.Closed, second(20) },
			"start 4; end 20; disk 2 5 6; rng 3; mem 9" + failed,
		},
		{
			func(s *trail.Session) { s.State, s.EndAfter, s.EndBefore = trail.Lost, second(20), second(21) },
			"start 4; ended after 20; ended before 21; disk 2 5 6; rng 3; mem 9" + failed,
		},
		{
			func(s *trail.Session) { s.State, s.Holdings, s.Steps = trail.Failed, nil, nil },
			"start 4",
		},
	} {
		changed := s
		tc.change(&changed)
		var got []string
		for _, p := range sessionParts(&changed) {
			text := p.what
			for _, m := range moments(p.proof...) {
				text += " " + strings.TrimLeft(m.String()[strings.Index(m.String(), ":"):], ":")
			}
			if text != p.what {
				got = append(got, text)
			}
		}
		if strings.Join(got, "; ") != tc.want {
			t.Errorf("%s, want %s", strings.Join(got, "; "), tc.want)
		}
	}
}

func TestSessionsProofGolden(t *testing.T) {
	f := readLog(t, "fleet.log")
	for _, name := range []string{"fleet-sessions-proof-0.txt", "fleet-sessions-proof-80.txt"} {
		o := Options{Proof: ProofIDs, ShowUUID: true}
		if strings.Contains(name, "80") {
			o.Width = 80
		}
		golden(t, name, func(w io.Writer) error { return Sessions(w, Text, f.sessions, o) })
	}
}

// TestSessionsRecords: programs get the lines beside each proof.
func TestSessionsRecords(t *testing.T) {
	f := readLog(t, "fleet.log")
	o := Options{Proof: ProofRecords, Records: func(_ string, at trail.Moment) ([]string, int) { return []string{at.String()}, 0 }}
	text := output(t, func(w io.Writer) error { return Sessions(w, JSONL, f.sessions, o) })
	for line := range strings.Lines(text) {
		var s struct {
			Start   *string `json:"start_event"`
			Records []string
			Held    []struct{ Proof, Records []string } `json:"holdings"`
		}
		if err := json.Unmarshal([]byte(line), &s); err != nil {
			t.Fatal(err)
		}
		if s.Start != nil && !slices.Contains(s.Records, *s.Start) {
			t.Errorf("the start's record is missing: %s", line)
		}
		for _, h := range s.Held {
			if !slices.Equal(h.Proof, h.Records) {
				t.Errorf("proof %q with records %q", h.Proof, h.Records)
			}
		}
	}
	columns := func(p Proof) int {
		o.Proof = p
		header, _, _ := strings.Cut(output(t, func(w io.Writer) error { return Sessions(w, CSV, f.sessions, o) }), "\r\n")
		return strings.Count(header, ",") + 1
	}
	if columns(NoProof) != len(csvHeader)+1 || columns(ProofIDs) != len(csvHeader)+1 || columns(ProofRecords) != len(csvHeader)+2 {
		t.Error("there are other columns of proof")
	}
}

func TestNoneShown(t *testing.T) {
	if got := output(t, func(w io.Writer) error { return Sessions(w, Text, nil, Options{Filtered: true}) }); got != "no session passes the filters\n" {
		t.Errorf("%q", got)
	}
}
