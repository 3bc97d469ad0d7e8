package trail

import (
	"bytes"
	"testing"

	"github.com/virtaudit/virtaudit/auditlog"
	"github.com/virtaudit/virtaudit/internal/loggen"
)

func benchmarkTrail(b *testing.B, cfg loggen.Config) {
	var log bytes.Buffer
	if _, err := loggen.Generate(&log, cfg); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(log.Len()))
	b.ReportAllocs()
	records := 0
	for b.Loop() {
		t := New(nil)
		for r := range auditlog.ScanBytes(log.Bytes()).Records() {
			t.Add("", r)
			records++
		}
		t.End()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(records), "ns/record")
}

// BenchmarkLog is a log of a busy host, 3 % of it VIRT records; BenchmarkVirt
// is VIRT records only.
func BenchmarkLog(b *testing.B) { benchmarkTrail(b, loggen.Config{Seed: 1, Size: 64 << 20}) }

func BenchmarkVirt(b *testing.B) {
	benchmarkTrail(b, loggen.Config{Seed: 1, Size: 64 << 20, OnlyVirt: true})
}
