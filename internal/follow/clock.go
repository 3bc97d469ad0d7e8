package follow

import (
	"fmt"
	"time"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/record"
)

// A clock notices that a host's clock was set back: a record then is earlier than one with
// a lower serial. It only looks at records that programs send, as those of a system call
// have the time at which the call began.
type clock struct {
	last map[string]record.Stamp // of each node
}

const (
	// backBy is the least that is reported: a sender may wait that long for room in the
	// kernel's queue.
	backBy = 60 * time.Second
	// maxNodes bounds the nodes that are known.
	maxNodes = 4096
)

// back tells whether the clock was set back before a record.
func (c *clock) back(f *fact.Fact) (Problem, bool) {
	if !f.Type.Virt() && f.Type != record.SystemBoot && f.Type != record.SystemShutdown {
		return Problem{}, false
	}
	before, known := c.last[f.Node]
	if c.last == nil || len(c.last) >= maxNodes && !known {
		c.last = map[string]record.Stamp{}
	}
	c.last[f.Node] = f.Stamp
	by := before.Time().Sub(f.Stamp.Time())
	if !known || by < backBy || f.Stamp.Serial <= before.Serial && f.Type != record.SystemBoot {
		return Problem{}, false
	}
	return Problem{
		Kind: ClockBack, Where: f.Source, From: before.Time(), To: f.Stamp.Time(),
		Text: fmt.Sprintf("the record %s of %s is %v earlier than %s, which came before it", f.Stamp, f.Node, by, before),
	}, true
}
