package follow

import (
	"time"

	"github.com/virtaudit/virtaudit/auditlog"
	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/record"
)

// A collector makes batches of lines and records.
type collector struct {
	way, node string
	own       func(name string) bool
	batch     Batch
	clock     clock
	again     bool
	// first and last are when the batch's first and last record came.
	first, last time.Time
	rec         record.Record
}

func newCollector(way string, o *Options) *collector {
	return &collector{way: way, node: o.Node, own: o.Own, batch: Batch{Way: way}}
}

// lines takes whole lines, the last one with or without newline.
func (c *collector) lines(text []byte, now time.Time) {
	scanner := auditlog.ScanBytes(text)
	for r := range scanner.Records() {
		c.record(r, now)
	}
	stats := scanner.Stats()
	c.batch.Lines += stats.Lines
	c.batch.Bytes += stats.Bytes
	c.batch.Malformed += stats.Malformed
}

// kernel takes a record as the kernel sends it to listeners.
func (c *collector) kernel(t record.Type, text []byte, now time.Time) {
	c.batch.Lines++
	c.batch.Bytes += int64(len(text))
	if !matters(t) {
		return
	}
	if c.rec.ParseKernel(t, text) != nil {
		c.batch.Malformed++
		return
	}
	c.record(&c.rec, now)
}

func (c *collector) record(r *record.Record, now time.Time) {
	f := fact.OfRecord(c.node, c.way, r)
	if f.Node != c.node && c.own != nil && c.own(f.Node) {
		f.Node = c.node
	}
	if back, ok := c.clock.back(&f); ok && !c.batch.Again {
		c.batch.Problems = append(c.batch.Problems, back)
	}
	if len(c.batch.Records) == 0 {
		c.first = now
	}
	c.last = now
	c.batch.Records = append(c.batch.Records, f)
}

func (c *collector) problem(p Problem) {
	c.batch.Problems = append(c.batch.Problems, p)
}

// anew notes that from here on records may come again.
func (c *collector) anew() {
	c.again, c.batch.Again = true, true
	c.batch.Anew = append(c.batch.Anew, len(c.batch.Records))
}

// full tells whether the batch has to be given now. It takes more text to fill a batch
// without records, as that is no work for whoever takes it.
func (c *collector) full() bool {
	n := len(c.batch.Records)
	return n >= maxRecords || n > 0 && c.batch.Bytes >= maxText || c.batch.Bytes >= 16*maxText
}

// due is when the batch is to be given: when it was quiet for hold after the last record,
// or the first one has waited for twice that. It is zero without records.
func (c *collector) due(hold time.Duration) time.Time {
	if len(c.batch.Records) == 0 {
		return time.Time{}
	}
	quiet, limit := c.last.Add(hold), c.first.Add(2*hold)
	if limit.Before(quiet) {
		return limit
	}
	return quiet
}

// take gives the batch and begins the next.
func (c *collector) take() *Batch {
	b := c.batch
	c.batch = Batch{Way: c.way, Again: c.again}
	return &b
}

// matters tells whether auditlog picks records of a type.
func matters(t record.Type) bool {
	switch t {
	case record.UserAVC, record.SystemBoot, record.SystemShutdown, record.Seccomp, record.AVC:
		return true
	}
	return t.Virt() || t.Anomaly() || t.Daemon()
}
