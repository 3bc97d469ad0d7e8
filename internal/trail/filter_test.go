package trail

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

// second gives the time of a scene's nth record.
func second(n int64) time.Time { return time.UnixMilli((1793000000+n)*1000 + 100) }

// filter makes a filter of words: guest=, node=, resource=, since= and until=,
// the latter with the number of a scene's record.
func filter(t testing.TB, words string) *Filter {
	t.Helper()
	var f Filter
	for word := range strings.FieldsSeq(words) {
		name, value, _ := strings.Cut(word, "=")
		var n int64
		var err error
		switch name {
		case "guest":
			err = f.AddGuest(value)
		case "node":
			err = f.AddNode(value)
		case "resource":
			var r Resource
			r, err = ParseResource(value)
			f.Resource = &r
		case "since":
			_, err = fmt.Sscan(value, &n)
			f.Since = second(n)
		case "until":
			_, err = fmt.Sscan(value, &n)
			f.Until = second(n)
		default:
			t.Fatalf("no such filter: %s", word)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return &f
}

func TestFilterNames(t *testing.T) {
	s := &Session{Node: "kvm1.Example", UUID: uuidA, Name: "Web [1]/ö"}
	for words, want := range map[string]bool{
		"":                                 true,
		"guest=web*":                       true,
		"guest=*1*":                        true,
		"guest=*/Ö":                        true,
		"guest=web?[[]1]/ö":                true,
		"guest=we":                         false,
		"guest=we guest=w*":                true,
		"guest=w* guest=x":                 true,
		"guest=" + uuidA:                   true,
		"guest=11111111-*":                 true,
		"guest=11111111222243338444*":      true,
		"guest=" + strings.ToUpper(uuidA):  true,
		"guest=" + strings.ToUpper(uuidB):  false,
		"node=KVM1.example":                true,
		"node=kvm2":                        false,
		"node=kvm2 node=kvm[0-9].*":        true,
		"guest=web* node=kvm2":             false,
		"guest=nobody node=kvm1.example":   false,
		"guest=1111111122224333844455555*": true,
	} {
		if got := filter(t, words).Session(s); got != want {
			t.Errorf("%s: %v", words, got)
		}
	}
	var f Filter
	for _, literal := range []string{"web [1]/ö", "WEB [1]/Ö"} { // no pattern that matches it
		f = Filter{}
		if err := f.AddGuest(literal); err != nil || !f.Session(s) {
			t.Errorf("%s doesn't pass by its own name: %v", s.Name, err)
		}
	}
	if f.Session(&Session{}) {
		t.Error("a guest without name and uuid passes for another")
	}
}

func TestFilterRefuses(t *testing.T) {
	for _, pattern := range []string{"", "a[", `a\`, "[]"} {
		var f Filter
		for _, err := range []error{f.AddGuest(pattern), f.AddNode(pattern)} {
			if err == nil || !strings.Contains(err.Error(), fmt.Sprintf("%q", pattern)) {
				t.Errorf("%q: %v", pattern, err)
			}
		}
		if !f.Empty() {
			t.Errorf("%q has made it a filter", pattern)
		}
	}
}

func TestFilterEmpty(t *testing.T) {
	if f := filter(t, ""); !f.Empty() {
		t.Error("a filter of nothing isn't empty")
	}
	for _, words := range []string{"guest=a", "node=a", "resource=disk", "since=1", "until=1"} {
		if filter(t, words).Empty() {
			t.Errorf("%s is empty", words)
		}
	}
}

// life is a guest's life: 1 label, 2 disk, 3 start, 4 attach, 5 detach, 6 failed
// attach, 7 stop.
func life() *scene {
	return newScene().label(uuidA, "x").disk(uuidA, "start", "?", "/a", "success").start(uuidA, 42).
		disk(uuidA, "attach", "?", "/b", "success").disk(uuidA, "detach", "/b", "?", "success").
		disk(uuidA, "attach", "?", "/c", "failed").stop(uuidA, "shutdown")
}

func TestFilterSession(t *testing.T) {
	lost := newScene().start(uuidA, 42).later(10).start(uuidA, 43)
	stray := newScene().later(9).stop(uuidA, "shutdown")
	failed := newScene().label(uuidA, "x").disk(uuidA, "start", "?", "/a", "success").failedStart(uuidA)
	starting := newScene().label(uuidA, "x").disk(uuidA, "start", "?", "/a", "success")
	for _, tc := range []struct {
		name, words string
		scene       *scene
		want        int // sessions
	}{
		{"from before until after", "since=4 until=5", life(), 1},
		{"until its first record", "until=1", life(), 1},
		{"until before that", "until=0", life(), 0},
		{"since its end", "since=7", life(), 1},
		{"since after that", "since=8", life(), 0},
		{"running", "since=99", newScene().start(uuidA, 42), 1},
		{"running, of another time", "until=0", newScene().start(uuidA, 42), 0},
		{"lost between the bounds of its end", "since=11 until=11", lost, 1},
		{"start unknown, so it may have been there", "until=1", stray, 1},
		{"start unknown, after its end", "since=11", stray, 0},
		{"failed start", "since=4", failed, 0},
		{"failed start", "since=3", failed, 1},
		{"start under way", "since=99", starting, 1},
		{"start under way", "until=0", starting, 0},
		{"held once", "resource=/b", life(), 1},
		{"held at another time than that asked for", "resource=/b since=7", life(), 1},
		{"tried", "resource=/c", life(), 1},
		{"never held", "resource=/d", life(), 0},
		{"what failed starts asked for", "resource=disk", failed, 1},
	} {
		sessions, _ := read(t, tc.scene.lines)
		f := filter(t, tc.words)
		got := 0
		for _, s := range sessions {
			if f.Session(s) {
				got++
			}
		}
		if got != tc.want {
			t.Errorf("%s, %s: %d sessions, want %d", tc.name, tc.words, got, tc.want)
		}
	}
}

func TestFilterConcerns(t *testing.T) {
	s := &Session{
		Steps:       []Step{{Kind: "vcpu", Value: 2}},
		Permissions: []Permission{{Class: "path", Path: "/dev/kvm", Allow: true}, {Class: "path", Path: "/dev/null"}},
		Attempts:    []Attempt{{Kind: "cgroup", ID: "/dev/vhost-net", Sub: "path", Op: "allow"}, {Op: "stop"}},
	}
	for resource, want := range map[string]bool{
		"vcpu": true, "vcpu:2": true, "vcpu:3": false, "mem": false, "2": false,
		"cgroup": true, "cgroup:/dev/kvm": true, "cgroup:/dev/null": false, "/dev/kvm": false,
		"cgroup:/dev/vhost-net": true, "/dev/vhost-net": false,
	} {
		if got := filter(t, "resource="+resource).Session(s); got != want {
			t.Errorf("%s: %v", resource, got)
		}
	}
}

func TestFilterClaim(t *testing.T) {
	for _, tc := range []struct {
		words, asked string
		want         int // claims
	}{
		{"", "disk", 3},
		{"since=4 until=4", "disk", 2},
		{"since=6 until=6", "disk", 2}, // the one that failed too
		{"since=7", "disk", 1},
		{"until=1", "disk", 0},
		{"resource=/b", "disk", 1},
		{"guest=x", "disk", 0},
		{"guest=g", "disk", 3},
	} {
		sessions, _ := read(t, life().lines)
		r, _ := ParseResource(tc.asked)
		got := slices.DeleteFunc(Who(sessions, r), func(c Claim) bool { return !filter(t, tc.words).Claim(&c) })
		if len(got) != tc.want {
			t.Errorf("%s: %d claims, want %d:\n%s", tc.words, len(got), tc.want, claimed(got))
		}
	}
	f := filter(t, "since=3 until=4")
	at := func(n int64) Moment { return Moment{Millis: second(n).UnixMilli(), Serial: uint64(n)} }
	for want, claims := range map[bool][]Claim{
		true: {
			{To: at(9)},                  // since when is unknown
			{Earliest: at(4), To: at(9)}, // perhaps since then
			{From: at(1)},                // held still
			{From: at(1), After: at(2), Before: at(9)}, // lost
			{From: at(9), To: at(1)},                   // the clock was set back
		},
		false: {
			{Earliest: at(5), To: at(9)}, {From: at(5)}, {From: at(1), To: at(2)}, {From: at(1), After: at(1), Before: at(2)},
		},
	} {
		for _, c := range claims {
			c.Session = &Session{}
			if got := f.Claim(&c); got != want {
				t.Errorf("%s passes: %v", claimed([]Claim{c}), got)
			}
		}
	}
}

func TestFilterEvent(t *testing.T) {
	log := life().line("AVC", `apparmor="DENIED" operation="open" profile="libvirt-`+uuidA+`" name="/a" pid=1 comm="x" denied_mask="r"`)
	events, _, _ := told(t, log.lines)
	for words, want := range map[string]string{
		"":                            "1 2 3 4 5 6 7 8",
		"since=4 until=6":             "4 5 6",
		"resource=/b":                 "4 5",
		"resource=disk":               "2 4 5 6",
		"resource=disk:/a":            "2 8", // and what was denied of it
		"resource=//a":                "2 8",
		"resource=fs":                 "",
		"guest=G":                     "1 2 3 4 5 6 7 8",
		"guest=" + uuidA:              "1 2 3 4 5 6 7 8",
		"guest=h":                     "",
		"node=h":                      "",
		"guest=g resource=/b until=4": "4",
	} {
		f := filter(t, words)
		var got []string
		for _, ev := range events {
			if f.Event(ev) {
				got = append(got, fmt.Sprint(ev.At.Serial))
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: events %q, want %s", words, got, want)
		}
	}
}

// A replaced medium concerns both.
func TestFilterEventOld(t *testing.T) {
	events, _, _ := told(t, newScene().start(uuidA, 42).disk(uuidA, "update", "/a", "/b", "success").lines)
	for _, words := range []string{"resource=/a", "resource=/b"} {
		if !filter(t, words).Event(events[1]) {
			t.Errorf("%s doesn't pass", words)
		}
	}
}

func TestFilterFinding(t *testing.T) {
	at := func(n int64) Moment { return Moment{Millis: second(n).UnixMilli(), Serial: uint64(n)} }
	disk := Resource{Kind: "disk", ID: "/a"}
	for _, tc := range []struct {
		words   string
		finding Finding
		want    bool
	}{
		{"", Finding{At: at(1)}, true},
		{"since=2", Finding{Kind: OperationFailed, At: at(1)}, false},
		{"since=2", Finding{Kind: Conflict, At: at(1)}, true},
		{"since=2", Finding{Kind: Conflict, At: at(1), Until: at(1)}, false},
		{"since=2 until=3", Finding{Kind: SessionLost, At: at(1), Until: at(9)}, true},
		{"until=3", Finding{Kind: AuditdOff, At: at(4)}, false},
		{"since=2", Finding{Kind: SourceUnwatched, At: at(1)}, true},
		{"since=2", Finding{Kind: SourceUnwatched, At: at(1), Until: at(1)}, false},
		{"since=2", Finding{Kind: Undeclared, At: at(1)}, true},
		{"guest=web", Finding{Name: "web"}, true},
		{"guest=web", Finding{Kind: AuditdOff}, false},
		{"node=h1", Finding{Node: "h2"}, false},
		{"resource=/a", Finding{Kind: OperationFailed, Resource: disk}, true},
		{"resource=/b", Finding{Kind: OperationFailed, Resource: disk}, false},
		{"resource=disk", Finding{Kind: OperationFailed}, false},
		{"resource=disk:/a", Finding{Kind: Denial, Resource: Resource{ID: "/a"}}, true},
		{"resource=disk", Finding{Kind: Denial, Resource: Resource{ID: "/a"}}, false},
	} {
		if got := filter(t, tc.words).Finding(&tc.finding); got != tc.want {
			t.Errorf("%s: %+v passes: %v", tc.words, tc.finding, got)
		}
	}
}

// A filter changes what is shown, never what is known: no session has another
// content for it, and each statement that it shows is one that stands there
// without it. What passes in a stretch of time passes in every longer one, and
// a claim's session passes with it.
func TestFilterChangesNothing(t *testing.T) {
	t.Parallel()
	for seed := range uint64(cases(60, 20)) {
		rnd := rand.New(rand.NewPCG(seed, 3))
		var lines []string
		for _, boot := range randomScene(rnd, "h") {
			lines = append(lines, boot...)
		}
		events, sessions, findings := told(t, lines)
		before := contents(t, sessions, events, findings)
		from := rnd.Int64N(300)
		to := from + rnd.Int64N(100)
		words := fmt.Sprintf("guest=0000000%d-* resource=/disk%d", rnd.IntN(6), rnd.IntN(3))
		narrow := filter(t, fmt.Sprintf("%s since=%d until=%d", words, from, to))
		wide := filter(t, fmt.Sprintf("%s since=%d until=%d", words, from-rnd.Int64N(50), to+rnd.Int64N(50)))
		for _, s := range sessions {
			if narrow.Session(s) && !wide.Session(s) {
				t.Fatalf("seed %d: a longer time hides a session", seed)
			}
		}
		for _, c := range Who(sessions, *narrow.Resource) {
			if narrow.Claim(&c) && !(wide.Claim(&c) && narrow.Session(c.Session)) {
				t.Fatalf("seed %d: a longer time hides a claim, or its session isn't shown: %s", seed, claimed([]Claim{c}))
			}
		}
		for _, ev := range events {
			if narrow.Event(ev) && !wide.Event(ev) {
				t.Fatalf("seed %d: a longer time hides an event", seed)
			}
		}
		for _, n := range findings {
			if narrow.Finding(n) && !wide.Finding(n) {
				t.Fatalf("seed %d: a longer time hides a finding", seed)
			}
		}
		if contents(t, sessions, events, findings) != before {
			t.Fatalf("seed %d: the filter has changed what is known", seed)
		}
	}
}

func contents(t *testing.T, all ...any) string {
	t.Helper()
	b, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
