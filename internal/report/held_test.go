package report

import (
	"testing"

	"github.com/virtaudit/virtaudit/internal/trail"
)

func TestHeldInShort(t *testing.T) {
	at := trail.Moment{Millis: 1000, Serial: 1}
	holding := func(kind, id string, ended trail.Ended) trail.Holding {
		return trail.Holding{Kind: kind, ID: id, From: at, Ended: ended}
	}
	usb := trail.Holding{Kind: "dev", Sub: "usb", ID: "001.002"}
	cut := trail.Holding{Kind: "disk", ID: "/cu", Unproven: true}
	for _, tc := range []struct {
		name     string
		state    trail.State
		holdings []trail.Holding
		steps    []trail.Step
		want     string
	}{
		{"nothing", trail.Running, nil, nil, "-"},
		{
			"in the catalogue's order, unknown kinds last", trail.Running,
			[]trail.Holding{
				holding("vtpu", "a=1 b=2", ""), holding("rng", "/dev/urandom", ""),
				usb, holding("net", "52:54:00:aa:bb:cc", ""), holding("disk", "/a", ""),
			},
			[]trail.Step{{Kind: "vcpu", Value: 1}, {Kind: "mem", Value: 262144}},
			"disk /a, net 52:54:00:aa:bb:cc, rng /dev/urandom, dev usb 001.002, vtpu a=1 b=2, 256 MiB, 1 vcpu",
		},
		{
			"what a running one holds now", trail.Running,
			[]trail.Holding{holding("disk", "/a", trail.BySnapshot), holding("disk", "/b", "")},
			[]trail.Step{{Kind: "iothread", Value: 2}, {Kind: "iothread", Value: 0}},
			"disk /b",
		},
		{
			"what a stopped one held over its life", trail.Closed,
			[]trail.Holding{
				holding("disk", "/a", trail.BySnapshot), holding("disk", "/b", trail.ByStop),
				holding("rng", "/r", trail.ByDetach), holding("rng", "/r", trail.ByDetach),
			},
			nil, "2 disks, rng /r",
		},
		{
			"the same at the same time is several", trail.Lost,
			[]trail.Holding{
				holding("rng", "/dev/random", trail.ByLoss), holding("rng", "/dev/random", trail.ByLoss),
				holding("rng", "/dev/random", trail.ByLoss), holding("rng", "/dev/random", trail.ByDetach),
			},
			nil, "3 rngs",
		},
		{"held since unknown", trail.Closed, []trail.Holding{{Kind: "disk", ID: "/o", To: at, Ended: trail.ByDetach}}, nil, "disk /o"},
		{"files of an interface aside", trail.Running, []trail.Holding{{Kind: "net-open", ID: "/dev/net/tun", Sub: "52:54"}}, nil, "-"},
		{"without a name", trail.Running, []trail.Holding{holding("tpm-emulator", "", "")}, nil, `tpm-emulator ""`},
		{"no name makes two of one", trail.Running, []trail.Holding{holding("disk", "/a, rng /b", "")}, nil, `disk "/a, rng /b"`},
		{"unproven", trail.Running, []trail.Holding{cut}, nil, "disk /cu (unproven)"},
		{"unproven among others", trail.Running, []trail.Holding{cut, holding("disk", "/a", "")}, nil, "2 disks (1 unproven)"},
		{"not certain yet", trail.Starting, []trail.Holding{holding("disk", "/a", "")}, nil, "asked for disk /a"},
	} {
		s := &trail.Session{State: tc.state, Holdings: tc.holdings, Steps: tc.steps}
		if got := heldInShort(s); got != tc.want {
			t.Errorf("%s: %s, want %s", tc.name, got, tc.want)
		}
	}
}

func TestIdentity(t *testing.T) {
	for _, tc := range []struct {
		r    resource
		want string
	}{
		{resource{kind: "disk", id: "/a", count: 1}, "/a"},
		{resource{kind: "rng", id: "/dev/random", count: 3}, "/dev/random (3 times)"},
		{resource{kind: "dev", sub: "pci", id: "0000:3b:00.1"}, "pci 0000:3b:00.1"},
		{resource{kind: "net-open", sub: "52:54:00:aa:bb:cc", id: "/dev/net/tun"}, "/dev/net/tun for 52:54:00:aa:bb:cc"},
		{resource{kind: "disk", id: "/a", count: 2, unproven: 1}, "/a (2 times, 1 unproven)"},
	} {
		if got := tc.r.identity(); got != tc.want {
			t.Errorf("%+v: %s, want %s", tc.r, got, tc.want)
		}
	}
}
