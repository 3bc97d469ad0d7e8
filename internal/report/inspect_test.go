package report

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/virtaudit/virtaudit/record"
)

const sender = "pid=995252 uid=0 auid=4294967295 ses=4294967295"

func parse(t testing.TB, line string) *record.Record {
	t.Helper()
	var r record.Record
	if err := r.Parse([]byte(line)); err != nil {
		t.Fatal(err)
	}
	return &r
}

func inspect(t testing.TB, line string, o Options) string {
	t.Helper()
	r := parse(t, line)
	return output(t, func(w io.Writer) error { return Inspect(w, r, o) })
}

func TestInspect(t *testing.T) {
	for name, line := range map[string]string{
		// libvirt's own example, of an older libaudit.
		"rng":    "type=VIRT_RESOURCE msg=audit(1363099126.643:31): " + sender + ` msg='virt=kvm resrc=rng reason=start vm="qcow-test" uuid=118733ed-b658-3e22-a2cb-4fe5cb3ddf79 old-rng="?" new-rng="/dev/random": exe="/home/pipo/libvirt/daemon/.libs/libvirtd" hostname=? addr=? terminal=pts/0 res=success'`,
		"cgroup": "node=h1 type=VIRT_RESOURCE msg=audit(1795380652.382:83): " + sender + ` subj=system_u:system_r:virtd_t:s0 msg='virt=kvm resrc=cgroup reason=allow vm=` + "7765620A" + ` uuid=10000000-0000-4000-8000-000000000001 cgroup="/sys/fs/cgroup/unified/machine/qemu-4-rl-base.libvirt-qemu/" class=path path="/dev/kvm" rdev=0A:E8 acl=rw exe="/usr/sbin/libvirtd" hostname=? addr=? terminal=? res=failed'` + "\x1dUID=\"root\" AUID=\"unset\"",
		"cut":    "type=VIRT_RESOURCE msg=audit(1795380652.382:84): " + sender + ` msg='virt=kvm resrc=disk reason=conjured vm="web" uuid=10000000-0000-4000-8000-000000000001 old-disk="?" colour=red new-disk=2F612F6`,
		"avc":    `type=AVC msg=audit(1793000005.100:5): apparmor="DENIED" operation="open" profile="libvirt-11111111-2222-4333-8444-555555555555" name="/a.img" pid=4242`,
	} {
		for _, columns := range []int{80, 160} {
			golden(t, fmt.Sprintf("inspect-%s-%d.txt", name, columns), func(w io.Writer) error {
				return Inspect(w, parse(t, line), Options{Width: columns})
			})
		}
	}
}

func TestInspectUnknown(t *testing.T) {
	for _, tc := range []struct{ line, want string }{
		{"type=VIRT_RESOURCE msg=audit(1.000:1): " + sender + ` msg='virt=kvm resrc=warp reason=start vm="a" uuid=u x=1 exe="/e" hostname=? addr=? terminal=? res=success'`, "This kind of record is not in the catalogue"},
		{"type=FUTURE msg=audit(1.000:1): a=b", "FUTURE\nOnly records of guests are in the catalogue"},
		{"type=UNKNOWN[1420] msg=audit(1.000:1): a=b", "UNKNOWN[1420] (1420)\nOnly records"},
		{"type=EVIL\x1b msg=audit(1.000:1): \x1b=\u202e", `EVIL\x1b`},
	} {
		if got := inspect(t, tc.line, Options{}); !strings.Contains(got, tc.want) {
			t.Errorf("of %s there is no %q:\n%s", tc.line, tc.want, got)
		}
	}
}

// TestInspectVectors: every field of every kind is there, as written, with a
// meaning.
func TestInspectVectors(t *testing.T) {
	paths, err := filepath.Glob("../../testdata/vectors/*.log")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no vectors: %v", err)
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for line := range bytes.Lines(text) {
			var r record.Record
			if r.Parse(bytes.TrimSuffix(line, []byte("\n"))) == nil {
				inspectWhole(t, filepath.Base(path), &r)
			}
		}
	}
}

func inspectWhole(t *testing.T, name string, r *record.Record) {
	t.Helper()
	got := output(t, func(w io.Writer) error { return Inspect(w, r, Options{}) })
	v := inspection{r: r}
	for _, s := range sections {
		for _, f := range r.Fields(s.by) {
			text := v.fieldText(f, s.by)
			if !strings.Contains(got, text.written) || !strings.Contains(got, text.value) {
				t.Errorf("%s: %s is not shown:\n%s", name, f.Name(), got)
			}
			if text.meaning == "" && r.Kind != nil && f.Name() != "" {
				t.Errorf("%s: %s has no meaning", name, f.Name())
			}
		}
	}
}

// TestMarkMeanings: no mark is without its explanation.
func TestMarkMeanings(t *testing.T) {
	for bit := record.Marks(1); bit != 0; bit <<= 1 {
		if len(bit.Names()) > 0 && markMeanings[bit] == "" {
			t.Errorf("%v is not explained", bit.Names())
		}
	}
	if rows := marksText(record.Cut | record.Colon); len(rows) != 2 || rows[0][0] != "marks" || rows[1][0] != "" {
		t.Errorf("%q", rows)
	}
}

// FuzzInspect: no record gets through to the terminal.
func FuzzInspect(f *testing.F) {
	f.Add("type=VIRT_CONTROL msg=audit(1.000:1): "+sender+" msg='virt=kvm op=stop vm=1B5B\x1b uuid=\n'", 80)
	f.Add("node=\x1b type=AVC msg=audit(1.000:1): \u202e", 0)
	f.Fuzz(func(t *testing.T, line string, columns int) {
		var r record.Record
		if r.Parse([]byte(line)) != nil {
			return
		}
		got := output(t, func(w io.Writer) error { return Inspect(w, &r, Options{Width: max(0, columns%300)}) })
		for _, c := range got {
			if c != '\n' && !shown(c) {
				t.Fatalf("%q gets through", c)
			}
		}
	})
}
