package follow

import (
	"strings"
	"testing"
	"time"

	"github.com/virtaudit/virtaudit/record"
)

// A clock was set back where a program's record is a minute earlier than one
// with a lower serial of the same host; other records prove nothing.
func TestClock(t *testing.T) {
	const send, boot, avc = record.VirtControl, record.SystemBoot, record.AVC
	type event struct {
		kind record.Type
		node string
		at   int64
		nth  uint64
	}
	for name, test := range map[string]struct {
		events []event
		back   bool
	}{
		"forward":     {[]event{{send, "a", 100, 1}, {send, "a", 200, 2}}, false},
		"back":        {[]event{{send, "a", 100, 1}, {send, "a", 30, 2}}, true},
		"a little":    {[]event{{send, "a", 100, 1}, {send, "a", 50, 2}}, false},
		"other hosts": {[]event{{send, "a", 100, 1}, {send, "b", 30, 2}}, false},
		"overtaken":   {[]event{{send, "a", 100, 2}, {send, "a", 30, 1}}, false},
		"boot":        {[]event{{send, "a", 100, 9}, {boot, "a", 30, 1}}, true},
		"system call": {[]event{{send, "a", 100, 1}, {avc, "a", 30, 2}}, false},
	} {
		var c clock
		told := false
		for _, e := range test.events {
			f := factsOf([]byte(line(1, "g")))[0]
			f.Type, f.Node, f.Stamp = e.kind, e.node, record.Stamp{Millis: e.at * 1000, Serial: e.nth}
			p, back := c.back(&f)
			told = told || back
			if back && (!p.From.After(p.To) || !strings.Contains(p.Text, "earlier")) {
				t.Errorf("%s: %+v", name, p)
			}
		}
		if told != test.back {
			t.Errorf("%s: told %t", name, told)
		}
	}
}

// However many hosts a log names, few are known at a time.
func TestClockBounded(t *testing.T) {
	var c clock
	f := factsOf([]byte(line(1, "g")))[0]
	for n := range 3 * maxNodes {
		f.Node = time.Unix(int64(n), 0).String()
		c.back(&f)
	}
	if len(c.last) > maxNodes {
		t.Errorf("%d hosts are known", len(c.last))
	}
}
