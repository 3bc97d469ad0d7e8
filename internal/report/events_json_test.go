package report

import (
	"encoding/json"
	"io"
	"strings"
	"testing"

	"github.com/virtaudit/virtaudit/internal/trail"
	"github.com/virtaudit/virtaudit/record"
)

func TestEventsJSON(t *testing.T) {
	f := readLog(t, "fleet.log")
	golden(t, "fleet-events.jsonl", func(w io.Writer) error { return Events(w, JSONL, f.events, Options{}) })
}

// objects reads JSON lines as another program does.
func objects(t *testing.T, write func(io.Writer) error) []map[string]any {
	t.Helper()
	var all []map[string]any
	for line := range strings.Lines(output(t, write)) {
		var o map[string]any
		if err := json.Unmarshal([]byte(line), &o); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		all = append(all, o)
	}
	return all
}

// TestEventKeys keeps the names that other programs rely on, and tells what is
// null from what is missing.
func TestEventKeys(t *testing.T) {
	events := []*trail.Event{
		{Op: "lost", Reason: "host booted"},
		{
			At: trail.Moment{Millis: 1500, Serial: 7}, Node: "h1", UUID: "u", Name: "web",
			Type: record.VirtResource, Op: "update", Kind: "disk", ID: "/b", Sub: "s", Old: "/a", Result: record.Failed,
			Marks: record.Ambiguous, Late: true, Sender: &trail.Sender{Exe: "/usr/sbin/libvirtd", PID: 1, UID: 2, AUID: unset},
		},
		{Type: record.AVC, Op: "denied", ID: "/a", Held: trail.HeldNo, Result: record.Failed},
		{Type: record.VirtControl, Op: "denied", Sender: &trail.Sender{PID: 1, AUID: 1000}},
	}
	want := []string{
		`{"time":null,"event":null,"node":"","uuid":"","name":"","session":null,"session_number":null,"type":null,"op":"lost","reason":"host booted","kind":null,"id":null,"result":null,"proof":[]}`,
		`{"time":"1970-01-01T00:00:01.500Z","event":"1.500:7","node":"h1","uuid":"u","name":"web","session":null,"session_number":null,"type":"VIRT_RESOURCE","op":"update","reason":null,"kind":"disk","id":"/b","sub":"s","old":"/a","result":"failed","marks":["ambiguous"],"out_of_order":true,"sender":{"exe":"/usr/sbin/libvirtd","pid":1,"uid":2,"auid":null},"proof":["1.500:7"]}`,
		`{"time":null,"event":null,"node":"","uuid":"","name":"","session":null,"session_number":null,"type":"AVC","op":"denied","reason":null,"kind":null,"id":"/a","result":"failed","held":"no","proof":[]}`,
		`{"time":null,"event":null,"node":"","uuid":"","name":"","session":null,"session_number":null,"type":"VIRT_CONTROL","op":"denied","reason":null,"kind":null,"id":null,"result":null,"sender":{"exe":null,"pid":1,"uid":0,"auid":1000},"proof":[]}`,
	}
	got := output(t, func(w io.Writer) error { return Events(w, JSONL, events, Options{}) })
	for i, line := range strings.Split(strings.TrimSuffix(got, "\n"), "\n") {
		if line != want[i] {
			t.Errorf("event %d:\n%s, want\n%s", i, line, want[i])
		}
	}
}

// TestEventSessions: an event names its session as that names itself.
func TestEventSessions(t *testing.T) {
	f := readLog(t, "fleet.log")
	starts := map[string]map[string]any{}
	for _, s := range objects(t, func(w io.Writer) error { return Sessions(w, JSONL, f.sessions, Options{}) }) {
		if start, ok := s["start_event"].(string); ok {
			starts[s["node"].(string)+start] = s
		}
	}
	named := 0
	for _, ev := range objects(t, func(w io.Writer) error { return Events(w, JSONL, f.events, Options{}) }) {
		session, ok := ev["session"].(string)
		if !ok {
			continue
		}
		named++
		if s := starts[ev["node"].(string)+session]; s == nil || s["uuid"] != ev["uuid"] {
			t.Errorf("%v is of no session, or another guest's: %v", ev, s)
		}
		if n := ev["session_number"].(float64); n < 1 {
			t.Errorf("session number %v: %v", n, ev)
		}
	}
	if named < len(f.events)/2 {
		t.Errorf("%d of %d events name their session", named, len(f.events))
	}
}

// TestEventBytes: what isn't UTF-8 is there whole.
func TestEventBytes(t *testing.T) {
	bad := "a\xff"
	ev := &trail.Event{
		Node: bad, UUID: bad, Name: bad, Type: record.VirtResource, Op: bad, Reason: bad,
		Kind: bad, ID: bad, Sub: bad, Old: bad, Sender: &trail.Sender{Exe: bad},
	}
	text := output(t, func(w io.Writer) error { return Events(w, JSONL, []*trail.Event{ev}, Options{}) })
	if n := strings.Count(text, `_hex":"61ff"`); n != 10 {
		t.Errorf("%d strings have their bytes beside them, want 10: %s", n, text)
	}
}
