package trail

import (
	"bytes"
	"strconv"
	"testing"

	"github.com/virtaudit/virtaudit/internal/loggen"
)

// BenchmarkLive is records of 1,000 guests, in batches.
func BenchmarkLive(b *testing.B) {
	for _, batch := range []int{10, 1000} {
		b.Run(strconv.Itoa(batch), func(b *testing.B) {
			var log bytes.Buffer
			if _, err := loggen.Generate(&log, loggen.Config{Seed: 1, Size: 64 << 20, OnlyVirt: true, Guests: 1000}); err != nil {
				b.Fatal(err)
			}
			records := numberedRecords(log.Bytes())
			b.ReportAllocs()
			n := 0
			for b.Loop() {
				l := NewLive()
				for i := range records {
					l.Add(records[i].seq, "h", records[i].rec)
					if i%batch == 0 {
						l.Delta()
					}
				}
				n += len(records)
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "records/s")
		})
	}
}
