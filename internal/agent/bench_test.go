package agent

import (
	"bytes"
	"context"
	"log/slog"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/virtaudit/virtaudit/auditlog"
	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/loggen"
	"github.com/virtaudit/virtaudit/internal/reconcile"
	"github.com/virtaudit/virtaudit/internal/store"
)

// What the benchmarks of the writer store: enough that the store's indexes have
// grown over what is held of them in memory.
const (
	benchGuests = 1000
	benchFacts  = 100_000
	// benchOffer is how many facts the follower gives at once of a log that it
	// has to catch up with; benchLive is what a second of a busy host brings.
	benchOffer = 4096
	benchLive  = 256
)

// benchWriter is a writer of a store, as Run makes it.
func benchWriter(b *testing.B, path string) *writer {
	b.Helper()
	s, err := store.Open(path, store.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = s.Close() })
	return &writer{
		log: slog.New(slog.DiscardHandler), store: s, feed: newFeed(), health: newHealth(time.Now), now: time.Now,
		node: "kvm01", emitter: newEmitter(nil), deriver: reconcile.New(reconcile.Options{}), next: s.NextSeq(),
		life: context.Background(), offers: make(chan *offer, 64), rederivings: make(chan rederiving),
	}
}

// offerAll has facts committed as the log does that gives n at once: the next are
// given while the last are committed.
func (w *writer) offerAll(b *testing.B, facts []fact.Fact, n int) {
	b.Helper()
	ctx, stop := context.WithCancel(b.Context())
	var running sync.WaitGroup
	running.Go(func() { w.run(ctx) })
	line := ahead{w: w, most: logAhead}
	for part := range slices.Chunk(facts, n) {
		if err := line.offer(&offer{facts: part}); err != nil {
			b.Fatal(err)
		}
	}
	if err := line.committed(); err != nil {
		b.Fatal(err)
	}
	stop()
	running.Wait()
	if err := w.health.vitals().Stored; err != nil {
		b.Fatal(err)
	}
}

// loggedFacts are n facts of the records of a log.
func loggedFacts(b *testing.B, n int) []fact.Fact {
	b.Helper()
	var log bytes.Buffer
	c := loggen.Config{Seed: 1, Size: int64(n) * 512, OnlyVirt: true, Guests: benchGuests, Raw: true}
	if _, err := loggen.Generate(&log, c); err != nil {
		b.Fatal(err)
	}
	facts := make([]fact.Fact, 0, n)
	for r := range auditlog.ScanBytes(log.Bytes()).Records() {
		if facts = append(facts, fact.OfRecord("kvm01", "file", r)); len(facts) == n {
			return facts
		}
	}
	b.Fatalf("%d records, want %d", len(facts), n)
	return nil
}

// BenchmarkWriter stores facts with all that is derived from them, into a new
// store.
func BenchmarkWriter(b *testing.B) {
	for _, bench := range []struct {
		name  string
		facts func(*testing.B, int) []fact.Fact
		n     int
		offer int
	}{
		{"records/catching-up", loggedFacts, benchFacts, benchOffer},
		{"records/live", loggedFacts, benchFacts, benchLive},
		{"observations", observedFacts, benchFacts / 10, benchLive},
	} {
		b.Run(bench.name, func(b *testing.B) {
			facts := bench.facts(b, bench.n)
			cpu := processorTime(b)
			for b.Loop() {
				w := benchWriter(b, filepath.Join(b.TempDir(), "trail.db"))
				w.offerAll(b, facts, bench.offer)
			}
			perSecond(b, "facts", b.N*len(facts), processorTime(b)-cpu)
		})
	}
}

// BenchmarkReplay derives the trail anew from the facts of a store, as each start
// of the service does.
func BenchmarkReplay(b *testing.B) {
	path := filepath.Join(b.TempDir(), "trail.db")
	w := benchWriter(b, path)
	w.offerAll(b, loggedFacts(b, benchFacts), benchOffer)
	cpu := processorTime(b)
	b.ResetTimer()
	for b.Loop() {
		w.deriver, w.emitter = reconcile.New(reconcile.Options{}), newEmitter(nil)
		if err := w.replay(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
	perSecond(b, "facts", b.N*benchFacts, processorTime(b)-cpu)
}

// perSecond reports how many of something there were in a second, and in a
// second of a processor's time.
func perSecond(b *testing.B, what string, n int, cpu time.Duration) {
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), what+"/s")
	b.ReportMetric(float64(n)/cpu.Seconds(), what+"/cpu-s")
	b.ReportMetric(0, "ns/op")
}

// processorTime is what this process has used so far.
func processorTime(tb testing.TB) time.Duration {
	tb.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		tb.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
