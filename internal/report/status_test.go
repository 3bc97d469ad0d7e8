package report

import (
	"bytes"
	"testing"
)

func at(sec int64) *StatusTime { return &StatusTime{sec * 1000} }

func TestStatusText(t *testing.T) {
	lag := int64(90_000)
	s := &Status{
		Version: "v1", Node: "kvm1", Started: at(1), Ready: true, Running: 2, Emit: "missing",
		Store: StatusStore{Path: "/var/lib/virtaudit/trail.db", Bytes: 3 << 19, Facts: 1234, Oldest: at(1), Newest: at(60)},
		Sources: []StatusSource{
			{Name: "log file", State: "up", Since: at(2), Seen: at(60), Records: 1200},
			{Name: "libvirt qemu:///system", State: "down", Since: at(3), Lag: &lag, Observations: 7, Lost: 1, Problem: "connect: refused\x1b"},
		},
		Warnings: []string{"no CAP_SYS_PTRACE"},
	}
	show := func(o Options) string {
		return written(t, func(b *bytes.Buffer) error { return StatusText(b, s, o) })
	}
	want := `virtaudit v1 on kvm1, since 1970-01-01 00:00:01 (UTC)
ready; 2 guests running
emits records that are missing
store /var/lib/virtaudit/trail.db: 1.5 MiB, 1234 facts, 1970-01-01 00:00:01 to 1970-01-01 00:01:00

SOURCE                  STATE  SINCE                SEEN                 RECORDS  OBSERVATIONS  LOST  PROBLEM
log file                up     1970-01-01 00:00:02  1970-01-01 00:01:00  1200     0             0
libvirt qemu:///system  down   1970-01-01 00:00:03  -, 1m 30s behind     0        7             1     connect: refused\x1b
warning: no CAP_SYS_PTRACE
`
	if got := show(Options{}); got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
	contains(t, show(Options{Width: 60}), []string{"log file, up since 1970-01-01 00:00:02\n", "    connect: refused\\x1b\n"})

	s.Ready, s.Reasons, s.Store.Full, s.Demo = false, []string{"no room"}, true, true
	contains(t, show(Options{Color: true}), []string{"not ready: no room", ", FULL", "demonstration"}, "ready; 2")
}

func TestSize(t *testing.T) {
	for n, want := range map[int64]string{0: "0 bytes", 1023: "1023 bytes", 1024: "1 KiB", 1 << 30: "1 GiB", 1<<62 + 1: "4194304 TiB"} {
		if got := size(n); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
}
