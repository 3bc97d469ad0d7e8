package web

import (
	"strings"
	"testing"

	"github.com/virtaudit/virtaudit/internal/fact"
)

func TestRNG(t *testing.T) {
	c := testConfig(runningDB1(t))
	o := ask(t, newServer(t, c), "/api/v1/rng")
	got := map[string]object{}
	for _, g := range items(o) {
		got[g["name"].(string)] = g
	}
	for name, want := range map[string][]string{
		"db1":   {`"entropy":"remote"`, `"backend":"egd"`, `"rate":"1024/1000ms"`, `"source":"tcp:192.0.2.7:1234"`, `"remote":true`, `"source":"/dev/hwrng"`},
		"web2":  {`"entropy":"local"`, `"backend":"random"`, `"source":"/dev/hwrng"`},
		"bare":  {`"entropy":"unknown"`, `"devices":[]`}, // one attached later would be in no record
		"empty": {`"entropy":"none"`, `"devices":[]`},
		"later": {`"entropy":"unknown"`},
	} {
		for _, part := range want {
			if !strings.Contains(text(got[name]), part) {
				t.Errorf("%s: no %s in %s", name, part, text(got[name]))
			}
		}
	}
	if shared := text(object{"": o["shared"]}); shared != `{"":[{"backend":"random","guests":["00000000-0000-4000-8000-000000000001@kvm1","00000000-0000-4000-8000-000000000002@kvm1"],"source":"/dev/hwrng"}]}` {
		t.Errorf("shared: %s", shared)
	}
	if o["unwatched"] == nil {
		t.Error("nothing is said of unwatched times")
	}
}

// runningDB1 has guests that run: one with an EGD that only its definition shows,
// two on one /dev/hwrng, one of which no record tells of an RNG, one whose
// definition has none, one whose start is not in the log.
func runningDB1(t *testing.T) Store {
	t.Helper()
	var log strings.Builder
	n := 0
	add := func(kind, guest, uuid, message string) {
		n++
		log.WriteString(vmRecord(n, kind, guest, "00000000-0000-4000-8000-00000000000"+uuid, message))
	}
	for _, g := range [][3]string{{"db1", "1", "/dev/hwrng"}, {"web2", "2", "/dev/hwrng"}, {"bare", "3", ""}, {"empty", "5", ""}} {
		if g[2] != "" {
			add("VIRT_RESOURCE", g[0], g[1], `resrc=rng reason=start VM old-rng="?" new-rng="`+g[2]+`"`)
		}
		add("VIRT_CONTROL", g[0], g[1], "op=start reason=booted VM vm-pid=1")
	}
	add("VIRT_RESOURCE", "later", "4", `resrc=vcpu reason=update VM old-vcpu=1 new-vcpu=2`)
	seen := observations(t)[1]
	seen.From, seen.To = 0, testNow.UnixMilli()-1000
	seen.Has = append(seen.Has, fact.Thing{Kind: "rng", ID: "/dev/hwrng", Detail: map[string]string{"backend": "random"}})
	empty := seen
	empty.UUID, empty.Name, empty.Has = "00000000-0000-4000-8000-000000000005", "empty", nil
	return storeOf(t, log.String(), []fact.Observed{seen, empty})
}

func TestRemote(t *testing.T) {
	for id, want := range map[string]bool{
		"tcp:192.0.2.7:1234": true, "tcp:127.0.0.1:1": false, "tcp:[::1]:1": false, "tcp:localhost:1": false,
		"udp:host:1": true, "tcp:1234": true, "/run/egd.sock": false, "/dev/random": false, "builtin": false, "unix:/x": false,
	} {
		if remote(id) != want {
			t.Errorf("%s: remote %t", id, remote(id))
		}
	}
}

// TestRNGPages: page by page it is the same as at once, and each page knows who
// shares a source with a guest of another page.
func TestRNGPages(t *testing.T) {
	s := newServer(t, testConfig(runningDB1(t)))
	whole := ask(t, s, "/api/v1/rng")
	if whole["next"] != nil {
		t.Errorf("one page has a next one: %v", whole["next"])
	}
	var got []object
	target := "/api/v1/rng?limit=1"
	for next := any(""); next != nil; {
		o := ask(t, s, target)
		if text(object{"": o["shared"]}) != text(object{"": whole["shared"]}) {
			t.Errorf("%s: shared is %v, want %v", target, o["shared"], whole["shared"])
		}
		got = append(got, items(o)...)
		if next = o["next"]; next != nil {
			target = "/api/v1/rng?limit=1&cursor=" + next.(string)
		}
	}
	if text(object{"": got}) != text(object{"": whole["items"]}) {
		t.Errorf("by pages\n%v\nat once\n%v", got, whole["items"])
	}
	if w := get(s, "/api/v1/rng?limit=1&format=csv"); w.Header().Get("Link") == "" {
		t.Error("a page in CSV has no link to the next one")
	}
}
