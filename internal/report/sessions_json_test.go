package report

import (
	"encoding/json"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/virtaudit/virtaudit/internal/trail"
	"github.com/virtaudit/virtaudit/record"
)

func TestSessionsJSON(t *testing.T) {
	for _, log := range []string{"lab", "fleet"} {
		f := readLog(t, log+".log")
		golden(t, log+"-sessions.jsonl", func(w io.Writer) error { return Sessions(w, JSONL, f.sessions, Options{}) })
	}
}

// jsonSession is a line as another program reads it.
type jsonSession struct {
	Node, Name, State          string
	NameHex                    string `json:"name_hex"`
	Start, End                 *string
	StartEvent                 *string `json:"start_event"`
	EndEvent                   *string `json:"end_event"`
	EndReason                  *string `json:"end_reason"`
	EndAfter                   *string `json:"end_after"`
	EndBefore                  *string `json:"end_before"`
	Labels, Permissions        []map[string]any
	Holdings, Values, Attempts []map[string]any
	OutOfOrder                 bool `json:"out_of_order"`
}

// lines reads JSON lines, and fails where an object has a key twice or a list
// is null.
func lines(t *testing.T, sessions ...*trail.Session) []jsonSession {
	t.Helper()
	text := output(t, func(w io.Writer) error { return Sessions(w, JSONL, sessions, Options{}) })
	var all []jsonSession
	for line := range strings.Lines(text) {
		d := json.NewDecoder(strings.NewReader(line))
		var s jsonSession
		if err := d.Decode(&s); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		for name, list := range map[string][]map[string]any{
			"labels": s.Labels, "permissions": s.Permissions, "holdings": s.Holdings, "values": s.Values, "attempts": s.Attempts,
		} {
			if list == nil {
				t.Errorf("%s is null: %s", name, line)
			}
		}
		all = append(all, s)
	}
	return all
}

func TestJSONEnds(t *testing.T) {
	at := func(s int64) trail.Moment { return trail.Moment{Millis: s * 1000, Serial: uint64(s)} }
	for _, tc := range []struct {
		name string
		s    trail.Session
		want [5]string // end, end_event, end_reason, end_after, end_before
	}{
		{"running", trail.Session{State: trail.Running, Start: at(1)}, [5]string{}},
		{
			"stopped",
			trail.Session{State: trail.Closed, End: at(2), EndReason: "shutdown"},
			[5]string{"1970-01-01T00:00:02.000Z", "2.000:2", "shutdown"},
		},
		{"failed", trail.Session{State: trail.Failed, Start: at(1)}, [5]string{2: "start failed"}},
		{
			"crashed",
			trail.Session{State: trail.Lost, End: at(2), EndReason: "crashed"},
			[5]string{"1970-01-01T00:00:02.000Z", "2.000:2", "crashed"},
		},
		{
			"lost",
			trail.Session{State: trail.Lost, EndAfter: at(2), EndBefore: at(3), EndReason: "host booted"},
			[5]string{"", "3.000:3", "host booted", "1970-01-01T00:00:02.000Z", "1970-01-01T00:00:03.000Z"},
		},
	} {
		got := lines(t, &tc.s)[0]
		for i, p := range []*string{got.End, got.EndEvent, got.EndReason, got.EndAfter, got.EndBefore} {
			value := ""
			if p != nil {
				value = *p
			}
			if value != tc.want[i] {
				t.Errorf("%s: value %d of its end is %q, want %q", tc.name, i, value, tc.want[i])
			}
		}
	}
}

func TestJSONValues(t *testing.T) {
	at := func(s int64) trail.Moment { return trail.Moment{Millis: s * 1000, Serial: uint64(s)} }
	s := trail.Session{State: trail.Closed, End: at(9), Steps: []trail.Step{
		{Kind: "mem", Value: 1, From: at(1)},
		{Kind: "vcpu", Value: 2, From: at(2)},
		{Kind: "mem", Value: 3, From: at(3), Marks: record.Ambiguous},
	}}
	got := lines(t, &s)[0].Values
	for i, want := range []string{"1970-01-01T00:00:03.000Z", "1970-01-01T00:00:09.000Z", "1970-01-01T00:00:09.000Z"} {
		if got[i]["to"] != want {
			t.Errorf("value %d is until %v, want %s", i, got[i]["to"], want)
		}
	}
	if m := got[2]["marks"].([]any); len(m) != 1 || m[0] != "ambiguous" {
		t.Errorf("marks are %v", m)
	}
	if _, ok := got[0]["marks"]; ok {
		t.Error("a value without marks has marks")
	}
}

func TestJSONPermissions(t *testing.T) {
	at := func(s int64) trail.Moment { return trail.Moment{Millis: s * 1000, Serial: uint64(s)} }
	s := trail.Session{State: trail.Closed, End: at(9), Permissions: []trail.Permission{
		{Class: "all", From: at(1)},
		{Class: "path", Path: "/dev/kvm", ACL: "rw", Allow: true, From: at(2), To: at(3)},
		{Class: "major", Path: "pty", ACL: "rw", Allow: true, From: at(4)},
	}}
	got := lines(t, &s)[0].Permissions
	for i, want := range []struct {
		action string
		to     any
	}{{"deny", nil}, {"allow", "1970-01-01T00:00:03.000Z"}, {"allow", "1970-01-01T00:00:09.000Z"}} {
		if got[i]["action"] != want.action || got[i]["to"] != want.to {
			t.Errorf("permission %d is %v", i, got[i])
		}
	}
}

// TestJSONBytes: what isn't UTF-8 is there whole, wherever it stands.
func TestJSONBytes(t *testing.T) {
	bad := "a\xff"
	s := trail.Session{
		Node: bad, UUID: bad, Name: bad, Virt: bad, StartReason: bad, EndReason: bad, State: trail.Closed, Late: true,
		Labels:      []trail.Label{{Model: bad, Process: bad, Image: bad}},
		Holdings:    []trail.Holding{{Kind: bad, ID: bad, Sub: bad, Reason: bad, Unproven: true, Marks: record.Cut}},
		Steps:       []trail.Step{{Kind: bad}},
		Permissions: []trail.Permission{{Class: bad, Path: bad, ACL: bad}},
		Attempts:    []trail.Attempt{{Kind: bad, ID: bad, Sub: bad, Op: bad}},
	}
	text := output(t, func(w io.Writer) error { return Sessions(w, JSONL, []*trail.Session{&s}, Options{}) })
	if n := strings.Count(text, `_hex":"61ff"`); n != 21 {
		t.Errorf("%d strings have their bytes beside them, want 21: %s", n, text)
	}
	got := lines(t, &s)[0]
	if got.Name != "a\ufffd" || got.NameHex != "61ff" || !got.OutOfOrder {
		t.Errorf("%+v", got)
	}
	h := got.Holdings[0]
	if h["id_hex"] != "61ff" || h["unproven"] != true || len(h["marks"].([]any)) != 1 {
		t.Errorf("holding %v", h)
	}
}

// TestJSONKeys keeps the names that other programs rely on, and their order.
func TestJSONKeys(t *testing.T) {
	s := trail.Session{State: trail.Running, Holdings: []trail.Holding{{}}, Attempts: []trail.Attempt{{}}}
	text := output(t, func(w io.Writer) error { return Sessions(w, JSONL, []*trail.Session{&s}, Options{}) })
	at := 0
	for _, key := range []string{
		"node", "uuid", "name", "virt", "state", "start", "start_event", "start_reason",
		"end", "end_event", "end_reason", "pid", "labels", "holdings", "values", "permissions", "attempts",
		"first_event", "last_event",
	} {
		n := strings.Index(text[at:], `"`+key+`":`)
		if n < 0 {
			t.Fatalf("%s is not in its place: %s", key, text)
		}
		at += n
	}
	got := lines(t, &s)[0]
	for _, tc := range []struct {
		object map[string]any
		want   []string
	}{
		{got.Holdings[0], []string{"ended_by", "from", "id", "kind", "proof", "reason", "to"}},
		{got.Attempts[0], []string{"at", "id", "kind", "op", "proof"}},
	} {
		if keys := slices.Sorted(maps.Keys(tc.object)); !slices.Equal(keys, tc.want) {
			t.Errorf("keys are %v, want %v", keys, tc.want)
		}
	}
}
