package guest

import (
	"slices"
	"strings"
	"testing"
)

var qcowTest = Spec{
	Name: "qcow-test",
	UUID: "118733ed-b658-3e22-a2cb-4fe5cb3ddf79",
	Virt: KVM,
}

const (
	devRandomStart = `virt=kvm resrc=rng reason=start vm="qcow-test" uuid=118733ed-b658-3e22-a2cb-4fe5cb3ddf79 old-rng="?" new-rng="/dev/random"`
	egdSocketStart = `virt=kvm resrc=rng reason=start vm="qcow-test" uuid=118733ed-b658-3e22-a2cb-4fe5cb3ddf79 old-rng="?" new-rng="/tmp/unix.sock"`
)

var (
	devRandom = RNG{Path: "/dev/random"}
	egdSocket = RNG{Backend: RNGEGD, Source: Chardev{Type: ChardevUnix, Path: "/tmp/unix.sock"}}
	silentRNG = []RNG{
		{Backend: RNGEGD, Source: Chardev{Type: ChardevTCP, Host: "1.2.3.4", Service: "1234"}},
		{Backend: RNGEGD, Source: Chardev{Type: ChardevTCP, Host: "0.0.0.0", Service: "1234", Listen: true}},
		{Backend: RNGEGD, Source: Chardev{Type: ChardevUDP, Host: "1.2.3.4", Service: "1234"}},
		{Backend: RNGBuiltin},
	}
)

// with gives the guest that has these RNGs.
func with(rngs ...RNG) *Spec {
	s := qcowTest
	s.RNGs = rngs
	return &s
}

// texts gives the messages of a change as text, and fails on a warning.
func texts(t *testing.T, c Change) []string {
	t.Helper()
	messages, warnings := Records(c)
	for _, w := range warnings {
		t.Errorf("%s: warned: %s", c.Op, w)
	}
	all := make([]string, 0, len(messages))
	for _, m := range messages {
		all = append(all, m.String())
	}
	return all
}

// rngTexts gives those that tell of an RNG, without type and result.
func rngTexts(t *testing.T, c Change) []string {
	t.Helper()
	var all []string
	for _, line := range texts(t, c) {
		if rng, ok := strings.CutPrefix(line, "VIRT_RESOURCE success "); ok && strings.Contains(line, " resrc=rng ") {
			all = append(all, rng)
		}
	}
	return all
}

func TestStartWithRNG(t *testing.T) {
	for _, tc := range []struct {
		rng  RNG
		want string
	}{
		{devRandom, devRandomStart},
		{RNG{Backend: RNGRandom, Path: "/dev/random"}, devRandomStart},
		{egdSocket, egdSocketStart},
	} {
		got := rngTexts(t, Change{Guest: with(tc.rng), Op: Start, PID: 77})
		if !slices.Equal(got, []string{tc.want}) {
			t.Errorf("%+v:\n got %q\nwant %q", tc.rng, got, tc.want)
		}
	}
}

func TestSilentRNG(t *testing.T) {
	got := rngTexts(t, Change{Guest: with(silentRNG...), Op: Start})
	for _, rng := range silentRNG {
		got = append(got, texts(t, Change{Guest: &qcowTest, Op: Attach, New: rng})...)
		got = append(got, texts(t, Change{Guest: &qcowTest, Op: Attach, New: rng, Failed: true})...)
		got = append(got, texts(t, Change{Guest: &qcowTest, Op: Detach, Old: rng})...)
		for _, other := range silentRNG {
			got = append(got, texts(t, Change{Guest: &qcowTest, Op: Update, Old: rng, New: other})...)
		}
	}
	if len(got) > 0 {
		t.Errorf("records of RNGs that libvirt doesn't audit: %q", got)
	}
}

func TestChangeOfRNG(t *testing.T) {
	const head = `virt=kvm resrc=rng reason=%s vm="qcow-test" uuid=118733ed-b658-3e22-a2cb-4fe5cb3ddf79 `
	for _, tc := range []struct {
		change Change
		result string
		want   string // behind uuid=
	}{
		{Change{Op: Attach, New: devRandom}, "success", `old-rng="?" new-rng="/dev/random"`},
		{Change{Op: Attach, New: egdSocket}, "success", `old-rng="?" new-rng="/tmp/unix.sock"`},
		{Change{Op: Attach, New: devRandom, Failed: true}, "failed", `old-rng="?" new-rng="/dev/random"`},
		{Change{Op: Attach, Old: egdSocket, New: devRandom}, "success", `old-rng="?" new-rng="/dev/random"`},
		{Change{Op: Detach, Old: devRandom}, "success", `old-rng="/dev/random" new-rng="?"`},
		{Change{Op: Detach, Old: egdSocket}, "success", `old-rng="/tmp/unix.sock" new-rng="?"`},
		{Change{Op: Update, Old: devRandom, New: egdSocket}, "success", `old-rng="/dev/random" new-rng="/tmp/unix.sock"`},
		{Change{Op: Update, Old: egdSocket, New: devRandom, Failed: true}, "failed", `old-rng="/tmp/unix.sock" new-rng="/dev/random"`},
		{Change{Op: Update, Old: silentRNG[0], New: devRandom}, "success", `old-rng="?" new-rng="/dev/random"`},
		{Change{Op: Update, Old: devRandom, New: silentRNG[0]}, "success", `old-rng="/dev/random" new-rng="?"`},
		{Change{Op: Update, Old: nil, New: devRandom}, "success", `old-rng="?" new-rng="/dev/random"`},
		{Change{Op: Update, Old: devRandom, New: nil}, "success", `old-rng="/dev/random" new-rng="?"`},
	} {
		tc.change.Guest = &qcowTest
		want := "VIRT_RESOURCE " + tc.result + " " + strings.Replace(head, "%s", string(tc.change.Op), 1) + tc.want
		if got := texts(t, tc.change); !slices.Equal(got, []string{want}) {
			t.Errorf("got  %q\nwant %q", got, want)
		}
	}
}

func TestUnknownVirt(t *testing.T) {
	for _, virt := range []Virt{"", "firecracker", "KVM", "kvm qemu"} {
		s := with(devRandom)
		s.Virt = virt
		messages, warnings := Records(Change{Guest: s, Op: Start})
		if len(warnings) != 1 || !strings.Contains(string(warnings[0]), "virt") {
			t.Errorf("%q: warnings %q, want one of virt", virt, warnings)
		}
		for _, m := range messages {
			if !strings.HasPrefix(string(m.Text), "virt=? ") {
				t.Errorf("%q: %s", virt, m)
			}
		}
		if len(messages) != 4 { // the RNG, memory, vcpus, and that it runs
			t.Errorf("%q: %d messages, want 4: %v", virt, len(messages), messages)
		}
	}
	for _, virt := range []Virt{QEMU, KVM, HVF, LXC, "xen"} {
		messages, warnings := Records(Change{Guest: &Spec{Virt: virt, UUID: qcowTest.UUID}, Op: Stop})
		if len(warnings) != 0 || !strings.HasPrefix(string(messages[0].Text), "virt="+string(virt)+" op=stop ") {
			t.Errorf("%q: %v, warned %q", virt, messages, warnings)
		}
	}
}
