package agent

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/follow"
	"github.com/virtaudit/virtaudit/internal/store"
	"github.com/virtaudit/virtaudit/record"
)

func guestStops(stamp string) string {
	return line("VIRT_CONTROL", stamp, strings.Replace(guestFields, "%s", "op=stop reason=destroyed", 1)+"vm-pid=-1")
}

// opened gives the store of a service that doesn't run, to do something with.
func (s *service) opened(do func(*store.Store)) {
	s.t.Helper()
	st, err := store.Open(s.config.Store, store.Options{MachineID: machineID()})
	if err != nil {
		s.t.Fatal(err)
	}
	do(st)
	if err := st.Close(); err != nil {
		s.t.Fatal(err)
	}
}

// caughtUp waits until the log was read to its end.
func (s *service) caughtUp() {
	s.t.Helper()
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		var status struct {
			Sources []struct {
				Lag  *int64 `json:"lag_ms"`
				Seen *any
			}
		}
		s.get("/api/v1/status", &status)
		if l := status.Sources[0]; l.Seen != nil && l.Lag != nil && *l.Lag == 0 {
			return
		}
		if time.Now().After(end) {
			s.t.Fatalf("the log isn't read: %+v", status)
		}
	}
}

// TestAgainAfterRetention: a log that is read anew doesn't bring back what was
// removed, nor end what runs.
func TestAgainAfterRetention(t *testing.T) {
	s := newService(t)
	s.write(guestStarts("10")...)
	s.write(guestStops("1700000100.000:200"))
	second := line("VIRT_CONTROL", "1700300000.000:300", strings.Replace(guestFields, "%s", "op=start reason=booted", 1)+"vm-pid=4243")
	s.write(second)
	s.start()
	s.sessions(2)
	if err := s.stop(); err != nil {
		t.Fatal(err)
	}
	s.opened(func(st *store.Store) {
		if n, _, err := st.Retain(t.Context(), 1700200000_000); n != 1 || err != nil {
			t.Fatalf("%d sessions removed: %v", n, err)
		}
	})
	text, err := os.ReadFile(s.log)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(s.log, append([]byte("type=SYSCALL msg=audit(1699999999.001:1): x\n"), text...), 0o600); err != nil {
		t.Fatal(err)
	}
	s.start()
	s.caughtUp()
	if got := s.sessions(1)[0]; got["state"] != "running" || got["number"] != 2.0 {
		t.Errorf("the session of the guest's second start: %v", got)
	}
}

// TestFileAfterMulticast: what came by multicast is in the log too, and is not
// taken twice however much was stored since.
func TestFileAfterMulticast(t *testing.T) {
	t.Parallel()
	s := newService(t)
	lines := guestStarts("10")
	s.opened(func(st *store.Store) {
		var b store.Batch
		for i, l := range lines {
			var r record.Record
			if err := r.Parse([]byte(l)); err != nil {
				t.Fatal(err)
			}
			f := fact.OfRecord("here", follow.WayMulticast, &r)
			f.Seq = uint64(i + 1)
			b.Facts = append(b.Facts, f)
		}
		for range remembered {
			b.Facts = append(b.Facts, fact.Fact{
				Seq: uint64(len(b.Facts) + 1), Kind: fact.Tick, Node: "here", Source: "log",
				Stamp: record.Stamp{Millis: 1700000001_000}, Text: fact.Encode(fact.Ticked{Source: "log", At: 1700000001_000}),
			})
		}
		if err := st.Commit(t.Context(), &b); err != nil {
			t.Fatal(err)
		}
	})
	s.write(lines...)
	s.start()
	s.caughtUp()
	var facts struct{ Items []map[string]any }
	s.get("/api/v1/facts?event=1700000000.002:102", &facts)
	if len(facts.Items) != 1 || facts.Items[0]["source"] != "multicast" {
		t.Errorf("the record that multicast told first: %v", facts.Items)
	}
}

// TestFirstReadingAfterRetention: where retention found nothing to remove, a log that
// could not be read before is taken whole, with the start of a guest that runs.
func TestFirstReadingAfterRetention(t *testing.T) {
	s := newService(t)
	s.opened(func(st *store.Store) {
		at := int64(1700300000_000)
		tick := fact.Fact{Seq: 1, Kind: fact.Tick, Node: "here", Source: "log", Stamp: record.Stamp{Millis: at}, Text: fact.Encode(fact.Ticked{Source: "log", At: at})}
		if err := st.Commit(t.Context(), &store.Batch{Facts: []fact.Fact{tick}}); err != nil {
			t.Fatal(err)
		}
		if sessions, facts, err := st.Retain(t.Context(), 1700200000_000); sessions+facts != 0 || err != nil {
			t.Fatalf("%d sessions and %d facts removed: %v", sessions, facts, err)
		}
	})
	s.write(guestStarts("10")...)
	s.start()
	s.caughtUp()
	if got := s.sessions(1)[0]; got["state"] != "running" {
		t.Errorf("the session of a log that is read anew: %v", got)
	}
}

// TestEventOverTwoBatches: of equal records of one event those are dropped that
// are stored, whichever batch they come in.
func TestEventOverTwoBatches(t *testing.T) {
	s := newService(t)
	var r record.Record
	if err := r.Parse([]byte(guestStops("1700000100.000:200"))); err != nil {
		t.Fatal(err)
	}
	f := fact.OfRecord("here", follow.WayFile, &r)
	s.opened(func(st *store.Store) {
		l := &logSource{a: &agent{store: st, writer: &writer{}}}
		f.Seq = 1
		if err := st.Commit(t.Context(), &store.Batch{Facts: []fact.Fact{f}}); err != nil {
			t.Fatal(err)
		}
		f.Seq = 0
		for i, want := range []int{0, 1, 1} {
			b := &follow.Batch{Records: []fact.Fact{f}}
			if err := l.dropStored(b); err != nil || len(b.Records) != want {
				t.Errorf("batch %d: %d records, want %d: %v", i, len(b.Records), want, err)
			}
			f.Seq = uint64(i + 2)
			if err := st.Commit(t.Context(), &store.Batch{Facts: []fact.Fact{f}}); err != nil {
				t.Fatal(err)
			}
			f.Seq = 0
		}
	})
}

// TestReadAnewTwice: what is stored is dropped each time that a file is read anew, and
// so is what an earlier reading of the same batch had.
func TestReadAnewTwice(t *testing.T) {
	s := newService(t)
	facts := make([]fact.Fact, 2)
	for i, id := range []string{"1700000100.000:200", "1700000100.000:201"} {
		var r record.Record
		if err := r.Parse([]byte(guestStops(id))); err != nil {
			t.Fatal(err)
		}
		facts[i] = fact.OfRecord("here", follow.WayFile, &r)
	}
	s.opened(func(st *store.Store) {
		l := &logSource{a: &agent{store: st, writer: &writer{}}}
		stored := facts[0]
		stored.Seq = 1
		if err := st.Commit(t.Context(), &store.Batch{Facts: []fact.Fact{stored}}); err != nil {
			t.Fatal(err)
		}
		a, b := facts[0], facts[1]
		for i, tc := range []struct {
			batch follow.Batch
			want  int
		}{
			{follow.Batch{Records: []fact.Fact{a}, Anew: []int{0}}, 0},
			{follow.Batch{Records: []fact.Fact{a}}, 1}, // once more in the log
			{follow.Batch{Records: []fact.Fact{a}, Anew: []int{0}}, 0},
			{follow.Batch{Records: []fact.Fact{b, a, b}, Anew: []int{1}}, 1},
			{follow.Batch{Records: []fact.Fact{b}, Anew: []int{1}}, 1},
			{follow.Batch{Records: []fact.Fact{a}}, 0},
		} {
			if err := l.dropStored(&tc.batch); err != nil || len(tc.batch.Records) != tc.want {
				t.Errorf("batch %d: %d records, want %d: %v", i, len(tc.batch.Records), tc.want, err)
			}
		}
	})
}

// TestOnceAfterError: what was read and couldn't be stored is taken when it is read
// again.
func TestOnceAfterError(t *testing.T) {
	s := newService(t)
	var r record.Record
	if err := r.Parse([]byte(guestStops("1700000100.000:200"))); err != nil {
		t.Fatal(err)
	}
	f := fact.OfRecord("here", follow.WayFile, &r)
	s.opened(func(st *store.Store) {
		a := &agent{config: s.config, store: st, writer: &writer{}}
		l, err := newLogSource(a)
		if err != nil {
			t.Fatal(err)
		}
		if !l.once.New(&f) {
			t.Fatal("it was taken before")
		}
		if err := l.again(t.Context()); err != nil {
			t.Fatal(err)
		}
		if !l.once.New(&f) || l.options.Again {
			t.Error("what nobody stored is taken for stored")
		}
	})
}
