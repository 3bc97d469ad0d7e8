package follow

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/virtaudit/virtaudit/auditlog"
	"github.com/virtaudit/virtaudit/record"
)

// The records that are taken by multicast are those that are taken from a log.
func TestMattersAsPicked(t *testing.T) {
	taken := 0
	for n := range 4000 {
		is := record.Type(n)
		scanner := auditlog.ScanBytes(fmt.Appendf(nil, "type=%s msg=audit(1.000:1): x", is))
		for range scanner.Records() {
		}
		picked := scanner.Stats().Picked > 0
		if _, named := record.ParseType(is.String()); named && is.String() == fmt.Sprintf("UNKNOWN[%d]", n) && !is.Virt() {
			continue // auditd doesn't say what it is
		}
		if matters(is) != picked {
			t.Errorf("%s (%d): matters %t, picked %t", is, n, matters(is), picked)
		}
		if picked {
			taken++
		}
	}
	if taken < 20 {
		t.Errorf("%d types are picked", taken)
	}
}

// Records wait until it was quiet for the hold, but no longer than twice that.
func TestDue(t *testing.T) {
	const hold = 20 * time.Millisecond
	begin := time.Unix(1700000000, 0)
	c := newCollector(WayFile, &Options{Node: "here"})
	c.lines([]byte(other(1)), begin)
	if at := c.due(hold); !at.IsZero() {
		t.Errorf("due at %v without a record", at)
	}
	for _, step := range []struct{ at, due time.Duration }{{0, 20}, {15, 35}, {30, 40}, {39, 40}} {
		c.lines([]byte(line(1, "a")), begin.Add(step.at*time.Millisecond))
		if got := c.due(hold).Sub(begin); got != step.due*time.Millisecond {
			t.Errorf("a record at %d: due at %v, want %d", step.at, got, step.due)
		}
	}
	if b := c.take(); len(b.Records) != 4 || b.Lines != 5 || b.Way != WayFile {
		t.Errorf("the batch that was taken: %+v", b)
	}
	if at := c.due(hold); !at.IsZero() {
		t.Errorf("the next batch is due at %v", at)
	}
}

// Whatever auditd calls the host, its records are of one node, by every way.
func TestOwnNode(t *testing.T) {
	c := newCollector(WayStdin, &Options{Node: "here", Own: func(name string) bool { return name == "here.example.org" }})
	for _, node := range []string{"", "node=here ", "node=here.example.org ", "node=there "} {
		c.lines([]byte(node+line(1, "a")), time.Time{})
	}
	var nodes []string
	for _, f := range c.take().Records {
		nodes = append(nodes, f.Node)
	}
	if want := []string{"here", "here", "here", "there"}; !slices.Equal(nodes, want) {
		t.Errorf("%q, want %q", nodes, want)
	}
}

// What should be a record and is none is counted.
func TestMalformed(t *testing.T) {
	c := newCollector(WayMulticast, &Options{Node: "here"})
	c.lines([]byte("type=VIRT_CONTROL msg=none\n"), time.Time{})
	c.kernel(record.VirtControl, []byte("none"), time.Time{})
	c.kernel(record.VirtControl, []byte("audit(1.000:1): x"), time.Time{})
	if b := c.take(); b.Malformed != 2 || len(b.Records) != 1 || b.Lines != 3 {
		t.Errorf("the batch with two malformed records: %+v", b)
	}
}
