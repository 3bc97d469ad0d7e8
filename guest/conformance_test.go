package guest

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/virtaudit/virtaudit/record"
)

// conformance gives the folder of what the real libvirt said. It is not part of
// this repository, and nothing that a test could install: without it only the
// vectors that are shipped are compared, and that is no skip.
func conformance(t *testing.T) (string, bool) {
	t.Helper()
	dir := os.Getenv("VIRTAUDIT_CONFORMANCE")
	if dir == "" {
		dir = "../../shared/conformance"
	}
	if _, err := os.Stat(dir); err != nil {
		t.Logf("compared nothing: no conformance data, set VIRTAUDIT_CONFORMANCE to its folder: %v", err)
		return "", false
	}
	return dir, true
}

var demo = Spec{Name: "demo", UUID: "11111111-2222-3333-4444-555555555555", Virt: KVM}

// TestExtra compares whole files: what libvirt said of operations that no
// definition gives.
func TestExtra(t *testing.T) {
	dir, there := conformance(t)
	if !there {
		return
	}
	dir = filepath.Join(dir, "extra")
	var cgroups []Change
	for _, path := range []string{
		`/sys/fs/cgroup/machine.slice/machine-qemu\x2d1\x2ddemo.scope/`,
		`/sys/fs/cgroup/devices/machine/qemu-1-demo.libvirt-qemu`,
		"",
	} {
		cgroups = append(cgroups, rules(path)...)
	}
	label := Label{Model: "dac", Process: "+64055:+107", Image: "+64055:+107"}
	compared := 0
	for name, changes := range map[string][]Change{
		"cgroup":     cgroups,
		"diskchange": diskUpdates,
		"netdevice":  opened,
		"seclabel":   {{Op: SetLabel, New: label}, {Op: SetLabel, New: label, Failed: true}},
	} {
		compared += sameAsFile(t, filepath.Join(dir, name+".txt"), lines(t, &demo, changes))
	}

	starts := demo
	starts.Interfaces = []Interface{{MAC: "52:54:00:aa:bb:cc"}}
	starts.Memory, starts.VCPUs = 1<<20, 2
	var all []Change
	for _, why := range []Reason{Booted, Restored, Migrated, FromSnapshot} {
		all = append(all,
			Change{Op: Start, Reason: why, PID: 4242},
			Change{Op: Start, Reason: why, PID: 4242, Failed: true})
	}
	all = append(all, lifecycle...)
	compared += sameAsFile(t, filepath.Join(dir, "lifecycle.txt"), lines(t, &starts, all))

	var named []byte
	for _, name := range encodedNames(t, filepath.Join(dir, "encode.txt")) {
		s := demo
		s.Name = name
		named = append(named, lines(t, &s, lifecycle[:1])...)
	}
	compared += sameAsFile(t, filepath.Join(dir, "names.txt"), named)
	t.Logf("%d messages compared", compared)
}

// sameAsFile gives how many lines it compared.
func sameAsFile(t *testing.T, path string, got []byte) int {
	t.Helper()
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	sameLines(t, path, got, want)
	return bytes.Count(want, []byte("\n"))
}

// encodedNames reads the first column, texts as C writes them.
func encodedNames(t *testing.T, path string) []string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for line := range strings.Lines(string(b)) {
		quoted, _, _ := strings.Cut(line, "\t")
		name, err := strconv.Unquote(quoted)
		if err != nil {
			t.Fatalf("%s: %s: %v", path, quoted, err)
		}
		names = append(names, name)
	}
	return names
}

// TestEveryMessage has each message that libvirt wrote told again: it is read,
// the change that it tells of is made of its fields, and its message must be
// the same, byte for byte.
func TestEveryMessage(t *testing.T) {
	dir, there := conformance(t)
	if !there {
		return
	}
	compared := 0
	for _, pattern := range []string{"records/*.txt", "define/*.txt", "hotplug/*.txt", "probe/*.txt", "extra/[^e]*.txt"} {
		files, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %d files, %v", pattern, len(files), err)
		}
		for _, path := range files {
			compared += retell(t, path)
		}
	}
	t.Logf("%d messages compared", compared)
}

func retell(t *testing.T, path string) (compared int) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for line := range bytes.Lines(b) {
		line = bytes.TrimSuffix(line, []byte("\n"))
		r := parsed(t, line)
		if r.Marks&record.Ambiguous != 0 {
			continue // raw values with blanks, which are encoded here
		}
		compared++
		if got := texts(t, retold(r)); !slices.Contains(got, string(line)) {
			t.Errorf("%s:\n got %q\nwant %q", path, got, line)
		}
	}
	return compared
}
