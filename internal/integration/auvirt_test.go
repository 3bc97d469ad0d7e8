//go:build linux

package integration

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

const auvirtCases = "../../testdata/cases"

// TestAuvirtDoc: what docs/auvirt.md says that auvirt prints, it prints.
func TestAuvirtDoc(t *testing.T) {
	need(t, "auvirt")
	doc, err := os.ReadFile("../../docs/auvirt.md")
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(auvirtCases)
	ran := 0
	for _, match := range regexp.MustCompile(`(?m)^\$ auvirt (.*)\n((?:[^$`+"`"+`].*\n|\n)*)`).FindAllSubmatch(doc, -1) {
		ran++
		got := withoutBlanks(run(t, "auvirt", strings.Fields(string(match[1]))...))
		if want := withoutBlanks(match[2]); got != want {
			t.Errorf("auvirt %s: got\n%s\nwant\n%s", match[1], got, want)
		}
	}
	if ran < 15 {
		t.Errorf("docs/auvirt.md has %d commands", ran)
	}
}

// withoutBlanks gives a text without the blanks at the ends of its lines.
func withoutBlanks(text []byte) string {
	return strings.TrimRight(string(regexp.MustCompile(`(?m)[ \t]+$`).ReplaceAll(text, nil)), "\n")
}

// asAuvirt are the logs of which auvirt says nothing wrong, but that it leaves
// out what it doesn't know.
var asAuvirt = []struct {
	log  string
	args []string
}{
	{"cases/normal.log", nil},
	{"cases/days.log", nil},
	{"cases/detach_attach_same.log", nil},
	{"cases/avc_own.log", nil},
	{"cases/anom_tail.log", nil},
	{"cases/kinds.log", nil},
	{"cases/node.log", nil},
	{"cases/trunc.log", nil},
	{"cases/uuid_letters.log", nil},
	{"demo/audit.log", []string{"--vm", "web1"}},
	{"demo/audit.log", []string{"--vm", "db1"}},
	{"demo/audit.log", []string{"--vm", "mail 1"}},
	{"demo/audit.log", []string{"--vm", "box1"}},
	{"demo/audit.log", []string{"--uuid", "8e1f6c52-3a07-4f7c-9b1d-52c7d0a41e02"}},
	{"demo/audit.log", []string{"--vm", "build2", "-te", "11/23/26", "00:54:41"}},
	{"demo/audit.log", []string{"--vm", "mail 1", "-ts", "11/23/26", "00:57:45"}},
	{"demo/audit.log", []string{"--vm", "mail 1", "--end", "11/23/26", "00:57:45"}},
	{"demo/audit.log", []string{"--vm", "mail 1", "--start", "11/23/26", "--end", "11/23/26", "00:56:00"}},
	{"scenarios/s01-base-start.log", nil},
	{"scenarios/h01-start-paused.log", nil},
	{"scenarios/h10-shutdown-guest.log", nil},
	{"scenarios/m-disk-quote.log", nil},
	{"scenarios/m-name-n-amp.log", nil},
	{"scenarios/m-name-n-quote.log", nil},
	{"scenarios/m-name-n-utf8.log", nil},
	{"scenarios/x03-lxc-ok.log", nil},
}

// TestAsAuvirtLineByLine: where auvirt is right, virtaudit auvirt prints the
// same lines in the same order, with the same options.
func TestAsAuvirtLineByLine(t *testing.T) {
	need(t, "auvirt")
	own := auvirtBinary(t)
	for _, test := range asAuvirt {
		args := append([]string{"-f", filepath.Join("../../testdata", test.log)}, test.args...)
		t.Run(fmt.Sprint(test.log, test.args), func(t *testing.T) {
			for _, mode := range [][]string{nil, {"--all-events"}, {"-a", "--show-uuid"}, {"--show-uuid"}, {"-a", "--proof"}, {"--proof"}} {
				sameLines(t, own, append(slices.Clone(mode), args...))
			}
		})
	}
}

// auvirtBinary gives the program under the name of auvirt.
func auvirtBinary(t *testing.T) string {
	t.Helper()
	link := filepath.Join(t.TempDir(), "auvirt")
	if err := os.Symlink(string(build(t)), link); err != nil {
		t.Fatal(err)
	}
	return link
}

func sameLines(t *testing.T, own string, args []string) {
	t.Helper()
	theirs, ours := asTheirs(run(t, "auvirt", args...)), asTheirs(run(t, own, args...))
	if !slices.Equal(ours, theirs) {
		t.Errorf("%q: got\n%s\nauvirt has\n%s", args, strings.Join(ours, "\n"), strings.Join(theirs, "\n"))
	}
}

var (
	// auvirtSpan is a time, or a period of virtaudit's.
	auvirtSpan = regexp.MustCompile(`^(\w{3} \w{3} .\d \d\d:\d\d):\d\d \d{4}(?: - (?:\w{3} \w{3} .\d (\d\d:\d\d):\d\d \d{4} \((\S+)\)|failed))?$`)
	// auvirtKnows are the kinds of resources that it shows, and how.
	auvirtKnows = regexp.MustCompile(`\t(disk|net|vcpu|mem|rng|cgroup)\t(start|attach|update|snapshot|mirror|allow|deny)\t`)
	auvirtProof = regexp.MustCompile(`\d+\.\d+:(\d+)(?:, )?`)
)

// asTheirs gives what starts, stops and resources auvirt's output has, in
// auvirt's own words: without users, which auvirt cuts, and what it has not.
// The ids of a proof are cut to its serials.
func asTheirs(output []byte) []string {
	var found []string
	shown := false
	for line := range strings.Lines(string(output)) {
		line = strings.TrimRight(line, "\n")
		if proof, ok := strings.CutPrefix(line, "    Proof:"); ok {
			if shown {
				serials := strings.TrimRight(auvirtProof.ReplaceAllString(strings.TrimSpace(proof), "$1,"), ",")
				found = append(found, "proof "+serials)
			}
			continue
		}
		line, shown = inTheirWords(line)
		if shown {
			found = append(found, line)
		}
	}
	return found
}

// inTheirWords gives a line as auvirt has it, and whether it has it.
func inTheirWords(line string) (string, bool) {
	cells := strings.Split(line, "\t")
	for i := range cells {
		cells[i] = strings.TrimSpace(cells[i])
		if m := auvirtSpan.FindStringSubmatch(cells[i]); m != nil {
			cells[i] = theirPeriod(cells[i], m)
		}
	}
	at := slices.IndexFunc(cells, func(c string) bool { return regexp.MustCompile(`^\w{3} \w{3} .\d \d\d:\d\d`).MatchString(c) })
	if at < 1 {
		return "", false
	}
	cells[at-1] = "USER"
	line = strings.Join(cells, "\t")
	kind, _, _ := strings.Cut(cells[0], " ")
	switch {
	case kind == "resrc":
		return strings.TrimRight(line, "\t"), auvirtKnows.MatchString(line) && !strings.HasSuffix(line, "outcome unknown")
	case slices.Contains([]string{"avc", "anom", "init", "lost"}, kind):
		return "", false
	}
	return strings.Join(cells[:at+1], "\t"), true
}

// theirPeriod gives a period as auvirt does: the end without its day, and the
// duration cut off.
func theirPeriod(text string, m []string) string {
	switch {
	case strings.HasSuffix(text, " - failed"):
		return m[1] + " - failed"
	case m[2] == "":
		return m[1]
	}
	return fmt.Sprintf("%s - %-7s%.6s", m[1], m[2], "("+m[3])
}

// TestAsAuvirtSummary: the counts are auvirt's where it is right.
func TestAsAuvirtSummary(t *testing.T) {
	need(t, "auvirt")
	own := auvirtBinary(t)
	for _, log := range []string{"normal", "days", "detach_attach_same", "anom_tail", "node", "longname", "crash", "uuid_letters", "proof"} {
		args := []string{"--summary", "-f", filepath.Join(auvirtCases, log+".log")}
		theirs, ours := run(t, "auvirt", args...), run(t, own, args...)
		seconds := regexp.MustCompile(`(\d\d:\d\d):\d\d \d{4}`)
		if got := seconds.ReplaceAll(ours, []byte("$1")); !bytes.Equal(got, theirs) {
			t.Errorf("%s: got\n%sauvirt has\n%s", log, got, theirs)
		}
	}
}

// TestAuvirtStatus: a wrong command line has the exit status that auvirt's has.
func TestAuvirtStatus(t *testing.T) {
	need(t, "auvirt")
	own := auvirtBinary(t)
	log := filepath.Join(auvirtCases, "normal.log")
	for _, args := range [][]string{
		{"--nonsense"},
		{"-as"},
		{log},
		{"-f"},
		{"-f", "-a"},
		{"-f", log, "--stdin"},
		{"-u", "1111"},
		{"-ts", "nonsense"},
		{"-te"},
		{"-f", log + ".missing"},
		{"-h"},
		{"--help", "x"},
		{"-f", log, "--vm", "nobody"},
	} {
		want := exec.Command("auvirt", args...)
		got := exec.Command(own, args...)
		var said bytes.Buffer
		got.Stderr = &said
		_, _ = want.Output()
		_, _ = got.Output()
		if want, got := want.ProcessState.ExitCode(), got.ProcessState.ExitCode(); got != want {
			t.Errorf("auvirt %q has status %d, not %d", args, got, want)
		}
		if lines := strings.Count(said.String(), "\n"); lines > 1 {
			t.Errorf("auvirt %q says %d lines:\n%s", args, lines, said.Bytes())
		}
	}
}

// TestAuvirtManyGuests: time grows with the log, and not with the square of the
// guests. auvirt takes minutes for this one.
func TestAuvirtManyGuests(t *testing.T) {
	if testing.Short() {
		t.Skip("-short is given")
	}
	const guests, limit = 100_000, 30 * time.Second
	var log bytes.Buffer
	for i := range 2 * guests {
		op, pid, guest := "start reason=booted", 1000+i, i
		if i >= guests {
			op, pid, guest = "stop reason=shutdown", 0, i-guests
		}
		fmt.Fprintf(&log, "type=VIRT_CONTROL msg=audit(%d.000:%d): pid=10 uid=0 auid=4294967295 ses=4294967295 msg='virt=kvm op=%s vm=\"g%d\" "+
			"uuid=%08x-2222-4333-8444-555555555555 vm-pid=%d exe=\"/usr/sbin/libvirtd\" hostname=? addr=? terminal=? res=success'\n",
			1793000000+i, i+1, op, guest, guest, pid)
		fmt.Fprintf(&log, "type=AVC msg=audit(%d.000:%d): apparmor=\"DENIED\" operation=\"open\" profile=\"cupsd\" name=\"/x\" pid=7 comm=\"cupsd\"\n", 1793000000+i, 5_000_000+i)
	}
	name := filepath.Join(t.TempDir(), "audit.log")
	writeFile(t, name, log.String())
	cmd := exec.Command(string(build(t)), "auvirt", "-f", name)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	// Of a processor, whoever else uses it.
	took, lines := cmd.ProcessState.UserTime()+cmd.ProcessState.SystemTime(), bytes.Count(out, []byte("\n"))
	if lines != guests || took > limit {
		t.Errorf("%d lines for %d guests, in %v", lines, guests, took)
	}
}
