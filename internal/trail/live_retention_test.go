package trail

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"testing"

	"github.com/virtaudit/virtaudit/auditlog"
	"github.com/virtaudit/virtaudit/internal/loggen"
	"github.com/virtaudit/virtaudit/record"
)

// numberedRecord is a record with the number of its fact.
type numberedRecord struct {
	seq uint64
	rec *record.Record
}

func numberedRecords(log []byte) []numberedRecord {
	var all []numberedRecord
	for r := range auditlog.ScanBytes(log).Records() {
		all = append(all, numberedRecord{uint64(len(all)) + 1, r.Clone()})
	}
	return all
}

func growFrom(t *testing.T, l *Live, records []numberedRecord) *rows {
	t.Helper()
	r := newRows()
	for i, n := range records {
		l.Add(n.seq, "h", n.rec)
		if i%100 == 99 {
			r.take(t, l.Delta())
		}
	}
	l.Settle()
	r.take(t, l.Delta())
	return r
}

// checkpoint is what retention leaves of what it removes.
type checkpoint struct {
	gone    map[uint64]bool // sessions
	numbers map[string]int
	boots   map[string]int
}

// retain removes the sessions that ended before a time, and what is of the host
// before all others.
func (r *rows) retain(before int64, records []numberedRecord) (checkpoint, []numberedRecord) {
	c := checkpoint{map[uint64]bool{}, map[string]int{}, map[string]int{}}
	oldest, first := map[string]uint64{}, map[string]uint64{} // session and fact that remain
	for id, s := range r.sessions {
		if over := s.over(); over != (Moment{}) && over.Millis < before {
			c.gone[id] = true
			c.numbers[numberKey(s)]++
		} else if old, ok := oldest[s.Node]; !ok || id < old {
			oldest[s.Node], c.boots[s.Node] = id, s.Boot
		}
	}
	drop := map[uint64]bool{}
	for _, ev := range r.events {
		if old, ok := first[ev.Node]; ev.SessionID != 0 && !c.gone[ev.SessionID] && (!ok || ev.Fact < old) {
			first[ev.Node] = ev.Fact
		}
		if ev.Op != OpLost && c.gone[ev.SessionID] { // what shows a loss is of the next session, or of the host
			drop[ev.Fact] = true
		}
	}
	return c, slices.DeleteFunc(slices.Clone(records), func(n numberedRecord) bool {
		return drop[n.seq] || n.seq < first[cmp.Or(string(n.rec.NodeBytes()), "h")]
	})
}

// What remains of a trail after old sessions were removed is what their records
// alone give.
func TestLiveAfterRetention(t *testing.T) {
	for name, cfg := range map[string]loggen.Config{
		"apparmor": {Seed: 11, Size: 6 << 20, OnlyVirt: true, Guests: 20},
		"selinux":  {Seed: 12, Size: 6 << 20, Labels: loggen.SELinux, OnlyVirt: true, Guests: 20},
		"nodes":    {Seed: 13, Size: 6 << 20, OnlyVirt: true, Nodes: 3, Guests: 20},
		"whole":    {Seed: 14, Size: 24 << 20, Guests: 20},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg.Size /= int64(cases(1, 3))
			var log bytes.Buffer
			if _, err := loggen.Generate(&log, cfg); err != nil {
				t.Fatal(err)
			}
			records := numberedRecords(log.Bytes())
			whole := growFrom(t, NewLive(), records)
			for _, part := range []int{2, 3, 10} {
				before := records[len(records)-len(records)/part].rec.Stamp.Millis
				c, left := whole.retain(before, records)
				if len(c.gone) == 0 || len(left) > len(records)*9/10 {
					t.Fatalf("only %d sessions of %d go, and %d records of %d stay", len(c.gone), len(whole.sessions), len(left), len(records))
				}
				l := NewLive()
				l.SetNumbers(c.numbers)
				l.SetBoots(c.boots)
				compareRemaining(t, fmt.Sprint("1/", part), growFrom(t, l, left), whole, c.gone)
			}
		})
	}
}

func compareRemaining(t *testing.T, what string, got, want *rows, gone map[uint64]bool) {
	t.Helper()
	remaining := newRows()
	for id, s := range want.sessions {
		if !gone[id] {
			remaining.sessions[id] = s
		}
	}
	shared := map[string]bool{} // what was held together with those that are gone
	for _, n := range want.findings {
		if slices.ContainsFunc(append(n.OtherIDs, n.SessionID), func(id uint64) bool { return gone[id] }) {
			shared[n.Node+n.Resource.String()] = true
		}
	}
	ofSessions(want, remaining, gone, shared)
	here := newRows()
	here.sessions = got.sessions
	ofSessions(got, here, gone, shared)
	gotSessions, gotEvents, gotFindings := here.texts()
	wantSessions, wantEvents, wantFindings := remaining.texts()
	compareTexts(t, what+": sessions", gotSessions, wantSessions)
	compareTexts(t, what+": events", gotEvents, wantEvents)
	compareTexts(t, what+": findings", gotFindings, wantFindings)
	for id := range remaining.events {
		if here.events[id] == nil {
			t.Fatalf("%s: the event %v has another name", what, id)
		}
	}
	for id := range remaining.findings {
		if here.findings[id] == nil {
			t.Fatalf("%s: the finding %s has another name", what, id)
		}
	}
}

// ofSessions copies the events and findings that are of sessions that remain,
// and conflicts only about what nobody else is known to have held with them.
func ofSessions(from, to *rows, gone map[uint64]bool, shared map[string]bool) {
	for id, ev := range from.events {
		if ev.SessionID != 0 && !gone[ev.SessionID] {
			to.events[id] = ev
		}
	}
	for id, n := range from.findings {
		conflict := n.Kind == Conflict || n.Kind == Shared
		if n.SessionID != 0 && !gone[n.SessionID] && !(conflict && shared[n.Node+n.Resource.String()]) {
			to.findings[id] = n
		}
	}
}
