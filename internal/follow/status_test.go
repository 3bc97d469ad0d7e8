package follow

import (
	"context"
	"strings"
	"testing"
	"time"
)

// The status says where the log is read up to, how much is left, and what went
// wrong.
func TestStatus(t *testing.T) {
	f := newFollowing(t)
	f.write(".1", strings.Repeat(line(1, "a"), 5000))
	f.write("", line(2, "b"))
	var m monitor
	var during Status
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	err := newFile(f.o, &m).run(ctx, func(b *Batch) error {
		during = m.Status()
		if b.CaughtUp {
			return errStop
		}
		return nil
	})
	want := int64(len(line(1, "a"))*int(5000-during.Records) + len(line(2, "b")))
	if during.LagBytes != want || !strings.HasPrefix(during.Position, f.path(".1, byte ")) || during.CaughtUp {
		t.Errorf("%+v, want %d bytes to be left; %v", during, want, err)
	}
	if !during.LastRecord.Equal(at(1)) {
		t.Errorf("last record %v", during.LastRecord)
	}

	b := Batch{CaughtUp: true, ReadTo: at(3), Problems: []Problem{{Kind: Missed}, {Kind: LongLine}, {Kind: Missed}}}
	m.count(&b, at(4))
	s := m.Status()
	s.Problems[Truncated]++ // it is the caller's
	if s = m.Status(); s.Problems[Missed] != 2 || len(s.Problems) != 2 || s.Last.Kind != Missed || s.LastAt != at(4) || s.ReadTo != at(3) || s.LagBytes != 0 {
		t.Errorf("the status after two batches: %+v", s)
	}
	m.begin(WayStdin, nil, time.Time{})
	if s = m.Status(); s.CaughtUp || s.Way != WayStdin {
		t.Errorf("the status when another way is taken: %+v", s)
	}
}
