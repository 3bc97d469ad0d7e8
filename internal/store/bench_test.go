package store

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/loggen"
	"github.com/virtaudit/virtaudit/internal/trail"
	"github.com/virtaudit/virtaudit/record"
)

// life makes facts and rows like those of a busy host: starts of guests with
// what libvirt records of each, and, some starts later, their stops.
type life struct {
	seq     uint64
	at      int64
	running []*trail.Session
	guests  int
}

// startRecords is how many records a start has.
const startRecords = 30

func newLife(guests int) *life { return &life{at: 1_700_000_000_000, guests: guests} }

func (l *life) moment() trail.Moment { return trail.Moment{Millis: l.at, Serial: l.seq} }

// fact adds a record's fact, and an event of it.
func (l *life) fact(b *Batch, s *trail.Session, op, kind, id string) {
	l.seq++
	l.at += 3
	text := fmt.Sprintf(`audit(%d.%03d:%d): pid=1500 uid=0 auid=4294967295 ses=4294967295 subj=unconfined msg='virt=kvm resrc=%s reason=%s vm=%q uuid=%s old-%s="?" new-%s=%q exe="/usr/sbin/libvirtd" hostname=? addr=? terminal=? res=success'`,
		l.at/1000, l.at%1000, l.seq, kind, op, s.Name, s.UUID, kind, kind, id)
	b.Facts = append(b.Facts, fact.Fact{
		Seq: l.seq, Kind: fact.Record, Node: s.Node, Source: "file", Type: record.VirtResource, Stamp: l.moment(), Text: []byte(text),
	})
	b.Delta.Events = append(b.Delta.Events, &trail.Event{
		At: l.moment(), Node: s.Node, Type: record.VirtResource, UUID: s.UUID, Name: s.Name, Op: op, Kind: kind, ID: id,
		Result: record.Success, Sender: &trail.Sender{PID: 1500, Exe: "/usr/sbin/libvirtd"}, Fact: l.seq, Order: l.seq, SessionID: s.ID,
	})
	s.Last = l.moment()
}

func (l *life) start(b *Batch) {
	n := int(l.seq)/startRecords%l.guests + 1
	s := &trail.Session{
		ID: l.seq + 1, Node: "kvm01", UUID: fmt.Sprintf("6b9f7d02-1c6e-4a3c-9df1-%012d", n), Name: fmt.Sprintf("guest-%d", n),
		Virt: "kvm", State: trail.Running, StartReason: "booted", PID: 4000, Number: 1,
	}
	for i := range startRecords {
		switch {
		case i < 2:
			l.fact(b, s, "label", "", "")
			s.Labels = append(s.Labels, trail.Label{Model: "selinux", Process: "svirt_t:c1,c2", Image: "svirt_image_t", At: s.Last})
		case i < 12:
			l.fact(b, s, "allow", "cgroup", fmt.Sprintf("/dev/d%d", i))
			s.Permissions = append(s.Permissions, trail.Permission{Class: "path", Path: fmt.Sprintf("/dev/d%d", i), ACL: "rw", Allow: true, From: s.Last})
		case i < 14:
			l.fact(b, s, "start", "mem", "1048576")
			s.Steps = append(s.Steps, trail.Step{Kind: "mem", Value: 1 << 20, From: s.Last})
		case i == startRecords-1:
			l.fact(b, s, "start", "", "")
			s.Start = s.Last
		default:
			id := fmt.Sprintf("/srv/%s-%d.qcow2", s.Name, i)
			if i < 17 {
				id = "/dev/urandom"
			}
			l.fact(b, s, "start", "disk", id)
			s.Holdings = append(s.Holdings, trail.Holding{Kind: "disk", ID: id, From: s.Last, Reason: "start", Begin: l.seq})
		}
		if i == 0 {
			s.First = s.Last
		}
	}
	b.Delta.Sessions = append(b.Delta.Sessions, s)
	l.running = append(l.running, s)
}

func (l *life) stop(b *Batch) {
	s := *l.running[0]
	l.running = l.running[1:]
	l.fact(b, &s, "stop", "", "")
	s.State, s.End, s.EndReason = trail.Closed, s.Last, "shutdown"
	s.Holdings = slices.Clone(s.Holdings)
	for i := range s.Holdings {
		h := &s.Holdings[i]
		h.To, h.Ended, h.End = s.End, trail.ByStop, l.seq
	}
	b.Delta.Sessions = append(b.Delta.Sessions, &s)
}

// batch makes n facts, or a few more.
func (l *life) batch(n int) *Batch {
	b := &Batch{Delta: &trail.Delta{}}
	for len(b.Facts) < n {
		if len(l.running) > l.guests/2 {
			l.stop(b)
		}
		l.start(b)
	}
	b.Delta.LastSeen = map[string]trail.Moment{"kvm01": l.moment()}
	return b
}

// BenchmarkCommit stores facts with all that is derived, a thousand at once.
func BenchmarkCommit(b *testing.B) {
	s := openTemp(b)
	l := newLife(1000)
	var batches []*Batch
	n := 0
	for n < b.N {
		batches = append(batches, l.batch(1000))
		n += len(batches[len(batches)-1].Facts)
	}
	b.ResetTimer()
	for _, batch := range batches {
		if err := s.Commit(context.Background(), batch); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "facts/s")
}

// BenchmarkCommitLog stores the records of a log, and what the trail makes of
// them, a thousand at once. The trail's own time is not in it.
func BenchmarkCommitLog(b *testing.B) {
	s := openTemp(b)
	facts := generated(b, loggen.Config{Seed: 5, Size: int64(b.N) * 480, OnlyVirt: true, Guests: 1000})
	d := newLive(&Checkpoint{})
	var batches []*Batch
	for part := range slices.Chunk(facts, 1000) {
		for i := range part {
			if err := d.Add(&part[i]); err != nil {
				b.Fatal(err)
			}
		}
		batches = append(batches, &Batch{Facts: part, Delta: d.Delta()})
	}
	b.ResetTimer()
	for _, batch := range batches {
		if err := s.Commit(context.Background(), batch); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(facts))/b.Elapsed().Seconds(), "facts/s")
}
