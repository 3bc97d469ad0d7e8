//go:build linux

package integration

import (
	"bytes"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/loggen"
	"github.com/virtaudit/virtaudit/internal/store"
)

// generated gives a log of guests' records, some thousands.
func generated(t *testing.T) []byte {
	t.Helper()
	var log bytes.Buffer
	if _, err := loggen.Generate(&log, loggen.Config{Size: 4 << 20, Guests: 50, Late: -1, OnlyVirt: true, FreshStart: true}); err != nil {
		t.Fatal(err)
	}
	return log.Bytes()
}

// appending writes a part of a log piece by piece, some lines torn, and tells when
// it is written.
func appending(t *testing.T, path string, part []byte) <-chan struct{} {
	t.Helper()
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer f.Close()
		for len(part) > 0 {
			n := min(len(part), 1+rand.IntN(16<<10))
			if _, err := f.Write(part[:n]); err != nil {
				t.Error(err)
				return
			}
			part = part[n:]
			time.Sleep(10 * time.Millisecond)
		}
	}()
	t.Cleanup(func() { <-done })
	return done
}

// recordsOf gives the texts of all records that a store has.
func recordsOf(t *testing.T, path string) []string {
	t.Helper()
	s, err := store.OpenRead(path)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var all []string
	for f, err := range s.Facts(t.Context(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		if f.Kind == fact.Record {
			all = append(all, string(f.Text))
		}
	}
	return all
}

func dumpOf(t *testing.T, path string) string {
	t.Helper()
	s, err := store.OpenRead(path)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var dump strings.Builder
	if err := s.Dump(t.Context(), &dump); err != nil {
		t.Fatal(err)
	}
	return dump.String()
}

// readsAll waits until the service has stored so many records.
func (s *service) readsAll(t *testing.T, n int) {
	t.Helper()
	eventually(t, patience, "all is read", func() bool { return len(recordsOf(t, s.store)) >= n })
}

// TestServeTerminated: a service that is ended again and again while its log is
// written has each record once, as one that is left alone; what its facts derive
// is what it derived from them, and nobody derives it while it runs.
func TestServeTerminated(t *testing.T) {
	need(t)
	log := generated(t)
	n := bytes.Count(log, []byte("\n"))

	calm := newService(t)
	writeFile(t, calm.path("audit.log"), string(log))
	calm.start(t)
	calm.readsAll(t, n)
	calm.term(t)

	s := newService(t)
	const ends = 10
	for i := range ends {
		written := appending(t, s.path("audit.log"), log[len(log)*i/ends:len(log)*(i+1)/ends])
		s.start(t)
		time.Sleep(time.Duration(rand.IntN(500)) * time.Millisecond)
		s.term(t)
		<-written
	}
	s.start(t)
	s.readsAll(t, n)
	refusal := s.refuses(t, "rebuild", "--store", s.store)
	if !strings.Contains(refusal, "stop the service first") || !strings.Contains(refusal, s.store) {
		t.Errorf("beside the service rebuild says %s", refusal)
	}
	s.term(t)
	if got, want := recordsOf(t, s.store), recordsOf(t, calm.store); !slices.Equal(got, want) {
		t.Errorf("%d records are stored, want the %d of the log", len(got), len(want))
	}

	was := dumpOf(t, s.store)
	if out := s.asks(t, "rebuild", "--store", s.store); !bytes.Contains(out, []byte("derived anew from")) {
		t.Errorf("rebuild says %s", out)
	}
	if dumpOf(t, s.store) != was {
		t.Error("a rebuild gives another trail")
	}
}
