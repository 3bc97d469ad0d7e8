package report

import (
	"testing"

	"github.com/virtaudit/virtaudit/internal/trail"
	"github.com/virtaudit/virtaudit/record"
)

func TestResourceWords(t *testing.T) {
	for _, tc := range []struct {
		op, kind, sub, old, id string
		done, failed           string
	}{
		{"attach", "disk", "", "", "/a.img", "attached disk /a.img", "FAILED to attach disk /a.img"},
		{"detach", "rng", "", "/dev/random", "", "detached rng /dev/random", "FAILED to detach rng /dev/random"},
		{"attach", "dev", "pci", "", "0000:3b:00.1", "attached dev pci 0000:3b:00.1", "FAILED to attach dev pci 0000:3b:00.1"},
		{"attach", "chardev", "", "", "", `attached chardev ""`, `FAILED to attach chardev ""`},
		{"update", "disk", "", "/a.iso", "/b.iso", "replaced disk /a.iso by /b.iso", "FAILED to replace disk /a.iso by /b.iso"},
		{"update", "disk", "", "/a.iso", "", "ejected disk /a.iso", "FAILED to eject disk /a.iso"},
		{"update", "disk", "", "", "/b.iso", "inserted disk /b.iso", "FAILED to insert disk /b.iso"},
		{"update", "net", "", "52:54:00:aa:bb:cc", "52:54:00:aa:bb:cc", "updated net 52:54:00:aa:bb:cc", "FAILED to update net 52:54:00:aa:bb:cc"},
		{"snapshot", "disk", "", "/a", "/b", "replaced disk /a by /b (snapshot)", "FAILED to replace disk /a by /b (snapshot)"},
		{"mirror", "disk", "", "", "/b", "began to mirror to disk /b", "FAILED to mirror to disk /b"},
		{"attach", "disk", "", "/a by /b", "/c", `replaced disk "/a by /b" by /c (attach)`, `FAILED to replace disk "/a by /b" by /c (attach)`},
		{"start", "disk", "", "", "/a.img", "asked for disk /a.img", "FAILED to get disk /a.img"},
		{"start", "mem", "", "0", "262144", "asked for mem 256 MiB", "FAILED to get mem 256 MiB"},
		{"start", "vcpu", "", "0", "1", "asked for vcpu 1", "FAILED to get vcpu 1"},
		{"start", "vcpu", "", "0", "x", "asked for vcpu x", "FAILED to get vcpu x"},
		{"update", "mem", "", "262144", "393216", "mem 256 MiB -> 384 MiB", "FAILED to change mem 256 MiB -> 384 MiB"},
		{"update", "vcpu", "", "1", "3", "vcpu 1 -> 3", "FAILED to change vcpu 1 -> 3"},
		{"update", "mem", "", "", "a b", `mem "a b"`, `FAILED to change mem "a b"`},
		{"open", "net-open", "52:54:00:aa:bb:cc", "", "/dev/net/tun", "opened /dev/net/tun for 52:54:00:aa:bb:cc", "FAILED to open /dev/net/tun for 52:54:00:aa:bb:cc"},
		{"open", "net-open", "", "", "/dev/net/tun", "opened /dev/net/tun", "FAILED to open /dev/net/tun"},
		{"deny", "cgroup", "all", "", "", "device rule: deny all devices", "FAILED to set device rule: deny all devices"},
		{"allow", "cgroup", "path", "", "/dev/kvm", "device rule: allow /dev/kvm", "FAILED to set device rule: allow /dev/kvm"},
		{"frob", "cgroup", "major", "", "pty", "device rule: frob devices of pty", "FAILED to set device rule: frob devices of pty"},
		{"frob", "gpu", "", "", "x=1 y=2", `frob gpu "x=1 y=2"`, `FAILED to frob gpu "x=1 y=2"`},
	} {
		ev := trail.Event{Type: record.VirtResource, Op: tc.op, Kind: tc.kind, Sub: tc.sub, Old: tc.old, ID: tc.id}
		for result, want := range map[record.Result]string{record.Success: tc.done, record.Failed: tc.failed} {
			ev.Result = result
			if got, _ := (Options{}).event(&ev); got != want {
				t.Errorf("%+v: %s, want %s", tc, got, want)
			}
		}
	}
	ev := trail.Event{Type: record.VirtResource, Op: trail.OpAllow, Kind: "cgroup", Sub: "path", ID: "/dev/kvm", Reason: "rw", Result: record.Success}
	if got, _ := (Options{}).event(&ev); got != "device rule: allow /dev/kvm (rw)" {
		t.Error(got)
	}
}
