package guest

import (
	"slices"
	"strings"
	"testing"
)

// TestWarnings has changes with something wrong in them: each is told of once,
// and nothing is written that can't be read back.
func TestWarnings(t *testing.T) {
	noUUID, badUUID := qcowTest, qcowTest
	noUUID.UUID, badUUID.UUID = "", "118733ED-b658-3e22-a2cb-4fe5cb3ddf79"
	mac := OpenFile{MAC: "no mac", Path: "/dev/net/tun"}
	for _, tc := range []struct {
		change  Change
		warning string
		records int
	}{
		{Change{Guest: &noUUID, Op: Stop}, "uuid", 1},
		{Change{Guest: &badUUID, Op: Stop}, "uuid", 1},
		{Change{Guest: &qcowTest, Op: Stop, Reason: "no word"}, "reason", 1},
		{Change{Guest: &qcowTest, Op: Open, New: mac}, "net", 1},
		{Change{Guest: &qcowTest, Op: Allow, New: CgroupRule{Class: CgroupPath, ACL: "r w"}}, "acl", 1},
		{Change{Guest: &qcowTest, Op: Attach, New: Interface{}}, "MAC", 0},
		{Change{Guest: &qcowTest, Op: Mirror, New: devRandom}, "mirror of guest.RNG", 0},
		{Change{Guest: &qcowTest, Op: Snapshot, Old: devRandom, New: isoA}, "snapshot of guest.Disk", 0},
		{Change{Guest: &qcowTest, Op: Attach, New: Memory(1)}, "attach of guest.Memory", 0},
		{Change{Guest: &qcowTest, Op: Allow, New: CgroupRule{Class: CgroupAll}}, "allow of guest.CgroupRule", 0},
		{Change{Guest: &qcowTest, Op: Deny, New: CgroupRule{Class: CgroupMajor}}, "deny of guest.CgroupRule", 0},
		{Change{Guest: &qcowTest, Op: Attach, New: Label{Model: "dac"}}, "attach of guest.Label", 0},
		{Change{Guest: &qcowTest, Op: SetLabel, New: devRandom}, "label of guest.RNG", 0},
		{Change{Guest: &qcowTest, Op: Detach, New: devRandom}, "detach", 0},
		{Change{Guest: &qcowTest, Op: "explode", New: devRandom}, "explode", 0},
		{Change{Guest: &qcowTest}, "nothing", 0},
		{Change{Guest: &qcowTest, Op: Update, Old: TPM{Backend: TPMEmulator}, New: TPM{Backend: TPMEmulator}}, "nothing changed", 0},
		{Change{Guest: &qcowTest, Op: Update, Old: HostDevice{Type: HostPCI}, New: HostDevice{Type: HostPCI}}, "nothing changed", 0},
	} {
		messages, warnings := Records(tc.change)
		if len(warnings) != 1 || !strings.Contains(string(warnings[0]), tc.warning) {
			t.Errorf("%+v: warned %q, want one of %q", tc.change, warnings, tc.warning)
		}
		if len(messages) != tc.records {
			t.Errorf("%+v: %d messages, want %d", tc.change, len(messages), tc.records)
		}
		for _, m := range messages {
			readable(t, "message", []byte(m.String()+"\n"))
		}
	}
}

func TestNoGuest(t *testing.T) {
	messages, warnings := Records(Change{Op: Start})
	want := []string{`VIRT_CONTROL success virt=? op=start reason=booted vm="" uuid=? vm-pid=0`}
	if len(messages) != 1 || messages[0].String() != want[0] || len(warnings) != 2 {
		t.Errorf("got %v, warned %q", messages, warnings)
	}
}

// A pointer compiles, and is written as what it points to.
func TestPointer(t *testing.T) {
	r := devRandom
	got, want := texts(t, Change{Guest: &qcowTest, Op: Attach, New: &r}), texts(t, Change{Guest: &qcowTest, Op: Attach, New: r})
	if len(want) != 1 || !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestNegativePID(t *testing.T) {
	want := `VIRT_CONTROL success virt=kvm op=stop reason=shutdown vm="qcow-test" uuid=118733ed-b658-3e22-a2cb-4fe5cb3ddf79 vm-pid=0`
	if got := texts(t, Change{Guest: &qcowTest, Op: Stop, PID: -1}); !slices.Equal(got, []string{want}) {
		t.Errorf("got %q", got)
	}
}

// TestAppendRecords holds it to leaving what is there, and to writing over what
// was there.
func TestAppendRecords(t *testing.T) {
	start, stop := Change{Guest: &everything, Op: Start}, Change{Guest: &everything, Op: Stop}
	started, _ := Records(start)
	both, _ := AppendRecords(slices.Clone(started), stop)
	if len(both) != len(started)+1 || both[0].String() != started[0].String() {
		t.Errorf("%d messages, want those of the start and one more", len(both))
	}
	memory := &both[0].Text[0]
	again, _ := AppendRecords(both[:0], start)
	if len(again) != len(started) || &again[0].Text[0] != memory {
		t.Error("the memory of messages was not used again")
	}
	for i := range again {
		if again[i].String() != started[i].String() {
			t.Errorf("in used memory: %s\nwant %s", again[i], started[i])
		}
	}
}

func TestAllocations(t *testing.T) {
	for _, tc := range []struct {
		name   string
		change Change
	}{
		{"attach", Change{Guest: &qcowTest, Op: Attach, New: devRandom}},
		{"detach", Change{Guest: &qcowTest, Op: Detach, Old: isoB}},
		{"stop", Change{Guest: &qcowTest, Op: Stop, PID: 77}},
		{"start", Change{Guest: with(devRandom, egdSocket), Op: Start, PID: 77}},
		{"whole start", Change{Guest: &webServer, Op: Start, PID: 77}},
	} {
		messages, _ := Records(tc.change)
		n := testing.AllocsPerRun(100, func() { messages, _ = AppendRecords(messages[:0], tc.change) })
		if n >= 1 && !raceDetected { // a pool may be emptied once
			t.Errorf("%s: %v allocations", tc.name, n)
		}
	}
}
