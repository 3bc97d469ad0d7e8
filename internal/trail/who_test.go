package trail

import (
	"fmt"
	"strings"
	"testing"
)

// claimed describes claims in a line each.
func claimed(claims []Claim) string {
	var lines []string
	for _, c := range claims {
		l := fmt.Sprintf("%s %s %d-%d", c.Resource, c.Op, c.From.Serial, c.To.Serial)
		if c.Earliest != (Moment{}) {
			l += fmt.Sprintf(" earliest=%d", c.Earliest.Serial)
		}
		if c.Before != (Moment{}) {
			l += fmt.Sprintf(" end=(%d,%d)", c.After.Serial, c.Before.Serial)
		}
		l += " " + string(c.Ended)
		if c.Attempt {
			l += "attempt"
		}
		if c.Unproven {
			l += " unproven"
		}
		l += " proof="
		for i, m := range c.Proof() {
			if i > 0 {
				l += ","
			}
			l += fmt.Sprint(m.Serial)
		}
		lines = append(lines, l)
	}
	return strings.Join(lines, "\n")
}

func (s *scene) rng(uuid, reason, old, now string) *scene {
	return s.sent("VIRT_RESOURCE", fmt.Sprintf(`resrc=rng reason=%s %s old-rng="%s" new-rng="%s"`, reason, who(uuid), old, now), "success")
}

func (s *scene) rule(uuid, reason, rest string) *scene {
	return s.sent("VIRT_RESOURCE", "resrc=cgroup reason="+reason+" "+who(uuid)+` cgroup="/c/" `+rest, "success")
}

func (s *scene) vcpus(uuid, reason string, old, now int) *scene {
	return s.sent("VIRT_RESOURCE", fmt.Sprintf("resrc=vcpu reason=%s %s old-vcpu=%d new-vcpu=%d", reason, who(uuid), old, now), "success")
}

func TestWho(t *testing.T) {
	allow := `class=path path="/dev/kvm" rdev=0A:E8 acl=rw`
	for _, tc := range []struct {
		name, resource string
		scene          *scene
		want           string
	}{
		{
			"held from start to stop", "/a",
			newScene().disk(uuidA, "start", "?", "/a", "success").disk(uuidA, "start", "?", "/b", "success").start(uuidA, 42).stop(uuidA, "shutdown"),
			"disk /a start 1-4 stop proof=1,3,4",
		},
		{
			"attached and detached, then still held", "/a",
			newScene().start(uuidA, 42).disk(uuidA, "attach", "?", "/a", "success").disk(uuidA, "detach", "/a", "?", "success").disk(uuidA, "attach", "?", "/a", "success"),
			"disk /a attach 2-3 detach proof=2,3\ndisk /a attach 4-0  proof=4",
		},
		{
			"replaced", "disk",
			newScene().start(uuidA, 42).disk(uuidA, "update", "?", "/a", "success").disk(uuidA, "update", "/a", "/b", "success"),
			"disk /a update 2-3 update proof=2,3\ndisk /b update 3-0  proof=3",
		},
		{
			"never held, as the start failed", "/a",
			newScene().disk(uuidA, "start", "?", "/a", "success").failedStart(uuidA),
			"disk /a start 1-1 attempt proof=1,2",
		},
		{
			"tried", "/a",
			newScene().start(uuidA, 42).disk(uuidA, "attach", "?", "/a", "failed").disk(uuidA, "attach", "?", "/a", "success").disk(uuidA, "detach", "/a", "?", "failed"),
			"disk /a attach 2-2 attempt proof=2\ndisk /a attach 3-0  proof=3\ndisk /a detach 4-4 attempt proof=4",
		},
		{
			"attached without a record", "/dev/random",
			newScene().label(uuidA, "x").start(uuidA, 42).rng(uuidA, "detach", "/dev/random", "?"),
			"rng /dev/random  0-3 earliest=1 detach proof=1,3",
		},
		{
			"attached before the log", "/dev/random",
			newScene().rng(uuidA, "detach", "/dev/random", "?"),
			"rng /dev/random  0-1 detach proof=1",
		},
		{
			"attached after the session before", "/dev/random",
			newScene().start(uuidA, 42).stop(uuidA, "shutdown").rng(uuidA, "detach", "/dev/random", "?"),
			"rng /dev/random  0-3 earliest=2 detach proof=2,3",
		},
		{
			"lost", "/a",
			newScene().disk(uuidA, "start", "?", "/a", "success").start(uuidA, 42).start(uuidA, 43),
			"disk /a start 1-0 end=(2,3) lost proof=1,2,3",
		},
		{
			"lost by a crash", "/a",
			newScene().disk(uuidA, "start", "?", "/a", "success").start(uuidA, 42).abend(42),
			"disk /a start 1-3 lost proof=1,2,3",
		},
		{
			"outcome of the start not in the log", "/a",
			newScene().label(uuidA, "x").disk(uuidA, "start", "?", "/a", "success"),
			"disk /a start 2-0  unproven proof=2",
		},
		{
			"cut records", "disk",
			newScene().start(uuidA, 42).cut("VIRT_RESOURCE", "resrc=disk reason=attach "+who(uuidA)+` old-disk="?" new-disk="/a`).
				cut("VIRT_RESOURCE", "resrc=disk reason=detach "+who(uuidA)+` old-disk="/a" new-disk="?"`),
			"disk /a attach 2-0  unproven proof=2\ndisk /a detach 3-3 attempt unproven proof=3",
		},
		{
			"quantities", "vcpu",
			newScene().vcpus(uuidA, "start", 0, 1).start(uuidA, 42).vcpus(uuidA, "update", 1, 2).stop(uuidA, "shutdown"),
			"vcpu 1  1-3 update proof=1,3\nvcpu 2  3-4 stop proof=3,4",
		},
		{
			"one value of a quantity", "vcpu:1",
			newScene().vcpus(uuidA, "start", 0, 1).start(uuidA, 42).vcpus(uuidA, "update", 1, 2).start(uuidA, 42),
			"vcpu 1  1-3 update proof=1,3",
		},
		{
			"a quantity of a lost session", "vcpu",
			newScene().vcpus(uuidA, "start", 0, 1).start(uuidA, 42).start(uuidA, 42),
			"vcpu 1  1-0 end=(2,3) lost proof=1,2,3",
		},
		{
			"a number is no quantity without its kind", "1",
			newScene().vcpus(uuidA, "start", 0, 1).start(uuidA, 42), "",
		},
		{
			"rules, where they are asked for", "cgroup:/dev/kvm",
			newScene().label(uuidA, "x").rule(uuidA, "allow", allow).start(uuidA, 42).rule(uuidA, "deny", allow).rule(uuidA, "allow", allow),
			"cgroup path /dev/kvm allow 2-4 deny proof=2,4\ncgroup path /dev/kvm allow 5-0  proof=5",
		},
		{
			"a rule of a start that failed", "cgroup",
			newScene().label(uuidA, "x").rule(uuidA, "allow", allow).failedStart(uuidA),
			"cgroup path /dev/kvm allow 2-3  proof=2,3",
		},
		{
			"rules, where they are not asked for", "/dev/kvm",
			newScene().label(uuidA, "x").rule(uuidA, "allow", allow).start(uuidA, 42), "",
		},
		{
			"several guests, in order", "/a",
			newScene().start(uuidB, 1).start(uuidA, 2).disk(uuidA, "attach", "?", "/a", "success").disk(uuidB, "attach", "?", "/a", "success"),
			"disk /a attach 3-0  proof=3\ndisk /a attach 4-0  proof=4",
		},
		{"nobody", "/a", newScene().start(uuidA, 42), ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r, err := ParseResource(tc.resource)
			if err != nil {
				t.Fatal(err)
			}
			sessions, _ := read(t, tc.scene.lines)
			if got := claimed(Who(sessions, r)); got != tc.want {
				t.Errorf("got\n%s\nwant\n%s", got, tc.want)
			}
		})
	}
}

// An uncertain end lies behind all that is known of the holding, also where the
// session's last record came out of order.
func TestWhoBounds(t *testing.T) {
	at := func(n int64) Moment { return Moment{Millis: n * 1000, Serial: uint64(n)} }
	s := &Session{
		State: Lost, Start: at(1), First: at(1), Last: at(1), EndAfter: at(1), EndBefore: at(9),
		Holdings: []Holding{{Kind: "disk", ID: "/a", From: at(5), Ended: ByLoss}},
	}
	c := Who([]*Session{s}, Resource{Kind: "disk"})[0]
	if c.After != at(5) || c.Before != at(9) {
		t.Errorf("ended after %v and before %v", c.After, c.Before)
	}
}
