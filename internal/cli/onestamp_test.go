package cli

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// oneStamp makes a log in which a guest gets many disks, and is denied as many
// files, all in what its records say is one event.
func oneStamp(t *testing.T, n int) string {
	t.Helper()
	const uuid = "11111111-2222-4333-8444-555555555555"
	var log bytes.Buffer
	virt := func(kind, fields string) {
		fmt.Fprintf(&log, `type=%s msg=audit(1793000000.100:3): pid=10 uid=0 auid=4294967295 ses=4294967295 msg='virt=kvm %s vm="g" uuid=%s `, kind, fields, uuid)
	}
	const tail = `exe="/usr/sbin/libvirtd" hostname=? addr=? terminal=? res=success'` + "\n"
	virt("VIRT_CONTROL", "op=start reason=booted")
	log.WriteString("vm-pid=42 " + tail)
	for i := range n {
		virt("VIRT_RESOURCE", "resrc=disk reason=attach")
		fmt.Fprintf(&log, `old-disk="?" new-disk="/d%d.img" %s`, i, tail)
		fmt.Fprintf(&log, `type=AVC msg=audit(1793000000.100:3): apparmor="DENIED" operation="open" profile="libvirt-%s" name="/n%d" pid=42 comm="c%[2]d" requested_mask="r" denied_mask="r" fsuid=107 ouid=0`+"\n", uuid, i)
	}
	name := filepath.Join(t.TempDir(), "audit.log")
	if err := os.WriteFile(name, log.Bytes(), 0o666); err != nil {
		t.Fatal(err)
	}
	return name
}

// told gives what a command line writes.
func told(t *testing.T, args ...string) string {
	t.Helper()
	var out, said bytes.Buffer
	if status := Run("", args, Streams{In: strings.NewReader(""), Out: &out, Err: &said}); status != exitOK || said.Len() > 0 {
		t.Fatalf("%q: status %d, %s", args, status, said.Bytes())
	}
	return out.String()
}

// TestOneStamp: what is said of each of many records that have one stamp grows
// with their number, not with its square.
func TestOneStamp(t *testing.T) {
	const n = 1500
	log := oneStamp(t, n)
	info, err := os.Stat(log)
	if err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"events"},
		{"events", "--format", "jsonl"},
		{"events", "--format", "csv"},
		{"findings"},
		{"findings", "--format", "jsonl"},
		{"sessions"},
		{"sessions", "--format", "jsonl"},
		{"who", "disk"},
		{"who", "disk", "--format", "csv"},
	} {
		got := told(t, append(args, "--proof=records", log)...)
		if int64(len(got)) > 5*maxLines*info.Size() {
			t.Errorf("%q: %d bytes of %d", args, len(got), info.Size())
		}
		if !strings.Contains(got, "more lines of this event") && !strings.Contains(got, `"records_left_out":`) {
			t.Errorf("%q doesn't say that there are more lines", args)
		}
	}
	got := told(t, "auvirt", "-a", "--proof", "-f", log)
	for i := range n {
		if !strings.Contains(got, fmt.Sprintf("\tc%d", i)) || !strings.Contains(got, fmt.Sprintf("\t/d%d.img\n", i)) {
			t.Fatalf("auvirt doesn't show what was said in pair %d", i)
		}
	}
}
