package report

import (
	"io"
	"iter"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/virtaudit/virtaudit/internal/trail"
	"github.com/virtaudit/virtaudit/record"
)

// auvirtOf gives what Auvirt writes of a log.
func auvirtOf(t *testing.T, log string, in AuvirtInput, o Options) string {
	t.Helper()
	f := follow(t, log)
	in.Sessions, in.Events = f.sessions, f.events
	in.LinesOf = recordsOf(t, log)
	return output(t, func(w io.Writer) error { return Auvirt(w, in, o) })
}

// recordsOf gives a log's lines by event.
func recordsOf(t *testing.T, log string) func(string, trail.Moment) iter.Seq[[]byte] {
	t.Helper()
	byEvent := map[auvirtRecord][][]byte{}
	for line := range strings.Lines(log) {
		var r record.Record
		if err := r.Parse([]byte(strings.TrimSuffix(line, "\n"))); err != nil {
			t.Fatal(err)
		}
		k := auvirtRecord{r.Node(), r.Stamp}
		byEvent[k] = append(byEvent[k], []byte(strings.TrimSuffix(line, "\n")))
	}
	return func(node string, at trail.Moment) iter.Seq[[]byte] {
		return slices.Values(byEvent[auvirtRecord{node, at}])
	}
}

// The parts of a log of guest g, in which everything is at a second of its own.
const (
	auvirtHead = "pid=10 uid=0 auid=4294967295 ses=4294967295 msg='virt=kvm "
	auvirtG    = ` vm="g" uuid=11111111-2222-4333-8444-555555555555 `
	auvirtTail = `exe="/usr/sbin/libvirtd" hostname=? addr=? terminal=? res=success'` + "\n"
	startedG   = "type=VIRT_CONTROL msg=audit(1793000000.000:1): " + auvirtHead + "op=start reason=booted" + auvirtG + "vm-pid=42 " + auvirtTail
	stoppedG   = "type=VIRT_CONTROL msg=audit(1793000090.000:9): " + auvirtHead + "op=stop reason=shutdown" + auvirtG + "vm-pid=0 " + auvirtTail
	labelledG  = "type=VIRT_MACHINE_ID msg=audit(1793000000.000:1): " + auvirtHead + auvirtG + "vm-ctx=system_u:system_r:svirt_t:s0:c1,c2 img-ctx=x model=selinux " + auvirtTail
)

func attached(stamp, kind, now string) string {
	return "type=VIRT_RESOURCE msg=audit(" + stamp + "): " + auvirtHead + "resrc=" + kind + " reason=attach" + auvirtG + "old-" + kind + `="?" new-` + kind + "=" + now + " " + auvirtTail
}

// cells takes a line apart, without the blanks that fill its columns.
func cells(line string) []string {
	var trimmed []string
	for cell := range strings.SplitSeq(line, "\t") {
		trimmed = append(trimmed, strings.TrimRight(cell, " "))
	}
	return trimmed
}

// has looks for a line with these cells.
func has(t *testing.T, text string, want ...string) {
	t.Helper()
	for line := range strings.Lines(text) {
		if strings.Join(cells(strings.TrimSuffix(line, "\n")), "\t") == strings.Join(want, "\t") {
			return
		}
	}
	t.Errorf("no line %q in\n%s", want, text)
}

func TestAuvirtColumns(t *testing.T) {
	log := startedG + attached("1793000010.000:2", "disk", `"/a.img"`) + stoppedG
	all := auvirtOf(t, log, AuvirtInput{AllEvents: true}, Options{ShowUUID: true})
	const uuid, span = "11111111-2222-4333-8444-555555555555", "Mon Oct 26 07:33:20 2026 - Mon Oct 26 07:34:50 2026 (00:01:30)"
	has(t, all, "start  g", uuid, "root", span, "booted", "shutdown")
	has(t, all, "resrc  g", uuid, "root", "Mon Oct 26 07:33:30 2026 - Mon Oct 26 07:34:50 2026 (00:01:20)", "disk", "attach", "/a.img")
	has(t, all, "stop   g", uuid, "root", "Mon Oct 26 07:34:50 2026", "shutdown")
	brief := auvirtOf(t, log, AuvirtInput{}, Options{Location: time.FixedZone("", 3600)})
	has(t, brief, "g", "root", "Mon Oct 26 08:33:20 2026 - Mon Oct 26 08:34:50 2026 (00:01:30)", "booted", "shutdown")
	if strings.Count(brief, "\n") != 1 {
		t.Errorf("more than a line:\n%s", brief)
	}
}

// TestAuvirtCases: every line of every case has its columns, and the summary
// counts what is listed.
func TestAuvirtCases(t *testing.T) {
	const cases = "../../testdata/cases"
	entries, err := os.ReadDir(cases)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		text, err := os.ReadFile(cases + "/" + e.Name())
		if err != nil {
			t.Fatal(err)
		}
		all := auvirtOf(t, string(text), AuvirtInput{AllEvents: true}, Options{})
		counts := map[string]int{}
		for line := range strings.Lines(all) {
			if n := len(cells(line)); n < 3 {
				t.Errorf("%s: %d columns: %q", e.Name(), n, line)
			}
			if kind, _, _ := strings.Cut(line, " "); !strings.Contains(line, " - failed") && !strings.Contains(line, "\tbefore ") {
				counts[kind]++
			}
		}
		summary := auvirtOf(t, string(text), AuvirtInput{Summary: true}, Options{})
		for kind, name := range map[string]string{
			"start": "guest starts:         ", "stop": "guest stops:          ",
			"resrc": "resource assignments: ", "avc": "related AVCs:         ", "anom": "related anomalies:    ",
		} {
			if want := "Number of " + name + number(int64(counts[kind])) + "\n"; !strings.Contains(summary, want) {
				t.Errorf("%s: no %q in\n%s", e.Name(), want, summary)
			}
		}
	}
}

func TestAuvirtWindow(t *testing.T) {
	log := startedG + attached("1793000010.000:2", "disk", `"/a.img"`) + stoppedG
	at := func(second int64) time.Time { return time.Unix(1793000000+second, 0) }
	for _, test := range []struct {
		name         string
		since, until time.Time
		want         string // kinds of the lines
		starts       string // of the summary
	}{
		{"all", time.Time{}, time.Time{}, "start resrc stop", "1"},
		{"all, exactly", at(0), at(90), "start resrc stop", "1"},
		{"behind", at(91), time.Time{}, "", "0"},
		{"before", time.Time{}, at(-1), "", "0"},
		{"the stop", at(20), time.Time{}, "start resrc stop", "0"},
		{"the start", time.Time{}, at(5), "start", "1"},
		{"between", at(20), at(30), "start resrc", "0"},
	} {
		in := AuvirtInput{AllEvents: true, Since: test.since, Until: test.until}
		var kinds []string
		for line := range strings.Lines(auvirtOf(t, log, in, Options{})) {
			kind, _, _ := strings.Cut(line, " ")
			kinds = append(kinds, kind)
		}
		if got := strings.Join(kinds, " "); got != test.want {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
		in.AllEvents, in.Summary = false, true
		if got := auvirtOf(t, log, in, Options{}); !strings.Contains(got, "starts:         "+test.starts+"\n") {
			t.Errorf("%s: not %s starts:\n%s", test.name, test.starts, got)
		}
	}
}

func TestAuvirtDenials(t *testing.T) {
	started := strings.Replace(startedG, ":1)", ":2)", 1)
	const avc = "type=AVC msg=audit(1793000010.000:5): avc:  denied  { read write } for  pid=42 comm=71656D7520 path=\"/x\" scontext=system_u:system_r:svirt_t:s0:c1,c2 tcontext=u:r:t:s0 tclass=file permissive=1\n"
	all := auvirtOf(t, labelledG+started+avc, AuvirtInput{AllEvents: true}, Options{Proof: ProofIDs})
	has(t, all, "avc    g", "?", "Mon Oct 26 07:33:30 2026", "read,write", "permissive", `"qemu "`, "/x")
	has(t, all, "    Proof: 1793000000.000:1, 1793000010.000:5")
	relabel := strings.NewReplacer("read write", "relabelto", "permissive=1", "permissive=0").Replace(avc)
	all = auvirtOf(t, labelledG+started+relabel, AuvirtInput{AllEvents: true}, Options{})
	has(t, all, "avc    g", "?", "Mon Oct 26 07:33:30 2026", "relabelto", "denied", `"qemu "`, "/x", "u:r:t:s0")
}

func TestAuvirtSeccomp(t *testing.T) {
	const seccomp = "type=SECCOMP msg=audit(1793000010.000:5): auid=1000 uid=64055 gid=1 ses=1 subj=x pid=42 comm=\"qemu\" exe=\"/q\" sig=31 arch=c000003e syscall=59 compat=0 ip=0x1 code=0x0\x1dAUID=\"bob\" UID=\"qemu\"\n"
	all := auvirtOf(t, startedG+seccomp, AuvirtInput{AllEvents: true}, Options{})
	has(t, all, "anom   g", "bob", "Mon Oct 26 07:33:30 2026", "seccomp", "syscall 59", "signal 31", "qemu")
}

// TestAuvirtAfterwards: what is denied when no session runs is the guest's all
// the same, and a guest of which the log has no name is known by its uuid.
func TestAuvirtAfterwards(t *testing.T) {
	const denied = `type=AVC msg=audit(1793000099.000:12): apparmor="DENIED" operation="open" profile="libvirt-11111111-2222-4333-8444-555555555555" name="/x" pid=42 comm="qemu" requested_mask="r" denied_mask="r" fsuid=107 ouid=0` + "\n"
	in := AuvirtInput{AllEvents: true, VM: "g"}
	has(t, auvirtOf(t, startedG+stoppedG+denied, in, Options{}), "avc    g", "107", "Mon Oct 26 07:34:59 2026", "open", "denied", "qemu", "/x")
	has(t, auvirtOf(t, denied, AuvirtInput{AllEvents: true}, Options{}),
		"avc    uuid 11111111-2222-4333-8444-555555555555", "107", "Mon Oct 26 07:34:59 2026", "open", "denied", "qemu", "/x")
}

func TestAuvirtOddResources(t *testing.T) {
	cut := strings.TrimSuffix(attached("1793000010.000:2", "disk", `"/a.img"`), auvirtTail) + "\n"
	nobodys := "type=VIRT_RESOURCE msg=audit(1793000011.000:3): " + auvirtHead + "resrc=disk reason=attach vm=\"g\" uui\n"
	rule := "type=VIRT_RESOURCE msg=audit(1793000012.000:4): " + auvirtHead + "resrc=cgroup reason=allow" + auvirtG + `cgroup="/c/" class=path path="/dev/kvm" rdev=0A:E8 acl=rw ` + auvirtTail
	refused := strings.Replace(strings.Replace(rule, "12.000:4", "13.000:5", 1), "res=success", "res=failed", 1)
	none := strings.NewReplacer(`old-iothread="?"`, "old-iothread=1").Replace(attached("1793000014.000:6", "iothread", "0"))
	all := auvirtOf(t, startedG+cut+nobodys+rule+refused+none, AuvirtInput{AllEvents: true}, Options{})
	has(t, all, "resrc  g", "root", "Mon Oct 26 07:33:30 2026", "disk", "attach", "/a.img", "cut, outcome unknown")
	has(t, all, "resrc  g", "root", "Mon Oct 26 07:33:31 2026", "disk", "attach", "?", "cut, outcome unknown")
	has(t, all, "resrc  g", "root", "Mon Oct 26 07:33:32 2026", "cgroup", "allow", "path", "rw", "/dev/kvm")
	has(t, all, "resrc  g", "root", "Mon Oct 26 07:33:33 2026 - failed", "cgroup", "allow", "path", "rw", "/dev/kvm")
	if strings.Contains(all, "iothread") {
		t.Errorf("no iothread is listed as one:\n%s", all)
	}
}

func TestAuvirtUsers(t *testing.T) {
	names := func(node string, uid uint32) string { return map[uint32]string{7: "seven", 0: "toor"}[uid] }
	for _, test := range []struct {
		sender, tail, want string
		names              func(string, uint32) string
	}{
		{"uid=0 auid=4294967295", "", "root", nil},
		{"uid=0 auid=4294967295", "", "toor", names},
		{"uid=7 auid=4294967295", "", "7", nil},
		{"uid=7 auid=4294967295", "", "seven", names},
		{"uid=0 auid=7", "", "seven", names},
		{"uid=0 auid=8", "", "8", names},
		{"uid=0 auid=7", "\x1dUID=\"root\" AUID=\"eve\"", "eve", names},
		{"uid=0 auid=4294967295", "\x1dUID=\"libvirt\" AUID=\"unset\"", "libvirt", names},
		{"", "", "?", nil},
	} {
		log := strings.Replace(startedG, "uid=0 auid=4294967295", test.sender, 1)
		log = strings.TrimSuffix(log, "\n") + test.tail + "\n"
		got := auvirtOf(t, log, AuvirtInput{UserName: test.names}, Options{})
		if user := cells(got)[1]; user != test.want {
			t.Errorf("%s %q: got %q, want %q", test.sender, test.tail, user, test.want)
		}
	}
}

// TestAuvirtManyOfOneStamp: the lines of an event are looked through once,
// however many lines of the report are of it.
func TestAuvirtManyOfOneStamp(t *testing.T) {
	const n = 500
	var log strings.Builder
	log.WriteString(startedG)
	for i := range n {
		log.WriteString(attached("1793000010.000:2", "disk", `"/`+number(int64(i))+`.img"`))
	}
	f, asked := follow(t, log.String()), 0
	linesOf := recordsOf(t, log.String())
	in := AuvirtInput{
		Sessions: f.sessions, Events: f.events, AllEvents: true,
		LinesOf: func(node string, at trail.Moment) iter.Seq[[]byte] { asked++; return linesOf(node, at) },
	}
	all := output(t, func(w io.Writer) error { return Auvirt(w, in, Options{}) })
	has(t, all, "resrc  g", "root", "Mon Oct 26 07:33:30 2026", "disk", "attach", "/499.img")
	if lines := strings.Count(all, "\n"); lines != n+1 || asked != 2 {
		t.Errorf("%d lines; the records of an event were asked for %d times", lines, asked)
	}
}

// TestAuvirtDenialsOfOneEvent: an event may have several denials, each of which
// tells something else.
func TestAuvirtDenialsOfOneEvent(t *testing.T) {
	const denied = `type=AVC msg=audit(1793000010.000:5): apparmor="DENIED" operation="open" profile="libvirt-11111111-2222-4333-8444-555555555555" name=2F78206100 pid=42 comm="first" requested_mask="r" denied_mask="r" fsuid=107 ouid=0` + "\n"
	other := strings.NewReplacer("2F78206100", `"/y"`, "first", "second", "fsuid=107", "fsuid=108").Replace(denied)
	written := strings.NewReplacer(`"r"`, `"w"`, "first", "third", "fsuid=107", "fsuid=109").Replace(denied)
	all := auvirtOf(t, startedG+denied+other+written, AuvirtInput{AllEvents: true}, Options{})
	has(t, all, "avc    g", "107", "Mon Oct 26 07:33:30 2026", "open", "denied", "first", `/x a\x00`)
	has(t, all, "avc    g", "108", "Mon Oct 26 07:33:30 2026", "open", "denied", "second", "/y")
	has(t, all, "avc    g", "109", "Mon Oct 26 07:33:30 2026", "open", "denied", "third", `/x a\x00`)
}

// TestAuvirtLabelInForce: of a guest's labels one proves whose a denial is.
func TestAuvirtLabelInForce(t *testing.T) {
	label := func(stamp string) string { return strings.Replace(labelledG, "1793000000.000:1", stamp, 1) }
	ownership := strings.Replace(label("1793000000.000:3"), "model=selinux", "model=dac", 1)
	started := strings.Replace(startedG, ":1)", ":4)", 1)
	const avc = "type=AVC msg=audit(1793000010.000:5): avc:  denied  { read } for  pid=42 comm=\"x\" path=\"/x\" scontext=system_u:system_r:svirt_t:s0:c1,c2 tcontext=u:r:t:s0 tclass=file permissive=0\n"
	log := label("1792999998.000:1") + label("1792999999.000:2") + ownership + started + avc
	all := auvirtOf(t, log, AuvirtInput{AllEvents: true}, Options{Proof: ProofIDs})
	has(t, all, "    Proof: 1792999999.000:2, 1793000010.000:5")
}

// TestAuvirtClockSetBack: what is within a time is what a filter lets through,
// also where a session ends at an earlier time than it began.
func TestAuvirtClockSetBack(t *testing.T) {
	log := startedG + strings.Replace(stoppedG, "1793000090", "1792999910", 1)
	session := follow(t, log).sessions[0]
	at := func(second int64) time.Time { return time.Unix(1793000000+second, 0) }
	for _, since := range []time.Time{{}, at(-100), at(-90), at(-50), at(0), at(10)} {
		for _, until := range []time.Time{{}, at(-100), at(-90), at(-50), at(0), at(10)} {
			filter := trail.Filter{Since: since, Until: until}
			shown := auvirtOf(t, log, AuvirtInput{Since: since, Until: until}, Options{}) != ""
			if shown != filter.Session(session) {
				t.Errorf("from %v to %v: shown %t", since, until, shown)
			}
		}
	}
}

func TestAuvirtWriteError(t *testing.T) {
	f := follow(t, startedG)
	in := AuvirtInput{Sessions: f.sessions, Events: f.events}
	if err := Auvirt(brokenPipe{}, in, Options{}); err == nil {
		t.Error("no error of the writer")
	}
}

// TestAuvirtFailedStart: what a failed start asked for is assigned to nobody;
// its device rules were in force until it failed.
func TestAuvirtFailedStart(t *testing.T) {
	deny := "type=VIRT_RESOURCE msg=audit(1792999999.000:1): " + auvirtHead + "resrc=cgroup reason=deny" + auvirtG + `cgroup="/c/" class=all ` + auvirtTail
	disk := strings.Replace(attached("1792999999.500:2", "disk", `"/a.img"`), "reason=attach", "reason=start", 1)
	failed := strings.NewReplacer(":1)", ":3)", "vm-pid=42", "vm-pid=0", "res=success", "res=failed").Replace(startedG)
	all := auvirtOf(t, deny+disk+failed, AuvirtInput{AllEvents: true}, Options{})
	has(t, all, "resrc  g", "root", "Mon Oct 26 07:33:19 2026 - Mon Oct 26 07:33:20 2026 (00:00:01)", "cgroup", "deny", "all")
	has(t, all, "resrc  g", "root", "Mon Oct 26 07:33:19 2026 - failed", "disk", "start", "/a.img")
	has(t, all, "start  g", "root", "Mon Oct 26 07:33:20 2026 - failed", "booted")
	summary := auvirtOf(t, deny+disk+failed, AuvirtInput{Summary: true}, Options{})
	has(t, summary, "Number of resource assignments: 0")
	has(t, summary, "Number of failed operations:    1")
}

// TestAuvirtHostile: whatever is in a log, no line has anything that a terminal
// would obey, and every one has a guest, a user and a time.
func TestAuvirtHostile(t *testing.T) {
	for _, name := range []string{"lab.log", "fleet.log"} {
		text, err := os.ReadFile("testdata/" + name)
		if err != nil {
			t.Fatal(err)
		}
		for _, in := range []AuvirtInput{{}, {AllEvents: true}} {
			got := auvirtOf(t, string(text), in, Options{ShowUUID: true, Proof: ProofIDs})
			for line := range strings.Lines(got) {
				line = strings.TrimSuffix(line, "\n")
				if strings.ContainsFunc(line, func(r rune) bool { return r != '\t' && !shown(r) }) {
					t.Errorf("%s: %q", name, line)
				}
				if line != "" && !strings.HasPrefix(line, "    Proof: ") && len(cells(line)) < 4 {
					t.Errorf("%s: too few columns: %q", name, line)
				}
			}
		}
	}
}

// TestAuvirtGivenUpInFailedStart: the trail has no moment of this.
func TestAuvirtGivenUpInFailedStart(t *testing.T) {
	in := AuvirtInput{AllEvents: true, Sessions: []*trail.Session{{
		State: trail.Failed, Name: "g", Start: trail.Moment{Millis: 1793000000_000, Serial: 3},
		Attempts: []trail.Attempt{{Kind: "net", ID: "52:54:00:00:00:01"}},
	}}}
	all := output(t, func(w io.Writer) error { return Auvirt(w, in, Options{}) })
	has(t, all, "resrc  g", "?", "Mon Oct 26 07:33:20 2026 - failed", "net", "?", "52:54:00:00:00:01")
}
