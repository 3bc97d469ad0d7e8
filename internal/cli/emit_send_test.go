package cli

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/virtaudit/virtaudit/kaudit"
	"github.com/virtaudit/virtaudit/kaudit/kaudittest"
)

// emitXML is a guest whose start gives five messages, the second of which has
// this RNG.
func emitXML(rng string) string {
	return `<domain type='kvm'>
  <name>g</name>
  <uuid>118733ed-b658-3e22-a2cb-4fe5cb3ddf79</uuid>
  <memory>65536</memory>
  <devices>
    <disk type='file'><source file='/srv/g.img'/><target dev='vda'/></disk>
    <rng model='virtio'><backend model='random'>` + rng + `</backend></rng>
  </devices>
</domain>`
}

// emitted runs an emit command for a fake kernel.
func emitted(t *testing.T, kernel *kaudittest.Kernel, xml string, args ...string) (stdout, stderr string, err error) {
	t.Helper()
	var out, said bytes.Buffer
	cmd := newEmitTo(Streams{In: strings.NewReader(xml), Out: &out, Err: &said}, kernel.Dial, 100*time.Millisecond)
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	cmd.SetArgs(args)
	err = cmd.Execute()
	return out.String(), said.String(), err
}

// texts gives the messages of which a fake kernel made records, as --dry-run
// prints them.
func texts(kernel *kaudittest.Kernel) string {
	var b strings.Builder
	for _, m := range kernel.Messages() {
		b.WriteString(m.String() + "\n")
	}
	return b.String()
}

func TestEmitToKernel(t *testing.T) {
	kernel := kaudittest.NewKernel()
	want, _, err := emitted(t, kernel, emitXML("/dev/random"), "start", "-", "--dry-run")
	if err != nil || len(kernel.Messages()) != 0 || strings.Count(want, "\n") != 5 {
		t.Fatalf("--dry-run: %v, %d messages are sent, printed is\n%s", err, len(kernel.Messages()), want)
	}
	stdout, stderr, err := emitted(t, kernel, emitXML("/dev/random"), "start", "-")
	if got := texts(kernel); err != nil || stdout+stderr != "" || got != want {
		t.Errorf("error %v, printed %q, sent\n%swant\n%s", err, stdout+stderr, got, want)
	}
}

// What keeps every message from the kernel is one line, with what to do.
func TestEmitRefused(t *testing.T) {
	for _, tc := range []struct {
		name   string
		kernel func(*kaudittest.Kernel)
		want   string
	}{
		{
			"disabled", func(k *kaudittest.Kernel) { k.SetStatus(kaudit.Status{}) },
			"audit is disabled in the kernel; auditctl -e 1 enables it",
		},
		{
			"permission", func(k *kaudittest.Kernel) { k.Refuse(kaudit.ErrNotPermitted) },
			"not permitted (operation not permitted); it takes root, or the capability CAP_AUDIT_WRITE",
		},
		{
			"namespace", func(k *kaudittest.Kernel) { k.Refuse(kaudit.ErrUserNamespace) },
			"the kernel has no audit for user namespaces (connection refused); run it outside of the container, or write --to file:PATH",
		},
		{
			"unsupported", func(k *kaudittest.Kernel) { k.Refuse(kaudit.ErrUnsupported) },
			"the kernel has no audit; it was built or booted (audit=0) without: write --to file:PATH",
		},
		{
			"busy", func(k *kaudittest.Kernel) { k.Busy(1 << 20) },
			"the kernel's audit backlog is full: no buffer space available (context deadline exceeded); does auditd run, and has it room for its log? virtaudit doctor tells",
		},
		{
			"other", func(k *kaudittest.Kernel) { k.Refuse(syscall.EIO) },
			"input/output error",
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			kernel := kaudittest.NewKernel()
			tc.kernel(kernel)
			stdout, stderr, err := emitted(t, kernel, emitXML("/dev/random"), "start", "-")
			want := "virtaudit: kernel: 0 of 5 messages sent: " + tc.want + "\n"
			if !errors.Is(err, errUnreadable) || stdout != "" || stderr != want {
				t.Errorf("error %v, standard error\n%swant\n%s", err, stderr, want)
			}
			if n := len(kernel.Messages()); n != 0 {
				t.Errorf("%d messages became records", n)
			}
		})
	}
}

// One message that can't be sent doesn't keep the others back, and all are
// listed.
func TestEmitPart(t *testing.T) {
	kernel := kaudittest.NewKernel()
	xml := emitXML("/dev/" + strings.Repeat("x", 9000))
	_, stderr, err := emitted(t, kernel, xml, "start", "-")
	if !errors.Is(err, errUnreadable) {
		t.Error(err)
	}
	if n := len(kernel.Messages()); n != 4 {
		t.Errorf("%d messages were sent, want 4", n)
	}
	lines := strings.Split(strings.TrimSuffix(stderr, "\n"), "\n")
	for i, begin := range []string{
		"virtaudit: kernel: 4 of 5 messages sent: the text is too long: ",
		"  sent      VIRT_RESOURCE success virt=kvm resrc=disk ",
		"  not sent  VIRT_RESOURCE success virt=kvm resrc=rng ",
		"  sent      VIRT_RESOURCE success virt=kvm resrc=mem ",
		"  sent      VIRT_RESOURCE success virt=kvm resrc=vcpu ",
		"  sent      VIRT_CONTROL success virt=kvm op=start ",
	} {
		if len(lines) != 6 || !strings.HasPrefix(lines[i], begin) {
			t.Fatalf("standard error is\n%s\nwant line %d to begin with %q", stderr, i+1, begin)
		}
	}
	if !strings.HasSuffix(lines[0], "; --shorten cuts its values") {
		t.Errorf("no advice in %q", lines[0])
	}
}

func TestEmitShortened(t *testing.T) {
	kernel := kaudittest.NewKernel()
	xml := emitXML("/dev/" + strings.Repeat("x", 9000))
	_, stderr, err := emitted(t, kernel, xml, "start", "-", "--shorten")
	if got := texts(kernel); err != nil || stderr != "" || strings.Count(got, "\n") != 5 || !strings.Contains(got, " shortened=new-rng:9005 ") {
		t.Errorf("error %v, standard error %q, sent:\n%s", err, stderr, got)
	}
}

// A kernel that takes the first message and then no more: that is known of
// each.
func TestEmitHeld(t *testing.T) {
	kernel := kaudittest.NewKernel()
	release := kernel.Hold()
	defer release()
	_, stderr, err := emitted(t, kernel, emitXML("/dev/random"), "start", "-")
	if !errors.Is(err, errUnreadable) {
		t.Error(err)
	}
	for text, n := range map[string]int{
		"virtaudit: kernel: 0 of 5 messages sent: ":                1,
		"\n  unknown   VIRT_RESOURCE success virt=kvm resrc=disk ": 1,
		"\n  not sent  VIRT_":                                      4,
		"the kernel's audit backlog is":                            1,
	} {
		if strings.Count(stderr, text) != n {
			t.Errorf("standard error has %d times %q:\n%s", strings.Count(stderr, text), text, stderr)
		}
	}
}

// Each destination gets all messages, whatever another does and however long it
// takes.
func TestEmitToSeveral(t *testing.T) {
	kernel := kaudittest.NewKernel()
	kernel.Busy(1 << 20)
	log := filepath.Join(t.TempDir(), "audit.log")
	stdout, stderr, err := emitted(t, kernel, emitXML("/dev/random"), "start", "-", "--to", "kernel", "--to", "file:"+log, "--to", "stdout")
	file, readErr := os.ReadFile(log)
	if !errors.Is(err, errUnreadable) || readErr != nil {
		t.Fatal(err, readErr)
	}
	if strings.Count(stdout, "\n") != 5 || bytes.Count(file, []byte("\n")) != 5 {
		t.Errorf("standard output\n%sfile\n%s", stdout, file)
	}
	want := "virtaudit: kernel: 0 of 5 messages sent: the kernel's audit backlog is full: no buffer space available (context deadline exceeded); does auditd run, and has it room for its log? virtaudit doctor tells\n" +
		"virtaudit: file:" + log + ": 5 of 5 messages sent\n" +
		"virtaudit: stdout: 5 of 5 messages sent\n"
	if stderr != want {
		t.Errorf("standard error\n%swant\n%s", stderr, want)
	}
}

// A guest that has nothing to tell of needs no kernel.
func TestEmitNothing(t *testing.T) {
	kernel := kaudittest.NewKernel()
	kernel.Refuse(kaudit.ErrUnsupported)
	guest := filepath.Join(t.TempDir(), "g.xml")
	if err := os.WriteFile(guest, []byte(emitXML("/dev/random")), 0o600); err != nil {
		t.Fatal(err)
	}
	stdout, stderr, err := emitted(t, kernel, `<rng model='virtio'><backend model='builtin'/></rng>`, "attach", guest, "-")
	if err != nil || stdout+stderr != "" {
		t.Errorf("error %v, printed %q", err, stdout+stderr)
	}
}
