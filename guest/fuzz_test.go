package guest

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"github.com/virtaudit/virtaudit/record"
)

// choices makes guests of bytes: few and small ones of few bytes, and such as
// have much in common.
type choices struct{ bytes []byte }

func (c *choices) next() byte {
	if len(c.bytes) == 0 {
		return 0
	}
	b := c.bytes[0]
	c.bytes = c.bytes[1:]
	return b
}

func (c *choices) flag() bool { return c.next()&1 != 0 }

// text gives one of a few texts, or bytes as they come.
func (c *choices) text() string {
	few := [...]string{"", "/a", "/b", "a b", "?", "AB", `"`, "/x'y", "\x00\xff", "vm=x", " res=failed", "exe="}
	n := int(c.next())
	if n < 8*len(few) {
		return few[n%len(few)]
	}
	n = min(n%8, len(c.bytes))
	s := string(c.bytes[:n])
	c.bytes = c.bytes[n:]
	return s
}

func pick[T any](c *choices, all ...T) T { return all[int(c.next())%len(all)] }

func (c *choices) chardev() Chardev {
	return Chardev{
		Type: pick(c, "", ChardevPTY, ChardevFile, ChardevUnix, ChardevTCP, "odd"),
		Path: c.text(), EmptyPath: c.flag(), Listen: c.flag(),
	}
}

func (c *choices) resource() Resource {
	switch c.next() % 19 {
	case 0, 1, 2:
		return Disk{
			Target: pick(c, "", "vda", "vdb"), Device: pick(c, "", "cdrom"),
			Source: DiskSource{Type: pick(c, "", DiskBlock, DiskNetwork), Path: c.text()},
		}
	case 3:
		return Filesystem{Type: pick(c, "", FilesystemRAM), Source: c.text(), EmptyPath: c.flag()}
	case 4:
		return Interface{MAC: "52:54:00:00:00:0" + pick(c, "1", "2"), Source: c.text()}
	case 5:
		return HostDevice{Type: pick(c, HostPCI, HostStorage, HostMisc, HostNet), Address: c.text()}
	case 6:
		return RedirDevice{Source: c.chardev()}
	case 7:
		return Serial{Source: c.chardev()}
	case 8:
		return Parallel{Source: c.chardev()}
	case 9:
		return Channel{Name: c.text(), Source: c.chardev()}
	case 10:
		return Console{Source: c.chardev()}
	case 11:
		return Smartcard{
			Mode:     pick(c, "", SmartcardHost, SmartcardCertificates, SmartcardPassthrough),
			Database: c.text(), Source: c.chardev(),
		}
	case 12, 13, 14:
		return RNG{Backend: pick(c, "", RNGEGD, RNGBuiltin), Path: c.text(), Source: c.chardev()}
	case 15:
		return TPM{Backend: pick(c, TPMPassthrough, TPMEmulator, TPMExternal, "odd"), Path: c.text()}
	case 16:
		return Shmem{Name: c.text(), Size: uint64(c.next()), Server: c.flag(), Path: c.text(), EmptyPath: c.flag()}
	case 17:
		return Input{Type: pick(c, InputEvdev, InputPassthrough, "mouse"), Path: c.text(), EmptyPath: c.flag()}
	}
	return File{Use: FileNVRAM, Path: c.text()}
}

func (c *choices) spec() *Spec {
	s := &Spec{
		Name: c.text(), UUID: qcowTest.UUID, Virt: KVM,
		Memory: Memory(c.next()), VCPUs: VCPUs(c.next()), IOThreads: IOThreads(c.next() % 3),
	}
	for range c.next() % 3 {
		s.Labels = append(s.Labels, Label{Model: c.text(), Process: c.text(), Image: c.text()})
	}
	for range c.next() % 24 {
		s.add(c.resource())
	}
	return s
}

// count counts a guest's resources.
func (s *Spec) count() map[Resource]int {
	n := map[Resource]int{s.Memory: 1, s.VCPUs: 1, s.IOThreads: 1}
	for _, c := range Diff(&Spec{}, s) {
		if c.Op == Attach {
			n[c.New]++
		}
	}
	return n
}

// checkDiff applies Diff's changes to old, which must give new, and reads what
// Records makes of them.
func checkDiff(t *testing.T, old, new *Spec) {
	t.Helper()
	for _, s := range []*Spec{old, new} {
		if changes := Diff(s, s); len(changes) > 0 {
			t.Errorf("from a guest to itself: %+v", changes)
		}
		checkRecords(t, Change{Guest: s, Op: Start})
	}
	has := old.count()
	for _, c := range Diff(old, new) {
		if c.Old != nil {
			if has[c.Old] == 0 {
				t.Errorf("it lost %+v, which it did not have", c.Old)
			}
			has[c.Old]--
		}
		if c.New != nil && c.Op != SetLabel {
			has[c.New]++
		}
		checkRecords(t, c)
	}
	for r, n := range new.count() {
		if has[r] != n {
			t.Errorf("%d of %T %+v, want %d", has[r], r, r, n)
		}
		delete(has, r)
	}
	for r, n := range has {
		if n != 0 {
			t.Errorf("%d of %T %+v left, want none", n, r, r)
		}
	}
}

// checkRecords reads a change's records: none is of no kind, and each says the
// guest's name. Only raw values may be read with doubt: as that they are in hex,
// or that a colon at their end is libaudit's.
func checkRecords(t *testing.T, c Change) {
	t.Helper()
	messages, warnings := Records(c)
	if len(warnings) > 0 {
		t.Errorf("%+v: warned %q", c, warnings)
	}
	for _, m := range messages {
		r := parsed(t, []byte(m.String()))
		name, _ := r.Lookup("vm")
		if r.Kind == nil || r.Marks&^(record.Ambiguous|record.Colon) != 0 || name.String() != c.Guest.Name && !name.Missing() {
			t.Errorf("%s: kind %v, marks %q", m, r.Kind, r.Marks.Names())
		}
		if bytes.ContainsAny(m.Text, "\x00\n") {
			t.Errorf("a control byte: %q", m.Text)
		}
	}
}

func FuzzDiff(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte("\x01\x02\x03\x01\x01\x00\x05\x0c\x00\x01\x0c\x00\x01\x00\x00\x01\x01\x02"))
	f.Fuzz(func(t *testing.T, data []byte) {
		c := choices{data}
		checkDiff(t, c.spec(), c.spec())
	})
}

// TestDiffAddsUp is FuzzDiff for a while, with guests that have much.
func TestDiffAddsUp(t *testing.T) {
	source := rand.NewChaCha8([32]byte{7})
	for range 500 {
		data := make([]byte, 400)
		_, _ = source.Read(data)
		c := choices{data}
		checkDiff(t, c.spec(), c.spec())
		if t.Failed() {
			t.Fatalf("with %q", data)
		}
	}
}
