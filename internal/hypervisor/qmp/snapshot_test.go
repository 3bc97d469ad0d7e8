package qmp

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/virtaudit/virtaudit/guest"
)

var update = flag.Bool("update", false, "write the expected files anew")

// clock is a second later each time.
func clock() func() time.Time {
	now := time.Date(2026, 11, 23, 14, 0, 0, 0, time.UTC)
	return func() time.Time {
		now = now.Add(time.Second)
		return now
	}
}

func (f *fake) snapshot() *Snapshot {
	f.t.Helper()
	s, err := f.dial().Snapshot(f.t.Context(), clock())
	if err != nil {
		f.t.Fatal(err)
	}
	return s
}

// tell writes all that a snapshot says, a line a thing.
func (s *Snapshot) tell() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s to %s, QEMU %v\n", s.Begun.Format(time.TimeOnly), s.Ended.Format(time.TimeOnly), s.Version)
	fmt.Fprintf(&b, "%s %s %s\n", s.Spec.Name, s.Spec.UUID, s.Spec.Virt)
	for _, c := range guest.Diff(&guest.Spec{}, &s.Spec) {
		fmt.Fprintf(&b, "%T %+[1]v\n", c.New)
	}
	for _, i := range s.items() {
		fmt.Fprintf(&b, "%T %+[1]v\n", i)
	}
	for _, u := range s.Unknown {
		fmt.Fprintf(&b, "unknown: %s: %v\n", u.Part, u.Err)
	}
	return b.Bytes()
}

// The answers of a real QEMU give all that it was started with.
func TestSnapshot(t *testing.T) {
	got := newFake(t).snapshot().tell()
	const name = "testdata/qemu-7.2.golden"
	if *update {
		if err := os.WriteFile(name, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// What a type of device has is asked once.
func TestTypesAreKept(t *testing.T) {
	f := newFake(t)
	c := f.dial()
	for range 3 {
		if _, err := c.Snapshot(t.Context(), clock()); err != nil {
			t.Fatal(err)
		}
	}
	if n := f.times(`qom-list {"path":"/machine/peripheral/rd0"}`) + f.times(`qom-list {"path":"/machine/peripheral-anon/device[0]"}`); n != 1 {
		t.Errorf("asked %d times for the properties of virtio-rng-pci, want once", n)
	}
}

// A QEMU that was given no uuid has none: that of zeros is of them all.
func TestNoUUID(t *testing.T) {
	f := newFake(t)
	f.set("query-uuid", `{"UUID": "00000000-0000-0000-0000-000000000000"}`)
	if s := f.snapshot(); s.Spec.UUID != "" || !s.Knows("uuid") {
		t.Errorf("uuid %q, known %v", s.Spec.UUID, s.Knows("uuid"))
	}
}

// A QEMU that lacks commands gives a snapshot that says so.
func TestUnknownParts(t *testing.T) {
	for _, tc := range []struct {
		lacks string
		want  []Part
	}{
		{"query-uuid", []Part{"uuid"}},
		{"query-kvm", []Part{"virt"}},
		{"query-tpm", []Part{"tpms"}},
		{"query-block", []Part{"disks"}},
		{"query-memory-size-summary", []Part{"memory"}},
		{`qom-get {"path":"/objects/r0","property":"filename"}`, []Part{"rngs"}},
		{`qom-get {"path":"/objects/shm0","property":"size"}`, []Part{"shared memory"}},
		{`qom-list {"path":"/objects"}`, []Part{"rngs", "shared memory"}},
		{"query-chardev", []Part{"chardevs", "ports", "rngs", "tpms", "shared memory"}},
		{`qom-list {"path":"/machine/peripheral"}`, []Part{"devices", "ports", "disks", "interfaces", "rngs", "shared memory"}},
	} {
		f := newFake(t)
		whole := f.snapshot()
		f.lack(tc.lacks)
		s := f.again()
		var got []Part
		for _, u := range s.Unknown {
			got = append(got, u.Part)
			refusal := new(Error)
			if !errors.As(u.Err, &refusal) || refusal.Class != "CommandNotFound" || s.Knows(u.Part) {
				t.Errorf("without %s: %s is unknown as %v", tc.lacks, u.Part, u.Err)
			}
		}
		if !slices.Equal(got, tc.want) {
			t.Errorf("without %s, %q are unknown, want %q", tc.lacks, got, tc.want)
		}
		if d := Diff(whole, s); !d.Empty() {
			t.Errorf("without %s: %+v", tc.lacks, d)
		}
		if d := Diff(whole, merge(whole, s)); !d.Empty() || len(merge(whole, s).Unknown) != 0 {
			t.Errorf("without %s, merged: %+v", tc.lacks, d)
		}
	}
}

// again takes a snapshot over a connection of its own, when the last is closed.
func (f *fake) again() *Snapshot {
	f.t.Helper()
	f.hangUp()
	return f.snapshot()
}

// An answer that isn't what it should be is as good as none.
func TestOddAnswers(t *testing.T) {
	for _, answer := range []string{`null`, `17`, `"x"`, `[]`, `{}`, `[{}]`, `[null]`, `{"name": []}`, `[{"name": 1, "inserted": "x"}]`} {
		f := newFake(t)
		for key := range recorded(t) {
			if key != "qmp_capabilities" {
				f.set(key, answer)
			}
		}
		s := f.snapshot()
		if s.Spec.VCPUs > 1 || len(s.Spec.RNGs) > 0 {
			t.Errorf("%s: %+v", answer, s)
		}
	}
}

func TestSnapshotEnds(t *testing.T) {
	f := newFake(t)
	f.mute("query-block")
	c := f.dial()
	go func() {
		for f.times("query-block") == 0 {
			time.Sleep(time.Millisecond)
		}
		f.hangUp()
	}()
	if s, err := c.Snapshot(t.Context(), clock()); err == nil {
		t.Errorf("a snapshot of a QEMU that hangs up: %s", s.tell())
	}
}

// A QEMU before 5.0 tells of nodes with all that is behind them.
func TestBlockNodesOfOld(t *testing.T) {
	f := newFake(t)
	const flat = `query-named-block-nodes {"flat":true}`
	f.set("query-named-block-nodes", `[{"node-name": "b", "drv": "host_device", "file": "/srv/vm/nv.img"}]`)
	f.lack(flat)
	s := f.snapshot()
	if i := slices.IndexFunc(s.Spec.Disks, func(d guest.Disk) bool { return d.Source.Path == "/srv/vm/nv.img" }); i < 0 || s.Spec.Disks[i].Source.Type != guest.DiskBlock {
		t.Errorf("the disk of a QEMU without flat node lists: %s", s.tell())
	}
}

func TestTPMs(t *testing.T) {
	f := newFake(t)
	f.set("query-tpm", `[
		{"id": "t0", "model": "tpm-tis", "options": {"type": "passthrough", "data": {"path": "/dev/tpm0", "cancel-path": "/x"}}},
		{"id": "t1", "model": "tpm-crb", "options": {"type": "emulator", "data": {"chardev": "c0"}}}]`)
	want := []guest.TPM{
		{Backend: guest.TPMPassthrough, Path: "/dev/tpm0"},
		{Backend: guest.TPMEmulator, Path: "/srv/vm/egd.sock"},
	}
	if s := f.snapshot(); !slices.Equal(s.Spec.TPMs, want) {
		t.Errorf("the TPMs: %s", s.tell())
	}
	f.set("query-tpm", `[{"options": {"type": "emulator", "data": {"chardev": "gone"}}}]`)
	if s := f.again(); s.Knows("tpms") {
		t.Errorf("TPMs are known, though one has a chardev that is gone: %s", s.tell())
	}
}

// FuzzAnswers gives a snapshot's questions answers of any kind, a line each.
func FuzzAnswers(f *testing.F) {
	f.Add([]byte("{}\n[]\n\"x\"\n[{\"name\": \"a\", \"type\": \"child<rng-egd>\"}]"))
	f.Add([]byte(`[{"name":"device[1]","type":"child<virtio-rng-pci>"},{"name":"rng"},{"name":"drive"},{"name":"chardev"}]`))
	f.Add([]byte(`[{"device":"d","qdev":"/x","inserted":{"file":"json:{}","image":{"backing-image":{}}}}]`))
	f.Fuzz(func(t *testing.T, text []byte) {
		lines := bytes.Split(text, []byte("\n"))
		a := &asker{ctx: t.Context(), client: canned(t, lines), s: &Snapshot{}}
		for _, p := range parts {
			if err := p.ask(a); err != nil {
				p.copy(a.s, &Snapshot{})
				a.s.Unknown = append(a.s.Unknown, Unknown{p.name, err})
			}
		}
		if d := Diff(a.s, a.s); !d.Empty() {
			t.Errorf("a snapshot differs from itself: %+v", d)
		}
	})
}
