package trail

import (
	"bytes"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/virtaudit/virtaudit/internal/loggen"
	"github.com/virtaudit/virtaudit/record"
)

// A Live needs no more memory for more records of the same guests, boot by boot.
func TestLiveMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes some seconds")
	}
	var log bytes.Buffer
	if _, err := loggen.Generate(&log, loggen.Config{Seed: 3, Size: 8 << 20, OnlyVirt: true, Guests: 200}); err != nil {
		t.Fatal(err)
	}
	records := numberedRecords(log.Bytes())
	length := records[len(records)-1].rec.Stamp.Millis - records[0].rec.Stamp.Millis + 60_000
	g := newGrowth(250_000)
	const all = 1_000_000
	for round := int64(0); g.seq < all; round++ {
		for i := range records {
			r := *records[i].rec
			r.Stamp.Millis += round * length
			g.add(&r)
		}
	}
	if g.events < all*9/10 || g.sessions < all/50 {
		t.Errorf("only %d events and %d sessions", g.events, g.sessions)
	}
	g.check(t)
}

// A guest that is denied something again and again needs no memory for it, nor
// one that holds more and more things for a short while.
func TestLiveMemoryOfOneSession(t *testing.T) {
	const uuid = "5a1b7e9d-2b58-4d2c-b2a1-6a6f6b6b3c11"
	each := uint64(cases(100_000, 25_000))
	g := newGrowth(each)
	var r record.Record
	add := func(kind, format string, args ...any) {
		line := fmt.Sprintf("type=%s msg=audit(%d.100:%d): %s", kind, 1_700_000_000+g.seq, g.seq+1, fmt.Sprintf(format, args...))
		if err := r.Parse([]byte(line)); err != nil {
			t.Fatal(err)
		}
		g.add(&r)
	}
	add("VIRT_CONTROL", "pid=1 uid=0 auid=1 ses=1 msg='virt=kvm op=start reason=booted vm=\"g\" uuid=%s vm-pid=7 exe=\"/opt/strange\" hostname=? addr=? terminal=? res=success'", uuid)
	for g.seq < 4*each {
		add("AVC", "apparmor=\"DENIED\" operation=\"open\" profile=\"libvirt-%s\" name=\"/etc/%d\" pid=7 comm=\"q\" requested_mask=\"r\" denied_mask=\"r\"", uuid, g.seq)
		add("VIRT_CONTROL", "pid=1 uid=0 auid=1 ses=1 msg='virt=kvm op=nothing reason=x vm=\"g\" uuid=%s exe=\"/opt/%d\" hostname=? addr=? terminal=? res=failed'", uuid, g.seq%5000)
	}
	if g.events < int(4*each)-1000 {
		t.Errorf("only %d events", g.events)
	}
	g.check(t)
}

// growth watches the memory of a Live.
type growth struct {
	live             *Live
	seq, each        uint64
	events, sessions int
	heaps            []uint64
}

func newGrowth(each uint64) *growth { return &growth{live: NewLive(), each: each} }

func (g *growth) add(r *record.Record) {
	g.seq++
	g.live.Add(g.seq, "h", r)
	if g.seq%500 == 0 {
		d := g.live.Delta()
		g.events += len(d.Events)
		g.sessions += len(d.Sessions)
	}
	if g.seq%g.each == 0 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		g.heaps = append(g.heaps, m.HeapAlloc)
	}
}

func (g *growth) check(t *testing.T) {
	t.Helper()
	text := strings.Trim(fmt.Sprint(g.heaps), "[]")
	t.Logf("bytes after each %d records: %s", g.each, text)
	if slices.Max(g.heaps) > g.heaps[0]+4<<20 {
		t.Errorf("memory grows: %s", text)
	}
	runtime.KeepAlive(g.live)
}
