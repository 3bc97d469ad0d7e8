package guest

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/virtaudit/virtaudit/record"
)

var update = flag.Bool("update", false, "write testdata anew")

// scenes are what testdata/NAME.txt has the messages of.
var scenes = map[string][]Change{
	"start":     {{Op: Start, PID: 4242}, {Op: Start, Failed: true}},
	"lifecycle": lifecycle,
	"plug":      plugs(),
	"update":    updates,
	"host":      append(opened, rules("/sys/fs/cgroup/machine/qemu-1-all.libvirt-qemu")...),
	"unsent": {
		{Op: Create},
		{Op: Destroy, Reason: "api"},
		{Op: MigrateIn},
		{Op: MigrateOut, Failed: true},
		{Op: CheckIntegrity, Failed: true},
	},
}

// lifecycle is all that happens to guests as a whole, but starts.
var lifecycle = []Change{
	{Op: Stop, Reason: Shutdown, PID: 4242},
	{Op: Stop, Reason: Destroyed, PID: 4242},
	{Op: Stop, Reason: Crashed, PID: 4242},
	{Op: Stop, Reason: Saved, PID: 4242},
	{Op: Stop, Reason: Migrated, PID: 4242},
	{Op: Stop, Reason: Failure, PID: 4242},
	{Op: Stop, Reason: FromSnapshot, PID: 4242},
	{Op: Init, PID: 4242, InitPID: 4243, PIDNamespace: 4026532000},
	{Op: Stop, Reason: Failure},
}

// plugs is each device of everything, attached, then detached in vain.
func plugs() []Change {
	all := Diff(&Spec{}, &everything)
	for _, c := range Diff(&everything, &Spec{}) {
		c.Failed = true
		all = append(all, c)
	}
	return all
}

var (
	isoA = Disk{Target: "sda", Device: "cdrom", Source: DiskSource{Path: "/var/lib/libvirt/images/a.iso"}}
	isoB = Disk{Target: "sda", Device: "cdrom", Source: DiskSource{Path: "/var/lib/libvirt/images/b c.iso"}}
	none = Disk{Target: "sda", Device: "cdrom"}
)

// diskUpdates is what happens to a drive while it stays.
var diskUpdates = []Change{
	{Op: Update, Old: isoA, New: isoB},
	{Op: Update, Old: isoA, New: none},
	{Op: Update, Old: none, New: isoB},
	{Op: Update, Old: isoA, New: none, Failed: true},
	{Op: Mirror, New: isoB},
	{Op: Snapshot, Old: isoA, New: isoB},
}

var updates = append([]Change{
	{Op: Update, Old: Filesystem{Source: "/a"}, New: Filesystem{EmptyPath: true}},
	{Op: Update, Old: Interface{MAC: "52:54:00:00:00:01"}, New: Interface{MAC: "52:54:00:00:00:02"}},
	{Op: Update, Old: Serial{Source: Chardev{Type: ChardevPTY, Path: "/dev/pts/1"}}, New: Serial{Source: Chardev{Type: ChardevNMDM, Path: "/dev/nmdm0A"}}},
	{Op: Update, Old: Smartcard{Mode: SmartcardHost}, New: everything.Smartcards[0]},
	{Op: Update, Old: TPM{Backend: TPMEmulator}, New: TPM{Backend: TPMEmulator, Path: "/run/swtpm.sock"}},
	{Op: Update, Old: HostDevice{Type: HostUSB, Address: "001.004"}, New: HostDevice{Type: HostNet, Address: "eth0"}},
	{Op: Update, Old: Memory(1 << 20), New: Memory(2 << 20)},
	{Op: Update, Old: VCPUs(2), New: VCPUs(1), Failed: true},
	{Op: Update, Old: IOThreads(1), New: IOThreads(0)},
}, diskUpdates...)

// opened is the files that are opened for an interface.
var opened = []Change{
	open("/dev/net/tun", 10, 200),
	{Op: Open, New: OpenFile{MAC: "52:54:00:aa:bb:cc", Path: "/dev/net/tun", Device: DeviceNumber{Major: 10, Minor: 200}}, Failed: true},
	open("/dev/vhost-net", 0, 0),
	open("/dev/null", 1, 3),
	open("/dev/does-not-exist", 0, 0),
	open("macvtap0", 0, 0),
}

func open(path string, major, minor uint32) Change {
	return Change{Op: Open, New: OpenFile{MAC: "52:54:00:aa:bb:cc", Path: path, Device: DeviceNumber{Major: major, Minor: minor}}}
}

// rules is what a guest's cgroup may be allowed and denied.
func rules(cgroup string) []Change {
	pty := CgroupRule{Cgroup: cgroup, Class: CgroupMajor, Category: "pty", Major: 136, ACL: "rw"}
	sound := CgroupRule{Cgroup: cgroup, Class: CgroupMajor, Category: "sound", Major: 116, ACL: "rw"}
	null := CgroupRule{Cgroup: cgroup, Class: CgroupPath, Path: "/dev/null", Device: DeviceNumber{Major: 1, Minor: 3}, ACL: "rw"}
	random := CgroupRule{Cgroup: cgroup, Class: CgroupPath, Path: "/dev/urandom", Device: DeviceNumber{Major: 1, Minor: 9}, ACL: "rw"}
	return []Change{
		{Op: Deny, New: CgroupRule{Cgroup: cgroup, Class: CgroupAll}},
		{Op: Allow, New: pty},
		{Op: Allow, New: sound},
		{Op: Allow, New: null},
		{Op: Allow, New: null, Failed: true},
		{Op: Allow, New: random},
		{Op: Deny, New: CgroupRule{Cgroup: cgroup, Class: CgroupPath, Path: "/dev/no such", ACL: "rwm"}},
	}
}

// lines gives the messages of changes of one guest, a line each.
func lines(t *testing.T, s *Spec, changes []Change) []byte {
	t.Helper()
	var b []byte
	for _, c := range changes {
		c.Guest = s
		for _, line := range texts(t, c) {
			b = append(append(b, line...), '\n')
		}
	}
	return b
}

func TestVectors(t *testing.T) {
	for name, changes := range scenes {
		got := lines(t, &everything, changes)
		path := filepath.Join("testdata", name+".txt")
		if *update {
			if err := os.WriteFile(path, got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		sameLines(t, path, got, want)
		readable(t, path, got)
	}
}

func sameLines(t *testing.T, path string, got, want []byte) {
	t.Helper()
	g, w := bytes.Split(got, []byte("\n")), bytes.Split(want, []byte("\n"))
	for i := range max(len(g), len(w)) {
		var a, b []byte
		if i < len(g) {
			a = g[i]
		}
		if i < len(w) {
			b = w[i]
		}
		if !bytes.Equal(a, b) {
			t.Errorf("%s:%d:\n got %s\nwant %s", path, i+1, a, b)
		}
	}
}

// readable holds messages to being read back as what the catalogue knows.
func readable(t *testing.T, path string, all []byte) {
	t.Helper()
	for line := range bytes.Lines(all) {
		r := parsed(t, bytes.TrimSuffix(line, []byte("\n")))
		if r.Kind == nil || r.Marks != 0 {
			t.Errorf("%s: read with marks %q: %s", path, r.Marks.Names(), line)
		}
	}
}

// parsed reads TYPE RESULT TEXT as a record of the kernel.
func parsed(t *testing.T, line []byte) *record.Record {
	t.Helper()
	name, rest, _ := bytes.Cut(line, []byte(" "))
	result, text, _ := bytes.Cut(rest, []byte(" "))
	kind, ok := record.ParseType(string(name))
	if !ok {
		t.Fatalf("no type %q: %s", name, line)
	}
	b := append([]byte("audit(1.000:1): pid=1 uid=0 auid=0 ses=0 msg='"), text...)
	b = append(append(b, " exe=\"/x\" hostname=? addr=? terminal=? res="...), result...)
	var r record.Record
	if err := r.ParseKernel(kind, append(b, '\'')); err != nil {
		t.Fatalf("%v: %s", err, line)
	}
	return &r
}
