package trail

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/virtaudit/virtaudit/auditlog"
)

// cases gives how many cases a test tries: all of them, or a few with -short.
func cases(all, few int) int {
	if testing.Short() {
		return few
	}
	return all
}

// randomScene makes the log of one node's life, boot by boot: each element is
// what one boot wrote. Lines of different boots never interleave.
func randomScene(rnd *rand.Rand, node string) [][]string {
	s := newScene()
	s.node = node
	var boots [][]string
	for range 1 + rnd.IntN(3) {
		s.lines = nil
		if len(boots) > 0 && rnd.IntN(2) == 0 {
			s.boot()
		}
		for range 20 + rnd.IntN(200) {
			s.randomEvent(rnd)
		}
		boots = append(boots, s.lines)
		s.reboot()
	}
	return boots
}

func (s *scene) randomEvent(rnd *rand.Rand) {
	s.second -= int64(rnd.IntN(2)) // some within a second
	n := rnd.IntN(6)
	uuid := fmt.Sprintf("%08d-2222-4333-8444-555555555555", n)
	path := fmt.Sprintf("/disk%d", rnd.IntN(3))
	switch rnd.IntN(12) {
	case 0, 1:
		s.label(uuid, fmt.Sprintf("u:r:svirt_t:s0:c%d,c%d", n, n+1)).disk(uuid, "start", "?", path, "success").start(uuid, 100+n)
	case 2:
		s.label(uuid, "x").disk(uuid, "start", "?", path, "success").failedStart(uuid)
	case 3:
		s.stop(uuid, "shutdown")
	case 4, 5:
		s.disk(uuid, "attach", "?", path, "success")
	case 6:
		s.disk(uuid, "detach", path, "?", "success")
	case 7:
		s.disk(uuid, "attach", "?", path, "failed")
	case 8:
		s.abend(100 + n)
	case 9:
		s.avc(fmt.Sprintf("u:r:svirt_t:s0:c%d,c%d", n, n+1))
	default:
		s.line("SYSCALL", "arch=c000003e syscall=1")
	}
}

// disorder moves each line back by fewer than bound others.
func disorder(rnd *rand.Rand, lines []string, bound int) []string {
	type moved struct {
		line string
		at   int
	}
	all := make([]moved, len(lines))
	for i, l := range lines {
		all[i] = moved{l, i + rnd.IntN(bound)}
	}
	slices.SortStableFunc(all, func(a, b moved) int { return cmp.Compare(a.at, b.at) })
	out := make([]string, len(all))
	for i, m := range all {
		out[i] = m.line
	}
	return out
}

// mergeLines interleaves the nodes' logs, each in its own order.
func mergeLines(rnd *rand.Rand, logs [][]string) []string {
	var out []string
	for len(logs) > 0 {
		i := rnd.IntN(len(logs))
		out = append(out, logs[i][0])
		if logs[i] = logs[i][1:]; len(logs[i]) == 0 {
			logs = slices.Delete(logs, i, i+1)
		}
	}
	return out
}

// scan reads files one after the other, cut anywhere between lines.
func scan(t *testing.T, rnd *rand.Rand, lines []string) string {
	t.Helper()
	var c Collector
	tr := New(c.Session)
	for len(lines) > 0 {
		n := 1 + rnd.IntN(len(lines))
		s := auditlog.ScanBytes([]byte(strings.Join(lines[:n], "\n")))
		for r := range s.Records() {
			tr.Add("", r)
		}
		lines = lines[n:]
	}
	tr.End()
	if late := tr.Summary().Late; late != 0 {
		t.Errorf("%d late records", late)
	}
	sessions := c.Sessions()
	slices.SortStableFunc(sessions, func(a, b *Session) int { return cmp.Compare(a.Node, b.Node) })
	b, err := json.MarshalIndent(map[string]any{"sessions": sessions, "summary": tr.Summary()}, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// The trail is the same whatever way its records come: in order, cut into
// files, interleaved within the bound, several nodes in one stream.
func TestSameEventsSameTrail(t *testing.T) {
	t.Parallel()
	for seed := range uint64(cases(60, 12)) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		nodes := make([][][]string, 1+rnd.IntN(3))
		for i := range nodes {
			nodes[i] = randomScene(rnd, fmt.Sprintf("h%d", i))
		}
		var straight []string
		logs := make([][]string, len(nodes))
		for i, boots := range nodes {
			for _, lines := range boots {
				straight = append(straight, lines...)
				logs[i] = append(logs[i], disorder(rnd, lines, 16)...)
			}
		}
		want := scan(t, rnd, straight)
		if got := scan(t, rnd, straight); got != want {
			t.Fatalf("seed %d: cut differently, the trail differs", seed)
		}
		if got := scan(t, rnd, mergeLines(rnd, logs)); got != want {
			t.Fatalf("seed %d: out of order, the trail differs:\n%s", seed, firstDifference(got, want))
		}
	}
}

func firstDifference(got, want string) string {
	a, b := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			from := max(0, i-25)
			return "got\n" + strings.Join(a[from:i+1], "\n") + "\nwant\n" + strings.Join(b[from:i+1], "\n")
		}
	}
	return "one is longer"
}

// Holdings end within their session, and a session never holds after its end.
func TestInvariants(t *testing.T) {
	t.Parallel()
	for seed := range uint64(cases(200, 60)) {
		rnd := rand.New(rand.NewPCG(seed, 2))
		var lines []string
		for _, boot := range randomScene(rnd, "h") {
			lines = append(lines, boot...)
		}
		sessions, sum := read(t, lines)
		var counts [states]int64
		var starts int64
		for _, s := range sessions {
			counts[s.State]++
			if s.Start != (Moment{}) && s.State != Failed {
				starts++
			}
			for _, h := range s.Holdings {
				if (h.Ended == "") != (s.State == Running || s.State == Starting) && h.Ended == "" {
					t.Fatalf("seed %d: %v holds %s", seed, s.State, h.ID)
				}
				if s.State == Closed && h.To.Millis > s.End.Millis {
					t.Fatalf("seed %d: held beyond the end", seed)
				}
			}
			if s.State == Failed && len(s.Holdings) > 0 {
				t.Fatalf("seed %d: a failed start holds something", seed)
			}
		}
		if counts != sum.Sessions || starts != sum.Starts || counts[Failed] != sum.FailedStarts || counts[Closed] > sum.Stops {
			t.Fatalf("seed %d: %v sessions, counted %+v", seed, counts, sum)
		}
	}
}
