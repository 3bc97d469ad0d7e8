package witness

import (
	"testing"
	"time"

	"github.com/virtaudit/virtaudit/internal/fact"
)

// A process's beginning is told to two seconds, and never one that is later, by
// whatever clock.
func TestUnborn(t *testing.T) {
	now := time.Now()
	start := startOf(1)
	if at := unborn(start, now); start == 0 || !at.IsZero() && (at.After(now) || at.Before(now.Add(-uptime()-3*time.Second))) {
		t.Errorf("process 1 began in tick %d, %v", start, at)
	}
	for _, start := range []uint64{0, 1 << 60, uint64(uptime()/tick) + 1000} {
		if at := unborn(start, now); !at.IsZero() {
			t.Errorf("a time before a process that began in tick %d: %v", start, at)
		}
	}
	if startOf(-1) != 0 {
		t.Error("no process has a beginning")
	}
	for _, clock := range []time.Time{now, now.Add(-90 * time.Minute), now.Add(40 * time.Second)} { // as it is set
		if at := bornAfter(3000, time.Minute, clock); !at.Equal(clock.Add(-32 * time.Second)) {
			t.Errorf("30 s ago at %v: %v", clock, at)
		}
	}
	if at := bornAfter(3000, 0, now); !at.IsZero() {
		t.Errorf("without uptime: %v", at)
	}
}

// A guest of an earlier boot was gone when the host was booted, and not before it
// was seen last: the clock may have been behind since.
func TestGoneByBoot(t *testing.T) {
	k := newKeeper(t)
	b := k.base()
	teller := teller{Base: &b, witness: fact.Proc, box: &statusBox{}}
	now := time.Unix(k.second, 0)
	for _, tc := range []struct {
		name, boot string
		known      time.Time
		by         time.Time
	}{
		{"this boot", b.Boot, now.Add(-time.Minute), now},
		{"long before", "b00t-0", now.Add(-1e6 * time.Second), now.Add(-uptime())},
		{"by a clock that was ahead", "b00t-0", now.Add(time.Hour), now.Add(time.Hour)},
	} {
		by := teller.overBy(tc.known.UnixMilli(), tc.boot, now)
		if off := time.UnixMilli(by).Sub(tc.by).Abs(); off > 5*time.Second {
			t.Errorf("%s: gone by %v, want %v", tc.name, time.UnixMilli(by), tc.by)
		}
	}
	var o fact.Observed
	f := teller.observe(fact.Observed{From: millis(now), To: millis(now) - 3600_000})
	must(t, f.Decode(&o))
	if o.From != o.To || o.To != millis(now)-3600_000 {
		t.Errorf("the clock was set back: from %d to %d", o.From, o.To)
	}
}
