package report

import (
	"testing"

	"github.com/virtaudit/virtaudit/internal/trail"
)

func TestSessionWords(t *testing.T) {
	at := func(second int64) trail.Moment {
		return trail.Moment{Millis: 1793009600_000 + second*1000, Serial: uint64(second) + 1}
	}
	for _, tc := range []struct {
		name                    string
		s                       trail.Session
		from, to, took, outcome string
	}{
		{
			"stopped",
			trail.Session{State: trail.Closed, First: at(0), Start: at(1), End: at(62), EndReason: "shutdown"},
			"2026-10-26 10:13:21", "2026-10-26 10:14:22", "1m 1s", "shutdown",
		},
		{
			"stopped without a reason",
			trail.Session{State: trail.Closed, Start: at(1), End: at(1)},
			"2026-10-26 10:13:21", "2026-10-26 10:13:21", "0s", "stopped",
		},
		{
			"started before the log",
			trail.Session{State: trail.Closed, First: at(0), End: at(62), EndReason: "destroyed"},
			"before 2026-10-26 10:13:20", "2026-10-26 10:14:22", ">1m 2s", "destroyed",
		},
		{
			"only its stop is in the log",
			trail.Session{State: trail.Closed, First: at(0), End: at(0), EndReason: "failed"},
			"before 2026-10-26 10:13:20", "2026-10-26 10:13:20", "-", "failed",
		},
		{
			"running",
			trail.Session{State: trail.Running, First: at(0), Start: at(1), Last: at(9)},
			"2026-10-26 10:13:21", "-", "-", "running",
		},
		{
			"starting",
			trail.Session{State: trail.Starting, First: at(0)},
			"2026-10-26 10:13:20", "-", "-", "starting",
		},
		{
			"failed",
			trail.Session{State: trail.Failed, First: at(0), Start: at(1)},
			"2026-10-26 10:13:21", "-", "-", "start failed",
		},
		{
			"crashed at a known moment",
			trail.Session{State: trail.Lost, Start: at(1), End: at(4), EndReason: "crashed"},
			"2026-10-26 10:13:21", "2026-10-26 10:13:24", "3s", "lost: crashed",
		},
		{
			"lost, heard of after its start",
			trail.Session{State: trail.Lost, Start: at(1), EndAfter: at(4), EndBefore: at(9), EndReason: "host booted"},
			"2026-10-26 10:13:21", "after 2026-10-26 10:13:24, before 2026-10-26 10:13:29", ">3s", "lost: host booted",
		},
		{
			"lost, not heard of after its start",
			trail.Session{State: trail.Lost, Start: at(1), EndAfter: at(1), EndBefore: at(9), EndReason: "started again"},
			"2026-10-26 10:13:21", "after 2026-10-26 10:13:21, before 2026-10-26 10:13:29", "<8s", "lost: started again",
		},
	} {
		v := newSessionView([]*trail.Session{&tc.s}, Options{})
		if got := v.from(&tc.s); got != tc.from {
			t.Errorf("%s: from %s, want %s", tc.name, got, tc.from)
		}
		if got := v.to(&tc.s, ", "); got != tc.to {
			t.Errorf("%s: to %s, want %s", tc.name, got, tc.to)
		}
		if got := lasted(&tc.s); got != tc.took {
			t.Errorf("%s: lasted %s, want %s", tc.name, got, tc.took)
		}
		if got := outcome(&tc.s); got != tc.outcome {
			t.Errorf("%s: outcome %s, want %s", tc.name, got, tc.outcome)
		}
	}
}

func TestGuestNames(t *testing.T) {
	sessions := []*trail.Session{
		{Name: "web", UUID: "11111111-a"},
		{Name: "db", UUID: "22222222-a"},
		{Name: "db", UUID: "22222222-a"},
		{Name: "web", UUID: "33333333-a"},
		{Name: "", UUID: "44444444-a"},
		{Name: ""},
		{Name: "a, b"},
	}
	v := newSessionView(sessions, Options{})
	for i, want := range []string{"web (11111111…)", "db", "db", "web (33333333…)", "uuid 44444444-a", `""`, `"a, b"`} {
		if got := v.guest(sessions[i]); got != want {
			t.Errorf("guest %d is %s, want %s", i, got, want)
		}
	}
	if v.nodes || v.guestOnNode(sessions[1]) != "db" {
		t.Error("a host is named, and none is known")
	}
	sessions[0].Node = "h1"
	if got := newSessionView(sessions, Options{}).guestOnNode(sessions[0]); got != "web on h1" {
		t.Errorf("guest on a host is %s", got)
	}
}
