package report

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/virtaudit/virtaudit/internal/trail"
)

func TestOverview(t *testing.T) {
	for _, log := range []string{"lab", "fleet"} {
		f := readLog(t, log+".log")
		for _, columns := range []int{0, 80, 160} {
			golden(t, fmt.Sprintf("%s-overview-%d.txt", log, columns), func(w io.Writer) error {
				return Overview(w, f.overview("/var/log/audit"), Options{Width: columns})
			})
		}
	}
}

func TestOverviewWithoutGuests(t *testing.T) {
	f := follow(t, "type=DAEMON_START msg=audit(1793009600.000:1): op=start\ntype=DAEMON_END msg=audit(1793009660.000:2): op=terminate\n")
	f.totals.Foreign = 3
	got := output(t, func(w io.Writer) error { return Overview(w, f.overview("a\x1blog"), Options{}) })
	want := `a\x1blog
2026-10-26 10:13:20 to 2026-10-26 10:14:20 (UTC), 1m 0s, 2 lines
no guest in this log

Other findings: 1 auditd-off (virtaudit findings shows them)
lines of others: 3
`
	if got != want {
		t.Errorf("got:\n%s", got)
	}
	got = output(t, func(w io.Writer) error { return Overview(w, OverviewInput{Source: "empty"}, Options{}) })
	if want := "empty\n0 lines\nno guest in this log\n"; got != want {
		t.Errorf("of nothing:\n%s", got)
	}
}

// TestOverviewIsBounded: however much happened, it stays about a screen.
func TestOverviewIsBounded(t *testing.T) {
	var in OverviewInput
	at := trail.Moment{Millis: 1793009600_000, Serial: 1}
	for i := range 1000 {
		uuid := fmt.Sprint(i)
		for _, state := range []trail.State{trail.Running, trail.Starting, trail.Closed, trail.Failed, trail.Lost} {
			s := &trail.Session{Node: uuid, UUID: uuid, Name: uuid, State: state, First: at, Start: at, End: at, EndReason: "crashed"}
			for n := range 50 {
				s.Holdings = append(s.Holdings, trail.Holding{Kind: "disk", ID: fmt.Sprint(n), From: at})
				s.Attempts = append(s.Attempts, trail.Attempt{Kind: "disk", ID: fmt.Sprint(n), Op: "attach", At: at})
			}
			in.Sessions = append(in.Sessions, s)
		}
	}
	got := output(t, func(w io.Writer) error { return Overview(w, in, Options{}) })
	if n := strings.Count(got, "\n"); n > 200 {
		t.Errorf("%d lines", n)
	}
	for more, times := range map[string]int{
		"  … and 990 more (virtaudit sessions shows all)\n":                                         4, // running, starting, failed, lost
		"  … and 995 more (virtaudit sessions shows all)\n":                                         1, // stopped
		"  … and 49990 more (virtaudit sessions --format jsonl shows all)\n":                        1, // failed operations
		"      … and 40 more\n":                                                                     10,
		"1000 hosts (0, 1, 10, 100, 101, 102, 103, 104, 105, 106, …), 1000 guests, 5000 sessions\n": 1,
	} {
		if n := strings.Count(got, more); n != times {
			t.Errorf("%q is there %d times, want %d", more, n, times)
		}
	}
}

// TestOverviewOfQuietGuests: what did not happen takes one line each.
func TestOverviewOfQuietGuests(t *testing.T) {
	f := follow(t, "type=VIRT_CONTROL msg=audit(1793009600.000:1): "+sender+` msg='virt=kvm op=stop reason=shutdown vm="web" uuid=10000000-0000-4000-8000-000000000001 vm-pid=0 exe="/usr/sbin/libvirtd" hostname=? addr=? terminal=? res=success'`)
	got := output(t, func(w io.Writer) error { return Overview(w, f.overview("audit.log"), Options{}) })
	want := `audit.log
2026-10-26 10:13:20 to 2026-10-26 10:13:20 (UTC), 0s, 1 line
1 guest, 1 session

Running: no guest, as far as the log tells
Failed starts: none
Other failed operations: none
Lost: none

Stopped: 1 session, the last first
  web  before 2026-10-26 10:13:20  2026-10-26 10:13:20  -  shutdown

Other findings: 1 stop-without-start (virtaudit findings shows them)
`
	if got != want {
		t.Errorf("got:\n%s", got)
	}
}
