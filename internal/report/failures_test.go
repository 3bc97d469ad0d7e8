package report

import (
	"testing"

	"github.com/virtaudit/virtaudit/internal/trail"
)

func TestGroup(t *testing.T) {
	at := func(s int64) trail.Moment { return trail.Moment{Millis: s * 1000, Serial: uint64(s)} }
	var g group
	g.add(failure{"web", "attach disk /a"}, at(5))
	g.add(failure{"db", "attach disk /a"}, at(6))
	g.add(failure{"web", "attach disk /a"}, at(9))
	g.add(failure{"web", "attach disk /a"}, at(2)) // a clock that was set back
	got := g.sorted()
	if len(got) != 2 || got[0].what.guest != "web" || got[0].count != 3 || got[0].first != at(2) || got[0].last != at(9) || got[1].count != 1 {
		t.Errorf("%+v", got)
	}
}

func TestAttemptText(t *testing.T) {
	for _, tc := range []struct {
		a    trail.Attempt
		want string
	}{
		{trail.Attempt{Op: "stop"}, "stop"},
		{trail.Attempt{Op: "attach", Kind: "disk", ID: "/b"}, "attach disk /b"},
		{trail.Attempt{Op: "attach", Kind: "dev", Sub: "usb", ID: "001.002"}, "attach dev usb 001.002"},
		{trail.Attempt{Op: "open", Kind: "net-open", ID: "/dev/vhost-net", Sub: "52:54"}, "open /dev/vhost-net for 52:54"},
		{trail.Attempt{Op: "update", Kind: "mem", ID: "393216"}, "update mem to 384 MiB"},
		{trail.Attempt{Op: "update", Kind: "mem", ID: "x"}, "update mem x"},
		{trail.Attempt{Op: "update", Kind: "vcpu", ID: "4"}, "update vcpu 4"},
		{trail.Attempt{Op: "allow", Kind: "cgroup", Sub: "path", ID: "/dev/kvm"}, "allow cgroup path /dev/kvm"},
	} {
		if got := attemptText(&tc.a); got != tc.want {
			t.Errorf("%s, want %s", got, tc.want)
		}
	}
}

func TestStartText(t *testing.T) {
	disk := trail.Attempt{Kind: "disk", ID: "/a", Op: "start"}
	rule := trail.Attempt{Kind: "cgroup", ID: "/dev/kvm", Op: "allow"}
	for _, tc := range []struct {
		s    trail.Session
		want string
	}{
		{trail.Session{State: trail.Failed, StartReason: "booted", Attempts: []trail.Attempt{disk, rule}}, "asked for disk /a"},
		{trail.Session{State: trail.Failed, StartReason: "restored", Attempts: []trail.Attempt{disk, disk}}, "restored, asked for 2 disks"},
		{trail.Session{State: trail.Failed, StartReason: "booted"}, "-"},
	} {
		if got := startText(&tc.s); got != tc.want {
			t.Errorf("%s, want %s", got, tc.want)
		}
	}
}
