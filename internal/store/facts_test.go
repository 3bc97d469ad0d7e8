package store

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"testing"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/record"
)

func TestFactsComeBack(t *testing.T) {
	s := openTemp(t)
	facts := []fact.Fact{
		{
			Seq: 1, Kind: fact.Record, Node: "kvm\xff01", Source: "file", Type: record.VirtControl,
			Stamp: record.Stamp{Millis: 1700000000123, Serial: 1<<64 - 1}, Settled: true, Text: []byte("audit(\x00\xfe)"),
		},
		{Seq: 2, Kind: fact.Tick, Node: "kvm01"},
		{Seq: 3, Kind: fact.Record, Node: "kvm02", Stamp: record.Stamp{Millis: 1700000000123, Serial: 1<<64 - 1}, Text: []byte("x")},
	}
	commit(t, s, &Batch{Facts: facts})
	var got []fact.Fact
	for f, err := range s.Facts(t.Context(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, *f)
	}
	if !reflect.DeepEqual(got, facts) {
		t.Errorf("got  %+v\nwant %+v", got, facts)
	}
	for node, want := range map[string][]uint64{"": {1, 3}, "kvm02": {3}, "kvm01": nil} {
		at, err := s.FactsAt(t.Context(), node, facts[0].Stamp)
		var seqs []uint64
		for _, f := range at {
			seqs = append(seqs, f.Seq)
		}
		if err != nil || !slices.Equal(seqs, want) {
			t.Errorf("FactsAt(%q) gives %v, %v, want %v", node, seqs, err, want)
		}
	}
	if _, err := s.Fact(t.Context(), 4); !errors.Is(err, ErrNotFound) {
		t.Errorf("Fact(4) gives %v, want ErrNotFound", err)
	}
}

func TestFactsFromAndStop(t *testing.T) {
	s := openTemp(t)
	commit(t, s, &Batch{Facts: watched(1, 3*factPage)})
	want := uint64(factPage / 2)
	for f, err := range s.Facts(t.Context(), want) {
		if err != nil || f.Seq != want {
			t.Fatalf("fact %v (%v), want %d", f, err, want)
		}
		if want++; want == 2*factPage {
			return
		}
	}
	t.Error("the facts ended")
}

func TestFactsFailOnce(t *testing.T) {
	s := openTemp(t)
	commit(t, s, &Batch{Facts: watched(1, 3)})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var errs []error
	for _, err := range s.Facts(ctx, 0) {
		errs = append(errs, err)
	}
	if len(errs) != 1 || !errors.Is(errs[0], context.Canceled) {
		t.Errorf("got %v, want one context.Canceled", errs)
	}
}

func TestCommitWantsOrder(t *testing.T) {
	s := openTemp(t)
	commit(t, s, &Batch{Facts: watched(1, 2)})
	for _, facts := range [][]fact.Fact{watched(2, 1), watched(4, 1), append(watched(3, 1), watched(3, 1)...)} {
		if err := s.Commit(t.Context(), &Batch{Facts: facts}); !errors.Is(err, ErrOrder) {
			t.Errorf("facts from %d: %v, want ErrOrder", facts[0].Seq, err)
		}
	}
	if got := s.NextSeq(); got != 3 {
		t.Errorf("the next fact is %d, want 3", got)
	}
}

func TestFactsAreFixed(t *testing.T) {
	s := openTemp(t)
	commit(t, s, &Batch{Facts: watched(1, 2)})
	for _, query := range []string{
		`UPDATE facts SET node = 'x'`, `DELETE FROM facts WHERE seq = 1`, `DELETE FROM facts`,
		`INSERT INTO facts SELECT * FROM facts`,
	} {
		if _, err := s.w.conn.ExecContext(t.Context(), query); err == nil {
			t.Errorf("%s: no error", query)
		}
	}
	if n := countFacts(t, s); n != 2 {
		t.Errorf("%d facts are left, want 2", n)
	}
}

func TestNumbersGoOnAfterReopening(t *testing.T) {
	s := openTemp(t)
	commit(t, s, &Batch{Facts: watched(1, 7)})
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if got := reopen(t, s.Path()).NextSeq(); got != 8 {
		t.Errorf("the next fact is %d, want 8", got)
	}
}

func TestState(t *testing.T) {
	s := openTemp(t)
	commit(t, s, &Batch{State: map[string][]byte{"pos/a": []byte("1"), "pos/b\xff": {}, "q": []byte("3")}})
	commit(t, s, &Batch{State: map[string][]byte{"pos/a": []byte("2"), "q": nil, "r": nil}})
	if got, err := s.State(t.Context(), "q"); got != nil || err != nil {
		t.Errorf("a deleted state is %q, %v", got, err)
	}
	got, err := s.States(t.Context(), "pos/")
	want := map[string][]byte{"pos/a": []byte("2"), "pos/b\xff": {}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %q, %v, want %q", got, err, want)
	}
	if all, err := s.States(t.Context(), ""); err != nil || len(all) != 2 {
		t.Errorf("all states are %q, %v", all, err)
	}
}
