package trail

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// randomCourse is the log of few guests, of which much is missing, fails, comes
// out of order, or is said of no guest or another one.
func randomCourse(seed uint64) *course {
	rnd := rand.New(rand.NewPCG(seed, 21))
	settle := []int{1, 1, 5, 100, 1 << 30}[rnd.IntN(5)]
	s := &riot{scene: newScene(), rnd: rnd, guests: 1 + rnd.IntN(3), odds: make([]int, len(riots)), copies: rnd.IntN(4) == 0}
	for i := range s.odds { // so that each log is of few things
		s.odds[i] = rnd.IntN(6) * rnd.IntN(2)
	}
	s.odds[rnd.IntN(len(s.odds))] += 3
	length := 10 + rnd.IntN(50)
	if rnd.IntN(3) == 0 {
		length = 300 + rnd.IntN(1500)
	}
	for len(s.lines) < length {
		s.next()
	}
	lines := s.lines
	switch rnd.IntN(4) {
	case 0:
		lines = disorder(rnd, lines, 1+rnd.IntN(900))
	case 1:
		lines = disorder(rnd, lines, 1+rnd.IntN(12))
	}
	c := &course{records: numberedRecords([]byte(strings.Join(lines, "\n") + "\n")), settled: map[uint64]bool{}}
	for i := range c.records {
		c.records[i].seq += uint64(i) / 50 * 5 // with gaps; 900 lines are fewer facts than trimEvery
		if rnd.IntN(settle) == 0 {
			c.settled[c.records[i].seq], c.copies = true, s.copies
		}
	}
	return c
}

// riot is a scene in which anything may come next.
type riot struct {
	*scene
	rnd    *rand.Rand
	guests int
	copies bool
	odds   []int // of each of riots
}

func (s *riot) next() {
	s.second -= int64(s.rnd.IntN(2)) // some within a second
	sum := 0
	for _, n := range s.odds {
		sum += n
	}
	at := s.rnd.IntN(sum)
	for i, n := range s.odds {
		if at -= n; at < 0 {
			n := s.rnd.IntN(s.guests)
			riots[i](s, fmt.Sprintf("%08d-2222-4333-8444-555555555555", n), n)
			break
		}
	}
	last := &s.lines[len(s.lines)-1]
	switch s.rnd.IntN(30) {
	case 0:
		if s.copies {
			s.lines = append(s.lines, *last)
		}
	case 1:
		*last = strings.Replace(*last, "res=success", "res=failed", 1)
	case 2:
		*last = (*last)[:len(*last)-s.rnd.IntN(90)]
	case 3:
		*last = strings.Replace(*last, `vm="g"`, `vm="h"`, 1)
	case 4:
		s.from("/opt/x").as(s.rnd.IntN(2))
	case 5:
		if i := strings.Index(*last, " uuid="); i > 0 && len(*last) > i+42 {
			*last = (*last)[:i] + (*last)[i+42:]
		}
	}
}

// riots are what may come, each of a guest.
var riots = []func(s *riot, uuid string, n int){
	func(s *riot, uuid string, n int) { s.start(uuid, 100+n) },
	func(s *riot, uuid string, n int) { s.start(uuid, 100+s.rnd.IntN(3)) },
	func(s *riot, uuid string, n int) {
		s.stop(uuid, []string{"shutdown", "crashed", "failed"}[s.rnd.IntN(3)])
	},
	func(s *riot, uuid string, n int) { s.failedStart(uuid) },
	func(s *riot, uuid string, n int) {
		s.label(uuid, fmt.Sprintf("u:r:svirt_t:s0:c%d,c%d", s.rnd.IntN(3), 7))
	},
	func(s *riot, uuid string, n int) { s.disk(uuid, "start", "?", s.path(), "success") },
	func(s *riot, uuid string, n int) { s.disk(uuid, "attach", "?", s.path(), "success") },
	func(s *riot, uuid string, n int) { s.disk(uuid, "attach", "?", s.path(), "failed") },
	func(s *riot, uuid string, n int) { s.disk(uuid, "detach", s.path(), "?", "success") },
	func(s *riot, uuid string, n int) { s.disk(uuid, "update", s.path(), s.path(), "success") },
	func(s *riot, uuid string, n int) { s.open(uuid) },
	func(s *riot, uuid string, n int) {
		for range s.rnd.IntN(100) {
			s.failedOpen(uuid)
		}
		s.open(uuid)
	},
	func(s *riot, uuid string, n int) { s.nic(uuid, "attach", "?", mac) },
	func(s *riot, uuid string, n int) { s.nic(uuid, "start", "?", mac) },
	func(s *riot, uuid string, n int) { s.nic(uuid, "detach", mac, "?") },
	func(s *riot, uuid string, n int) { s.rule(uuid, "deny", "class=all") },
	func(s *riot, uuid string, n int) {
		s.rule(uuid, []string{"allow", "deny"}[s.rnd.IntN(2)], fmt.Sprintf(`class=path path="%s" rdev=0A:E8 acl=rw`, s.path()))
	},
	func(s *riot, uuid string, n int) { s.vcpus(uuid, []string{"start", "update"}[s.rnd.IntN(2)], 0, 2) },
	func(s *riot, uuid string, n int) { s.abend(100 + s.rnd.IntN(3)) },
	func(s *riot, uuid string, _ int) { s.labelledAbend(uuid) },
	func(s *riot, uuid string, n int) { s.abend(100+n).stop(uuid, "crashed") },
	func(s *riot, uuid string, n int) { s.avc(fmt.Sprintf("u:r:svirt_t:s0:c%d,c%d", s.rnd.IntN(3), 7)) },
	func(s *riot, uuid string, n int) {
		s.line("AVC", fmt.Sprintf(`apparmor="DENIED" operation="open" profile="libvirt-%s" name="%s" pid=7 comm="q" requested_mask="r" denied_mask="r"`, uuid, s.path()))
	},
	func(s *riot, uuid string, n int) {
		s.sent("VIRT_CONTROL", fmt.Sprintf("op=%s reason=x %s vm-pid=7", []string{"init", "odd"}[s.rnd.IntN(2)], who(uuid)), "success")
	},
	func(s *riot, uuid string, n int) { s.cut("VIRT_CONTROL", "op=stop reason=shutdown "+who(uuid)) },
	func(s *riot, uuid string, n int) { s.cut("VIRT_CONTROL", "op=start reason=booted "+who(uuid)) },
	func(s *riot, uuid string, n int) { s.boot() },
	func(s *riot, uuid string, n int) {
		if s.rnd.IntN(3) == 0 {
			s.reboot()
		}
		s.line("SYSTEM_SHUTDOWN", "pid=1 uid=0 auid=1 ses=1 msg='res=success'")
	},
	func(s *riot, uuid string, n int) { s.line("DAEMON_START", daemonStart) },
	func(s *riot, uuid string, n int) { s.line("DAEMON_END", daemonEnd) },
	func(s *riot, uuid string, n int) { s.second -= int64(s.rnd.IntN(5)); s.stop(uuid, "shutdown") },
}

func (s *riot) path() string { return fmt.Sprint("/", s.rnd.IntN(3)) }

// Whatever a log says, a Live tells the same however often it is asked, and what a
// Trail tells.
func TestLiveOfAnything(t *testing.T) {
	t.Parallel()
	for seed := range uint64(cases(400, 30)) {
		randomCourse(seed).check(t, seed)
	}
}
