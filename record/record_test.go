package record

import (
	"bufio"
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// patch is libvirt's own example of the RNG patch, of 2013.
const patch = `type=VIRT_RESOURCE msg=audit(1363099126.643:31): pid=995252 uid=0 auid=4294967295 ses=4294967295 msg='virt=kvm resrc=rng reason=start vm="qcow-test" uuid=118733ed-b658-3e22-a2cb-4fe5cb3ddf79 old-rng="?" new-rng="/dev/random": exe="/home/pipo/libvirt/daemon/.libs/libvirtd" hostname=? addr=? terminal=pts/0 res=success'`

const modern = `type=VIRT_RESOURCE msg=audit(1363099126.643:31): pid=995252 uid=0 auid=4294967295 ses=4294967295 msg='virt=kvm resrc=rng reason=start vm="qcow-test" uuid=118733ed-b658-3e22-a2cb-4fe5cb3ddf79 old-rng="?" new-rng="/dev/random" exe="/usr/sbin/libvirtd" hostname=? addr=? terminal=? res=success'`

// around puts a sender's text into a line.
func around(typ, text string) string {
	return "type=" + typ + " msg=audit(1363099126.643:31): pid=1 uid=0 auid=4294967295 ses=4294967295 msg='" + text + `'`
}

// sent is around with what libaudit appends.
func sent(typ, text string) string {
	return around(typ, text+` exe="/usr/sbin/libvirtd" hostname=? addr=? terminal=? res=success`)
}

const guest = `vm="g" uuid=11111111-2222-4333-8444-555555555555`

func parse(t *testing.T, line string) *Record {
	t.Helper()
	r := &Record{}
	if err := r.Parse([]byte(line)); err != nil {
		t.Fatalf("%v\n%q", err, line)
	}
	if got := string(r.Append(nil)); got != line {
		t.Fatalf("append:\n got %q\nwant %q", got, line)
	}
	return r
}

func wantField(t *testing.T, r *Record, name, want string) {
	t.Helper()
	f, ok := r.Lookup(name)
	if !ok || f.String() != want {
		t.Errorf("%s = %q (there: %v), want %q", name, f.String(), ok, want)
	}
}

func wantMarks(t *testing.T, r *Record, want Marks) {
	t.Helper()
	if r.Marks != want {
		t.Errorf("marks %v, want %v\n%s", r.Marks.Names(), want.Names(), r.Append(nil))
	}
}

func TestRNGPatch(t *testing.T) {
	for _, source := range []string{"/dev/random", "/tmp/unix.sock"} {
		r := parse(t, strings.Replace(patch, "/dev/random", source, 1))
		if r.Kind == nil || r.Kind.Name != "rng" || r.Result != Success {
			t.Errorf("kind %v, result %v", r.Kind, r.Result)
		}
		wantField(t, r, "vm", "qcow-test")
		wantField(t, r, "new-rng", source)
		wantMarks(t, r, Colon)
		if f, _ := r.Lookup("old-rng"); !f.Missing() {
			t.Errorf("old-rng = %q, want none", f.Raw())
		}
		if s := r.Sender(); s.PID != 995252 || s.AUID != 4294967295 || r.Exe() != "/home/pipo/libvirt/daemon/.libs/libvirtd" {
			t.Errorf("sender %+v, exe %q", s, r.Exe())
		}
		if got := r.Stamp.String(); got != "1363099126.643:31" {
			t.Errorf("stamp %s", got)
		}
	}
}

func TestColonBelongsToNoValue(t *testing.T) {
	for text, field := range map[string][2]string{
		`virt=kvm op=start reason=booted ` + guest + ` vm-pid=77`:                                                                         {"vm-pid", "77"},
		`virt=kvm resrc=cgroup reason=allow ` + guest + ` cgroup="/c/" class=path path=/dev/null rdev=01:03 acl=rw`:                       {"acl", "rw"},
		`virt=kvm ` + guest + ` vm-ctx=system_u:system_r:svirt_t:s0:c1,c2 img-ctx=system_u:object_r:svirt_image_t:s0:c1,c2 model=selinux`: {"model", "selinux"},
		`virt=kvm resrc=disk reason=attach ` + guest + ` old-disk="?" new-disk=2F612062`:                                                  {"new-disk", "/a b"},
		`virt=kvm resrc=mem reason=start ` + guest + ` old-mem=0 new-mem=1048576`:                                                         {"new-mem", "1048576"},
	} {
		typ := "VIRT_RESOURCE"
		switch {
		case strings.Contains(text, "op="):
			typ = "VIRT_CONTROL"
		case strings.Contains(text, "model="):
			typ = "VIRT_MACHINE_ID"
		}
		r := parse(t, around(typ, text+`: exe="/usr/sbin/libvirtd" hostname=? addr=? terminal=? res=failed`))
		wantField(t, r, field[0], field[1])
		wantMarks(t, r, Colon)
		if r.Result != Failed || r.Kind == nil {
			t.Errorf("result %v kind %v of %s", r.Result, r.Kind, text)
		}
	}
}

// A colon behind a raw path may be the path's own.
func TestColonBehindRawPathIsAmbiguous(t *testing.T) {
	r := parse(t, sent("VIRT_RESOURCE", `virt=kvm resrc=evdev reason=start `+guest+` path=/dev/input/x:`))
	wantMarks(t, r, Colon|Ambiguous)
}

func TestClothes(t *testing.T) {
	body := strings.TrimPrefix(modern, "type=VIRT_RESOURCE msg=")
	for name, line := range map[string]string{
		"raw":                    modern,
		"enriched":               modern + "\x1dUID=\"root\" AUID=\"unset\"",
		"enriched, as text":      modern + `UID="root" AUID="unset"`,
		"quote in a user's name": modern + "\x1dUID=\"o'brien\" AUID=\"unset\"",
		"carriage return":        modern + "\r",
		"node":                   "node=h1 " + modern,
		"dmesg":                  "[12345.678901] audit: type=2501 " + body,
		"syslog":                 "Nov 22 21:25:18 h1 kernel: [   12.345678] audit: type=2501 " + body,
		"old kernel":             "Nov 22 21:25:18 h1 kernel: type=2501 " + body,
		"syslog plugin":          "Nov 22 21:25:18 h1 audisp-syslog[77]: node=h1 " + modern,
		"after a crash":          "\x00\x00\x00" + modern,
	} {
		t.Run(name, func(t *testing.T) {
			r := parse(t, line)
			if r.Type != VirtResource || r.TypeName() != "VIRT_RESOURCE" || r.Kind == nil || r.Result != Success {
				t.Errorf("type %v kind %v result %v", r.Type, r.Kind, r.Result)
			}
			wantField(t, r, "new-rng", "/dev/random")
			wantMarks(t, r, 0)
			if strings.Contains(line, "node=") != (r.Node() == "h1") {
				t.Errorf("node %q", r.Node())
			}
		})
	}
}

func TestParseKernel(t *testing.T) {
	text := strings.TrimPrefix(modern, "type=VIRT_RESOURCE msg=")
	var r Record
	if err := r.ParseKernel(VirtResource, []byte(text)); err != nil {
		t.Fatal(err)
	}
	wantField(t, &r, "vm", "qcow-test")
	if got := string(r.Append(nil)); got != text {
		t.Errorf("append:\n got %q\nwant %q", got, text)
	}
	if err := r.ParseKernel(VirtResource, []byte("virt=kvm")); err == nil {
		t.Error("a text without a stamp was read")
	}
}

func TestNotRecords(t *testing.T) {
	for _, line := range []string{
		"", "hello", "type=", "type=VIRT_CONTROL", "type=VIRT_CONTROL msg=audit", "node=h1", "node=h1 msg=audit(1.000:1):",
		"type=VIRT_CONTROL msg=audit(1.000:1", "type=VIRT_CONTROL msg=audit(1.0000:1):", "type=VIRT_CONTROL msg=audit(x.000:1):",
		"type=VIRT_CONTROL msg=audit(99999999999999.000:1):", "type=VIRT_CONTROL msg=audit(1.000:99999999999999999999):",
		"Nov 22 21:25:18 h1 app: " + modern, "user says audit(1.000:1): type=VIRT_CONTROL",
		"[not a stamp] " + modern,
	} {
		if err := new(Record).Parse([]byte(line)); err == nil {
			t.Errorf("%q was read as a record", line)
		}
	}
}

func TestTrapsInNamesAndPaths(t *testing.T) {
	hostile := ` res=failed op=stop vm="x" vm-pid=1' exe="/x" hostname=? addr=? terminal=? res=failed`
	for _, c := range []struct {
		name, typ, text, field, want string
		marks                        Marks
		kind                         string
	}{
		{"apostrophe in a path", "VIRT_RESOURCE", `virt=kvm resrc=disk reason=attach ` + guest + ` old-disk="?" new-disk="/srv/apos'trophe.raw"`, "new-disk", "/srv/apos'trophe.raw", 0, "disk"},
		{"apostrophe and a fake end", "VIRT_RESOURCE", `virt=kvm resrc=disk reason=attach ` + guest + ` old-disk="?" new-disk="/a'UID="`, "new-disk", "/a'UID=", 0, "disk"},
		{"equals sign", "VIRT_RESOURCE", `virt=kvm resrc=disk reason=attach ` + guest + ` old-disk="/a=b,vm=x" new-disk="vm=y"`, "new-disk", "vm=y", 0, "disk"},
		{"hex name", "VIRT_CONTROL", `virt=kvm op=stop reason=destroyed vm=726C2D7820766D2D7069643D3127207265733D73756363657373 uuid=11111111-2222-4333-8444-555555555555 vm-pid=0`, "vm", "rl-x vm-pid=1' res=success", 0, "control-stop"},
		{"raw path with blanks", "VIRT_RESOURCE", `virt=kvm resrc=shmem reason=start ` + guest + ` size=1 path=/dev/shm/a b`, "path", "/dev/shm/a b", Ambiguous, "shmem"},
		{"raw path with all of it", "VIRT_RESOURCE", `virt=kvm resrc=shmem reason=start ` + guest + ` size=1 path=/dev/shm/a` + hostile, "path", "/dev/shm/a" + hostile, Ambiguous, "shmem"},
		{"raw evdev", "VIRT_RESOURCE", `virt=kvm resrc=evdev reason=attach ` + guest + ` path=/dev/in "put` + hostile, "path", `/dev/in "put` + hostile, Ambiguous, "evdev"},
		{"raw socket", "VIRT_RESOURCE", `virt=kvm resrc=ivshmem-socket reason=detach ` + guest + ` path=/run/it's`, "path", "/run/it's", 0, "ivshmem-socket"},
		{"raw label", "VIRT_MACHINE_ID", `virt=kvm ` + guest + ` vm-ctx=a b res=failed img-ctx=c d model=selinux`, "vm-ctx", "a b res=failed", Ambiguous, "machine-id"},
		{"second raw label", "VIRT_MACHINE_ID", `virt=kvm ` + guest + ` vm-ctx=a img-ctx=c d model=selinux`, "img-ctx", "c d", Ambiguous, "machine-id"},
		{"our deviation", "VIRT_RESOURCE", `virt=kvm resrc=evdev reason=attach ` + guest + ` path=2F6465762F612062`, "path", "/dev/a b", 0, "evdev"},
		{"none of a raw path", "VIRT_RESOURCE", `virt=kvm resrc=evdev reason=attach ` + guest + ` path=?`, "path", "", 0, "evdev"},
		{"empty raw path", "VIRT_RESOURCE", `virt=kvm resrc=evdev reason=attach ` + guest + ` path=`, "path", "", 0, "evdev"},
		{"old raw cgroup path", "VIRT_RESOURCE", `virt=kvm resrc=cgroup reason=allow ` + guest + ` cgroup="/c/" class=path path=/dev/my disk rdev=01:03 acl=rw`, "path", "/dev/my disk", Ambiguous, "cgroup-path"},
		{"quote inside quotes", "VIRT_CONTROL", `virt=kvm op=stop reason=destroyed vm="a"b" uuid=11111111-2222-4333-8444-555555555555 vm-pid=0`, "vm", `a"b`, Ambiguous, "control-stop"},
		{"bare name", "VIRT_CONTROL", `virt=kvm op=stop reason=destroyed vm=web1 uuid=11111111-2222-4333-8444-555555555555 vm-pid=0`, "vm", "web1", 0, "control-stop"},
		{"odd hex", "VIRT_CONTROL", `virt=kvm op=stop reason=destroyed vm=ABC uuid=11111111-2222-4333-8444-555555555555 vm-pid=0`, "vm", "ABC", Ambiguous, "control-stop"},
		{"twice", "VIRT_CONTROL", `virt=kvm op=stop reason=destroyed ` + guest + ` vm-pid=0 vm="other"`, "vm", "g", DuplicateKey, "control-stop"},
		{"libaudit's in the text", "VIRT_CONTROL", `virt=kvm op=stop reason=destroyed ` + guest + ` vm-pid=0 res=failed`, "vm", "g", DuplicateKey | UnknownField, "control-stop"},
		{"field to come", "VIRT_CONTROL", `virt=kvm op=stop reason=destroyed ` + guest + ` vm-pid=0 color="blue"`, "color", "blue", UnknownField, "control-stop"},
		{"kind to come", "VIRT_RESOURCE", `virt=kvm resrc=gpu reason=attach ` + guest + ` old-gpu="?" new-gpu="/dev/dri/card0"`, "new-gpu", "/dev/dri/card0", 0, ""},
		{"op to come", "VIRT_CONTROL", `virt=kvm op=pause vm=6120 uuid=11111111-2222-4333-8444-555555555555`, "vm", "a ", 0, ""},
		{"number that is none", "VIRT_RESOURCE", `virt=qemu resrc=mem reason=start ` + guest + ` old-mem=0 new-mem=many`, "new-mem", "many", Ambiguous, "mem"},
		{"patched Docker", "VIRT_CONTROL", `auid=1000 exe=? hostname=? reason=api op=create vm=FEED vm-pid=? user=dwalsh `, "vm", "FEED", 0, "control-docker"},
		{"net open", "VIRT_RESOURCE", `virt=kvm resrc=net reason=open ` + guest + ` net=52:54:00:aa:bb:cc path="/dev/net/tun" rdev=0A:C8`, "path", "/dev/net/tun", 0, "net-open"},
		{"net attach", "VIRT_RESOURCE", `virt=kvm resrc=net reason=attach ` + guest + ` old-net="?" new-net="52:54:00:aa:bb:cc"`, "new-net", "52:54:00:aa:bb:cc", 0, "net"},
		{"redirected device", "VIRT_RESOURCE", `virt=kvm resrc=dev reason=start ` + guest + ` bus=usb device=555342207265646972646576`, "device", "USB redirdev", 0, "dev"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := parse(t, sent(c.typ, c.text))
			wantField(t, r, c.field, c.want)
			wantMarks(t, r, c.marks)
			kind := ""
			if r.Kind != nil {
				kind = r.Kind.Name
			}
			if kind != c.kind || r.Result != Success {
				t.Errorf("kind %q result %v, want %q success", kind, r.Result, c.kind)
			}
			if r.Exe() != "/usr/sbin/libvirtd" {
				t.Errorf("exe %q", r.Exe())
			}
		})
	}
}

// The kernel cuts a text anywhere and closes its quote.
func TestCutAnywhere(t *testing.T) {
	for _, text := range []string{
		`virt=kvm resrc=disk reason=attach ` + guest + ` old-disk="/b" new-disk=2F612062`,
		`virt=kvm resrc=shmem reason=start ` + guest + ` size=4194304 path=/dev/shm/a`,
		`virt=kvm op=start reason=booted ` + guest + ` vm-pid=4242`,
	} {
		typ := "VIRT_RESOURCE"
		if strings.Contains(text, "op=") {
			typ = "VIRT_CONTROL"
		}
		whole := text + ` exe="/usr/sbin/libvirtd" hostname=? addr=? terminal=? res=success`
		for n := range len(whole) {
			for _, line := range []string{around(typ, whole[:n]), strings.TrimSuffix(around(typ, whole[:n]), "'")} {
				r := parse(t, line)
				if r.Marks&Cut == 0 {
					t.Fatalf("not marked as cut: %s", line)
				}
				if f, ok := r.Lookup("vm"); ok && !f.Partial() && f.String() != "g" {
					t.Fatalf("vm %q of %s", f.String(), line)
				}
				if r.Result == Failed {
					t.Fatalf("result of %s", line)
				}
				last := r.Fields(Message)
				if n > 0 && n < len(text) && !last[len(last)-1].Partial() && !strings.HasSuffix(whole[:n], `"`) {
					t.Fatalf("last value isn't partial: %s", line)
				}
			}
		}
	}
}

func TestCutInMidHex(t *testing.T) {
	hex := strings.Repeat("2F61", 2000)
	r := parse(t, around("VIRT_RESOURCE", `virt=kvm resrc=disk reason=attach `+guest+` old-disk="?" new-disk=`+hex+"2"))
	f, _ := r.Lookup("new-disk")
	if got := f.String(); got != strings.Repeat("/a", 2000) || !f.Partial() {
		t.Errorf("got %d bytes, partial %v", len(got), f.Partial())
	}
	wantMarks(t, r, Cut)
	if r.Result != Unknown || r.Kind.Name != "disk" {
		t.Errorf("result %v kind %v", r.Result, r.Kind)
	}
}

// What has not even its message is the beginning of a record.
func TestCutBeforeTheMessage(t *testing.T) {
	for _, body := range []string{"", " pid=995252 uid=0 au", " pid=1 uid=0 auid=1 ses=1 msg=", " pid=1 uid=0 auid=1 ses=1 msg='", " pid=1 uid=0 auid=1 ses=1 msg=''"} {
		r := parse(t, "type=VIRT_CONTROL msg=audit(1.000:1):"+body)
		if r.Marks&Cut == 0 || r.Kind != nil {
			t.Errorf("%q: marks %v, kind %v", body, r.Marks.Names(), r.Kind)
		}
		if strings.Contains(body, "pid=995252") && r.Sender().PID != 995252 {
			t.Errorf("%q: sender %+v", body, r.Sender())
		}
	}
}

// A raw value can be made so long that a forged end stands where the kernel
// cuts.
func TestForgedEndAtTheCut(t *testing.T) {
	begin, end := `virt=kvm resrc=evdev reason=attach `+guest+` path=/`, ` exe="/x" hostname=? addr=? terminal=? res=success`
	r := parse(t, around("VIRT_RESOURCE", begin+strings.Repeat("a", maxText-len(begin)-len(end))+end))
	wantMarks(t, r, Cut|Ambiguous)
}

func TestLongLineIsBounded(t *testing.T) {
	line := sent("VIRT_RESOURCE", `virt=kvm resrc=disk reason=attach `+guest+` `+strings.Repeat("a=b ", 1<<18)+`old-disk="?"`)
	r := parse(t, line)
	if n := len(r.fields); n > maxFields+20 {
		t.Errorf("%d fields", n)
	}
	if r.Marks&(Ambiguous|UnknownField) != Ambiguous|UnknownField {
		t.Errorf("marks %v", r.Marks.Names())
	}
}

func TestOtherTypes(t *testing.T) {
	r := parse(t, "type=ANOM_ABEND msg=audit(1795380559.318:64): auid=4294967295 uid=64055 gid=64055 ses=4294967295 pid=8010 comm=43505520302F4B564D exe=\"/usr/bin/qemu-system-x86_64\" sig=6 res=1\x1dAUID=\"unset\" UID=\"libvirt-qemu\"")
	wantField(t, r, "pid", "8010")
	if r.Result != Success || len(r.Fields(Auditd)) != 2 || !r.Type.Anomaly() {
		t.Errorf("result %v, tail %d", r.Result, len(r.Fields(Auditd)))
	}
	r = parse(t, `type=AVC msg=audit(1.000:5): avc:  denied  { read } for  pid=1 comm="x" scontext=system_u:system_r:svirt_t:s0:c1,c2 tclass=file permissive=0`)
	wantField(t, r, "scontext", "system_u:system_r:svirt_t:s0:c1,c2")
	r = parse(t, `type=UNKNOWN[1999] msg=audit(1.000:5): a=b`)
	if r.Type != 1999 || r.TypeName() != "UNKNOWN[1999]" {
		t.Errorf("type %v", r.Type)
	}
	r = parse(t, `type=FROM_TOMORROW msg=audit(1.000:5): pid=1 msg='a=b res=success'`)
	if r.TypeName() != "FROM_TOMORROW" {
		t.Errorf("type %q", r.TypeName())
	}
	wantField(t, r, "a", "b")
}

func TestClone(t *testing.T) {
	line := []byte("node=h1 " + modern)
	var r Record
	if err := r.Parse(line); err != nil {
		t.Fatal(err)
	}
	c := r.Clone()
	for i := range line {
		line[i] = 'x'
	}
	wantField(t, c, "new-rng", "/dev/random")
	if got := string(c.Append(nil)); got != "node=h1 "+modern {
		t.Errorf("got %q", got)
	}
}

// vectorLines gives every line of the vectors.
func vectorLines(t testing.TB) [][]byte {
	t.Helper()
	files, err := filepath.Glob("../testdata/vectors/*.log")
	if err != nil || len(files) == 0 {
		t.Fatalf("no vectors: %v", err)
	}
	var lines [][]byte
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		s := bufio.NewScanner(bytes.NewReader(data))
		s.Buffer(nil, 1<<20)
		for s.Scan() {
			lines = append(lines, bytes.Clone(s.Bytes()))
		}
	}
	return lines
}

func TestParseDoesNotAllocate(t *testing.T) {
	var r Record
	line := []byte(modern)
	_ = r.Parse(line)
	buf := r.Append(nil)
	if n := testing.AllocsPerRun(100, func() {
		_ = r.Parse(line)
		buf = r.Append(buf[:0])
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkParse(b *testing.B) {
	var r Record
	line := []byte(modern)
	b.SetBytes(int64(len(line)))
	b.ReportAllocs()
	for b.Loop() {
		if err := r.Parse(line); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAppend(b *testing.B) {
	var r Record
	if err := r.Parse([]byte(modern)); err != nil {
		b.Fatal(err)
	}
	buf := make([]byte, 0, 1024)
	b.ReportAllocs()
	for b.Loop() {
		buf = r.Append(buf[:0])
	}
}

// BenchmarkBuild is what a sender does for each record.
func BenchmarkBuild(b *testing.B) {
	var r Record
	k := KindByName("rng")
	buf := make([]byte, 0, 1024)
	b.ReportAllocs()
	for b.Loop() {
		r.Begin(k)
		_ = r.Set("virt", "kvm")
		_ = r.Set("reason", "start")
		_ = r.Set("vm", "qcow-test")
		_ = r.Set("uuid", "118733ed-b658-3e22-a2cb-4fe5cb3ddf79")
		_ = r.Set("new-rng", "/dev/random")
		buf = r.AppendMessage(buf[:0])
	}
}

func TestCopyOfBuilt(t *testing.T) {
	var r, c Record
	r.Begin(KindByName("rng"))
	_ = r.Set("vm", "first")
	r.CopyTo(&c)
	want := string(r.AppendMessage(nil))
	r.Begin(KindByName("disk"))
	_ = r.Set("vm", "other")
	if got := string(c.AppendMessage(nil)); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func BenchmarkCopy(b *testing.B) {
	var r, c Record
	if err := r.Parse([]byte(modern)); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		r.CopyTo(&c)
	}
}

// A record parsed from a copy doesn't need the line, and uses its memory again.
func TestParseCopy(t *testing.T) {
	var r, other Record
	line := []byte(modern)
	for range 2 {
		if err := r.ParseCopy(line); err != nil {
			t.Fatal(err)
		}
		clear(line)
		if got := string(r.Append(nil)); got != modern || string(r.Line()) != modern {
			t.Fatalf("got %q", got)
		}
		r.CopyTo(&other)
		line = append(line[:0], patch...)
		if err := r.ParseCopy(line); err != nil || string(r.Append(nil)) != patch {
			t.Fatalf("%v, got %q", err, r.Append(nil))
		}
		if got := string(other.Append(nil)); got != modern {
			t.Fatalf("its copy became %q", got)
		}
		line = append(line[:0], modern...)
	}
	if n := testing.AllocsPerRun(10, func() { _ = r.ParseCopy(line) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestKindIndex(t *testing.T) {
	for i, k := range Kinds() {
		if k.Index() != i {
			t.Errorf("%s: %d, want %d", k.Name, k.Index(), i)
		}
	}
	if n := (*Kind)(nil).Index(); n != -1 {
		t.Errorf("of nil: %d", n)
	}
	if n := new(Kind).Index(); n != -1 {
		t.Errorf("of another: %d", n)
	}
}

func TestParseHex(t *testing.T) {
	for text, want := range map[string]uint64{"0": 0, "F": 15, "A0": 160, "00000000FF": 255, "FFFFFFFF": 0xffffffff} {
		if n, ok := parseHex([]byte(text)); !ok || n != want {
			t.Errorf("%s: %d, %v", text, n, ok)
		}
	}
	for _, text := range []string{"", "a", "G", "1 ", "100000000", "FFFFFFFFFFFFFFFFFFFF"} {
		if n, ok := parseHex([]byte(text)); ok {
			t.Errorf("%q: %d", text, n)
		}
	}
}
