//go:build linux

package integration

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/virtaudit/virtaudit/record"
)

// events are the VIRT records of a log by the id of their event, read without
// the scanner and the trail.
type events struct {
	records map[string]*record.Record
	cited   map[string]bool
}

func readEvents(t *testing.T, log []byte) events {
	t.Helper()
	e := events{map[string]*record.Record{}, map[string]bool{}}
	for line := range bytes.Lines(log) {
		if r := parse(t, line); r.Type.Virt() {
			e.records[r.Stamp.String()] = r
		}
	}
	return e
}

// proveSession looks up every proof of a session, and whether the record there
// says what the session does.
func (e events) proveSession(t *testing.T, s *session) {
	t.Helper()
	guest := []string{"uuid=" + s.UUID, "vm=" + s.Name, "virt=" + s.Virt}
	prove := func(id, at string, words ...string) { e.prove(t, id, at, slices.Concat(words, guest)...) }
	stop := []string{"type=VIRT_CONTROL", "op=stop", "reason=" + s.EndReason}
	if s.State == "failed" { // what it had been allowed ended with its start
		stop = []string{"type=VIRT_CONTROL", "op=start", "vm-pid=0"}
	}

	prove(s.StartEvent, s.Start, "type=VIRT_CONTROL", "op=start", "reason="+s.StartReason, "vm-pid="+strconv.Itoa(s.PID))
	if s.State == "closed" {
		prove(s.EndEvent, s.End, stop...)
	}
	for _, l := range s.Labels {
		prove(l.Proof.at(0), l.At, "type=VIRT_MACHINE_ID", "model="+l.Model)
	}
	for _, h := range s.Holdings {
		prove(h.Proof.at(0), h.From, resource(h.Kind, h.Reason, "new", h.ID)...)
		switch h.EndedBy {
		case "":
		case "stop":
			prove(h.Proof.at(1), h.To, stop...)
		default:
			prove(h.Proof.at(1), h.To, resource(h.Kind, h.EndedBy, "old", h.ID)...)
		}
	}
	for _, v := range s.Values {
		prove(v.Proof.at(0), v.From, resource(v.Kind, "start", "new", strconv.FormatUint(v.Value, 10))...)
		if v.To != "" {
			prove(v.Proof.at(1), v.To, stop...)
		}
	}
	for _, p := range s.Permissions {
		prove(p.Proof.at(0), p.From, "type=VIRT_RESOURCE", "resrc=cgroup", "reason="+p.Action, "class="+p.Class)
		if p.To != "" {
			prove(p.Proof.at(1), p.To, stop...)
		}
	}
	for _, a := range s.Attempts {
		prove(a.Proof.at(0), a.At, resource(a.Kind, a.Op, "new", a.ID)...)
	}
}

// resource gives the words of a record that tells a change of a resource.
func resource(kind, reason, side, id string) []string {
	return []string{"type=VIRT_RESOURCE", "resrc=" + kind, "reason=" + reason, side + "-" + kind + "=" + id}
}

// prove holds one event to its time and to the fields that it should have.
func (e events) prove(t *testing.T, id, at string, words ...string) {
	t.Helper()
	r, ok := e.records[id]
	if !ok {
		t.Errorf("the log has no VIRT record of event %q, which is to prove %q", id, words)
		return
	}
	e.cited[id] = true
	if time := r.Stamp.Time().Format("2006-01-02T15:04:05.000Z"); time != at {
		t.Errorf("event %s is of %s, and is to prove what happened at %s", id, time, at)
	}
	for _, word := range words {
		if !says(r, word) {
			t.Errorf("event %s is to prove %q, and says\n%s", id, word, r.Append(nil))
		}
	}
}

func says(r *record.Record, word string) bool {
	name, value, _ := strings.Cut(word, "=")
	if name == "type" {
		return r.TypeName() == value
	}
	f, ok := r.Lookup(name)
	return ok && f.String() == value
}

// compareCited holds a session to citing all that the log says of its guest,
// which has this session only.
func (e events) compareCited(t *testing.T, s *session) {
	t.Helper()
	for id, r := range e.records {
		if isOf(r, s.UUID) && !e.cited[id] {
			t.Errorf("the session of %s doesn't cite this\n%s", s.Name, r.Append(nil))
		}
	}
}
