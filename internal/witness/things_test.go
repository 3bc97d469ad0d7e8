package witness

import (
	"strings"
	"testing"

	"github.com/virtaudit/virtaudit/internal/fact"
)

func TestPlain(t *testing.T) {
	for in, want := range map[string]string{
		"/srv/é": "/srv/é", `a\b`: `a\b`, "a\xffb": `a\xffb`, "a\\\xff": `a\\\xff`, "�": "�", "": "",
	} {
		if got := fact.Plain(in); got != want {
			t.Errorf("%q is %q, want %q", in, got, want)
		}
	}
	if got := clipped("éé", 3); got != "é…" {
		t.Errorf("clipped to %q", got)
	}
}

func TestSorted(t *testing.T) {
	many := make([]fact.Thing, maxThings+1)
	for i := range many {
		many[i] = fact.Thing{Kind: "mem", Value: uint64(len(many) - i)}
	}
	if all, whole := sorted(many); whole || len(all) != maxThings || all[0].Value != 1 {
		t.Errorf("%d of %d, whole: %v", len(all), len(many), whole)
	}
	long := fact.Thing{Kind: "file", ID: strings.Repeat("x", maxThingBytes/2)}
	if all, whole := sorted([]fact.Thing{long, long, long}); whole || len(all) != 1 {
		t.Errorf("%d long ones, whole: %v", len(all), whole)
	}
}

// What a partial look doesn't see is known still, what a whole one doesn't see
// is gone.
func TestCarried(t *testing.T) {
	a, b, c := fact.Thing{Kind: "file", ID: "a"}, fact.Thing{Kind: "unix", ID: "b"}, fact.Thing{Kind: "file", ID: "c"}
	before := []fact.Thing{a, b}
	for name, tc := range map[string]struct{ seen, want, partial string }{
		"whole":      {"c", "c", ""},
		"no sockets": {"c", "cb", "unix"},
		"nothing":    {"c", "acb", "*"},
		"the same":   {"ab", "ab", "*"},
	} {
		pick := func(names string) (all []fact.Thing) {
			for _, thing := range []fact.Thing{a, c, b} {
				if strings.Contains(names, thing.ID) {
					all = append(all, thing)
				}
			}
			return all
		}
		var partial []string
		if tc.partial != "" {
			partial = []string{tc.partial}
		}
		if got := carried(before, pick(tc.seen), partial); !sameThings(got, pick(tc.want)) {
			t.Errorf("%s: %+v", name, got)
		}
	}
	if sameThings([]fact.Thing{a}, []fact.Thing{{Kind: "file", ID: "a", Detail: map[string]string{"deleted": "yes"}}}) {
		t.Error("a deleted file is the same")
	}
}
