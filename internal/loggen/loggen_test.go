package loggen

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// kinds of logs that the tests go through.
var logs = map[string]Config{
	"apparmor":    {Seed: 1, Size: 12 << 20, Guests: 60},
	"selinux":     {Seed: 2, Size: 12 << 20, Guests: 60, Labels: SELinux},
	"dac":         {Seed: 3, Size: 4 << 20, Guests: 40, Labels: DACOnly, Raw: true},
	"three nodes": {Seed: 4, Size: 16 << 20, Guests: 90, Nodes: 3},
	"many guests": {Seed: 5, Size: 8 << 20},
	"only virt":   {Seed: 6, Size: 2 << 20, Guests: 100, OnlyVirt: true},
	"in order":    {Seed: 7, Size: 2 << 20, Guests: 30, Late: -1},
	"one late":    {Seed: 8, Size: 4 << 20, Guests: 30, Late: 1, Labels: SELinux},
	"clock steps": {Seed: 9, Size: 8 << 20, Guests: 50, ClockSteps: true, FreshStart: true},
}

func generate(t *testing.T, cfg Config) ([]byte, Truth, []Session) {
	t.Helper()
	var log bytes.Buffer
	var sessions []Session
	cfg.OnSession = func(s Session) { sessions = append(sessions, s) }
	truth, err := Generate(&log, cfg)
	if err != nil {
		t.Fatal(err)
	}
	return log.Bytes(), truth, sessions
}

func TestTruthIsWhatTheLogProves(t *testing.T) {
	for name, cfg := range logs {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			log, truth, sessions := generate(t, cfg)
			r := readLog(t, log)
			r.truth.Sessions.Failed = r.truth.FailedStarts
			if !reflect.DeepEqual(truth, r.truth) {
				t.Errorf("truth:\n%s\nthe log proves:\n%s", asJSON(t, truth), asJSON(t, r.truth))
			}
			compareSessions(t, sessions, r.sessions)
			checkInvariants(t, truth, sessions)
		})
	}
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func compareSessions(t *testing.T, got, want []Session) {
	t.Helper()
	order := func(a, b Session) int {
		return cmp.Or(cmp.Compare(a.Node, b.Node), cmp.Compare(a.UUID, b.UUID),
			cmp.Compare(a.Start.Millis, b.Start.Millis), cmp.Compare(a.Start.Serial, b.Start.Serial))
	}
	slices.SortFunc(got, order)
	slices.SortFunc(want, order)
	if len(got) != len(want) {
		t.Fatalf("%d sessions, the log shows %d", len(got), len(want))
	}
	for i := range got {
		if got[i] != want[i] {
			t.Fatalf("session %+v, the log shows %+v", got[i], want[i])
		}
	}
}

func checkInvariants(t *testing.T, truth Truth, sessions []Session) {
	t.Helper()
	known, unknown := 0, 0
	for _, s := range sessions {
		switch {
		case s.State == Failed:
		case s.Start == (Event{}):
			unknown++
		default:
			known++
		}
	}
	if known != truth.Starts {
		t.Errorf("%d sessions with a start, %d starts", known, truth.Starts)
	}
	if truth.Sessions.Closed != truth.Stops {
		t.Errorf("%d sessions closed, %d stops", truth.Sessions.Closed, truth.Stops)
	}
	if sum := truth.Sessions.Closed + truth.Sessions.Running + truth.Sessions.Lost; sum != known+unknown {
		t.Errorf("%d sessions closed, running or lost; %d listed", sum, known+unknown)
	}
	if truth.Sessions.Failed != truth.FailedStarts {
		t.Errorf("%d failed sessions, %d failed starts", truth.Sessions.Failed, truth.FailedStarts)
	}
}

func TestEveryLineIsARecord(t *testing.T) {
	for _, cfg := range []Config{{Seed: 1}, {Seed: 2, Raw: true, Labels: SELinux}, {Seed: 3, Nodes: 2}} {
		cfg.Size, cfg.Guests = 2<<20, 20
		log, _, _ := generate(t, cfg)
		for text := range strings.Lines(string(log)) {
			l := parseLine(t, strings.TrimSuffix(text, "\n"))
			if (l.node != "") != (cfg.Nodes > 1) {
				t.Fatalf("node %q in %q", l.node, text)
			}
			if cfg.Raw && strings.Contains(text, "\x1d") {
				t.Fatalf("enriched: %q", text)
			}
		}
	}
}

func TestSameSeedSameLog(t *testing.T) {
	hash := func(seed uint64) (sum [32]byte) {
		h := sha256.New()
		if _, err := Generate(h, Config{Seed: seed, Size: 1 << 20, Nodes: 2}); err != nil {
			t.Fatal(err)
		}
		copy(sum[:], h.Sum(nil))
		return sum
	}
	first := hash(1)
	if hash(1) != first {
		t.Error("the same seed gave another log")
	}
	if hash(2) == first {
		t.Error("another seed gave the same log")
	}
}

func TestShares(t *testing.T) {
	_, truth, _ := generate(t, Config{Seed: 1, Size: 32 << 20})
	virt := 0
	for typ, n := range truth.Records {
		if strings.HasPrefix(typ, "VIRT_") {
			virt += n
		}
	}
	if share := 100 * float64(virt) / float64(truth.Lines); share < 2.7 || share > 3.3 {
		t.Errorf("%.2f %% of the lines are VIRT records", share)
	}
	begun := truth.Starts + truth.FailedStarts
	if share := 100 * truth.FailedStarts / begun; share < 10 || share > 20 {
		t.Errorf("%d %% of %d starts failed", share, begun)
	}
}

// A log must hold what it promises, or a reader held to it is held to nothing.
func TestEverythingHappens(t *testing.T) {
	log, truth, sessions := generate(t, Config{Seed: 1, Size: 96 << 20, Guests: 120, Nodes: 2})
	ends := map[string]int{}
	unknownStarts := 0
	for _, s := range sessions {
		ends[s.State+" "+s.EndReason]++
		if s.Start == (Event{}) {
			unknownStarts++
		}
	}
	for _, end := range []string{
		"running ", "failed ", "lost abend", "lost boot", "lost start",
		"closed shutdown", "closed destroyed", "closed crashed", "closed failed", "closed saved",
		"closed migrated", "closed from-snapshot", "closed reboot",
	} {
		if ends[end] == 0 {
			t.Errorf("no session is %q", end)
		}
	}
	for name, n := range map[string]int{
		"unknown start": unknownStarts, "stop without start": truth.StopsWithoutStart, "init": truth.Inits,
		"guest AVC": truth.GuestAVCs, "guest anomaly": truth.GuestAnomalies, "shutdown": truth.Records["SYSTEM_SHUTDOWN"],
		"orderless boot": truth.Records["SYSTEM_BOOT"] - truth.Records["SYSTEM_SHUTDOWN"],
	} {
		if n <= 0 {
			t.Errorf("no %s", name)
		}
	}
	for _, typ := range append(pickedTypes, "VIRT_CONTROL", "VIRT_RESOURCE", "VIRT_MACHINE_ID") {
		if truth.Records[typ] == 0 {
			t.Errorf("no %s", typ)
		}
	}
	for _, trap := range []string{
		`name="/var/tmp/type=VIRT_CONTROL"`, "msg='op=start direction", "avc:  granted", `apparmor="ALLOWED"`,
		"vm=\"q'op=stop,res=failed;vm=", "type=AVC_PATH", "type=SYSTEM_RUNLEVEL", `profile="libvirtd"`,
	} {
		if !bytes.Contains(log, []byte(trap)) {
			t.Errorf("no %s", trap)
		}
	}
	checkSharedUUID(t, sessions)
}

// checkSharedUUID wants a machine that ran on both nodes.
func checkSharedUUID(t *testing.T, sessions []Session) {
	t.Helper()
	node := map[string]string{}
	for _, s := range sessions {
		if other, seen := node[s.UUID]; seen && other != s.Node {
			return
		}
		node[s.UUID] = s.Node
	}
	t.Error("no guest ran on two nodes")
}

func TestLinesAreLateWithinTheBound(t *testing.T) {
	for name, late := range map[string]int{"default": 0, "none": -1, "one": 1, "twenty": 20} {
		t.Run(name, func(t *testing.T) {
			cfg := Config{Seed: 3, Size: 16 << 20, Guests: 60, Nodes: 2, Late: late}
			log, _, _ := generate(t, cfg)
			lines := parseLog(t, log)
			setLateness(lines)
			most := slices.MaxFunc(lines, func(a, b line) int { return cmp.Compare(a.late, b.late) }).late
			bound := cfg.withDefaults().Late
			if most > bound || most < bound/2 {
				t.Errorf("a line is overtaken by %d records, the bound is %d", most, bound)
			}
		})
	}
}

// shapeOf names the fields of a VIRT record in order, as testdata/shapes.txt
// does for the records of real hosts.
func shapeOf(l line) string {
	_, text, _ := strings.Cut(l.text, "msg='")
	text, _, _ = strings.Cut(text, " exe=")
	shape := l.typ
	for _, m := range regexp.MustCompile(`([A-Za-z-]+)=("[^"]*"|\S+)`).FindAllStringSubmatch(text, -1) {
		shape += " " + m[1]
		if slices.Contains([]string{"op", "resrc", "reason", "class"}, m[1]) {
			shape += "=" + m[2]
		}
	}
	return shape
}

func TestShapesAreReal(t *testing.T) {
	text, err := os.ReadFile("testdata/shapes.txt")
	if err != nil {
		t.Fatal(err)
	}
	unused := map[string]bool{}
	for shape := range strings.Lines(string(text)) {
		unused[strings.TrimSpace(shape)] = true
	}
	known := len(unused)
	log, _, _ := generate(t, Config{Seed: 1, Size: 4 << 20, Guests: 200, OnlyVirt: true})
	seen := map[string]bool{}
	for _, l := range parseLog(t, log) {
		seen[shapeOf(l)] = true
	}
	for shape := range seen {
		if !unused[shape] {
			t.Errorf("no host writes %s", shape)
		}
		delete(unused, shape)
	}
	if len(unused) > known/10 {
		t.Errorf("never written: %v", unused)
	}
}

func TestAusearchReadsTheSame(t *testing.T) {
	if _, err := exec.LookPath("ausearch"); err != nil {
		t.Skip("ausearch is not installed (package auditd)")
	}
	for name, cfg := range logs {
		t.Run(name, func(t *testing.T) {
			log, truth, _ := generate(t, cfg)
			path := filepath.Join(t.TempDir(), "audit.log")
			if err := os.WriteFile(path, log, 0o600); err != nil {
				t.Fatal(err)
			}
			for _, typ := range []string{"VIRT_CONTROL", "VIRT_RESOURCE", "VIRT_MACHINE_ID"} {
				out, err := exec.Command("ausearch", "-if", path, "-m", typ, "--raw").Output()
				if err != nil {
					t.Fatalf("ausearch -m %s: %v", typ, err)
				}
				if got := bytes.Count(out, []byte("\n")); got != truth.Records[typ] {
					t.Errorf("ausearch finds %d %s, %d are there", got, typ, truth.Records[typ])
				}
			}
		})
	}
}

// failingWriter fails after some bytes.
type failingWriter struct{ left int }

var errFull = errors.New("disk full")

func (w *failingWriter) Write(b []byte) (int, error) {
	if w.left -= len(b); w.left < 0 {
		return 0, errFull
	}
	return len(b), nil
}

func TestGenerateReportsAWriteError(t *testing.T) {
	for _, room := range []int{0, 3 << 20} {
		if _, err := Generate(&failingWriter{room}, Config{Size: 8 << 20}); !errors.Is(err, errFull) {
			t.Errorf("after %d bytes: %v", room, err)
		}
	}
}

func BenchmarkGenerate(b *testing.B) {
	for name, only := range map[string]bool{"mixed": false, "virt": true} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(16 << 20)
			for b.Loop() {
				if _, err := Generate(io.Discard, Config{Size: 16 << 20, OnlyVirt: only}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
