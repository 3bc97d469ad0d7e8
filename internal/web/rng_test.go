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
		"bare":  {`"entropy":"none"`, `"devices":[]`},
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
// two on one /dev/hwrng, one without any RNG, one whose start is not in the log.
func runningDB1(t *testing.T) Store {
	t.Helper()
	var log strings.Builder
	n := 0
	add := func(kind, guest, uuid, message string) {
		n++
		log.WriteString(vmRecord(n, kind, guest, "00000000-0000-4000-8000-00000000000"+uuid, message))
	}
	for _, g := range [][3]string{{"db1", "1", "/dev/hwrng"}, {"web2", "2", "/dev/hwrng"}, {"bare", "3", ""}} {
		if g[2] != "" {
			add("VIRT_RESOURCE", g[0], g[1], `resrc=rng reason=start VM old-rng="?" new-rng="`+g[2]+`"`)
		}
		add("VIRT_CONTROL", g[0], g[1], "op=start reason=booted VM vm-pid=1")
	}
	add("VIRT_RESOURCE", "later", "4", `resrc=vcpu reason=update VM old-vcpu=1 new-vcpu=2`)
	seen := observations(t)[1]
	seen.From, seen.To = 0, testNow.UnixMilli()-1000
	seen.Has = append(seen.Has, fact.Thing{Kind: "rng", ID: "/dev/hwrng", Detail: map[string]string{"backend": "random"}})
	return storeOf(t, log.String(), []fact.Observed{seen})
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
