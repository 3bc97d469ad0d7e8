package loggen

import (
	"math/rand/v2"
	"regexp"
	"testing"
)

func TestTemplate(t *testing.T) {
	line := parseTemplate("AVC avc:  denied  { read } for  pid={pid} ppid={ppid} user={user} uid={uid} ses={ses}{subj} id={uuid} scontext={ctx}\x1dUID=\"{user}\"")
	v := values{pid: 1, ppid: 2, uid: 3, ses: 4, user: "bob", subj: " subj=s", uuid: "u", ctx: "c"}
	rng := rand.New(rand.NewPCG(1, 1))
	plain := "avc:  denied  { read } for  pid=1 ppid=2 user=bob uid=3 ses=4 subj=s id=u scontext=c"
	if got := string(line.appendTo(nil, &v, rng, true)); got != plain {
		t.Errorf("raw: %q", got)
	}
	if got := string(line.appendTo(nil, &v, rng, false)); got != plain+"\x1dUID=\"bob\"" {
		t.Errorf("enriched: %q", got)
	}
	if line.typ != "AVC" {
		t.Errorf("type %q", line.typ)
	}
}

func TestChanceHoles(t *testing.T) {
	line := parseTemplate("X {hex} {small} {inode} {path} {title} {unit}")
	form := regexp.MustCompile(`^7f[0-9a-f]{10} \d{1,2} \d{6,7} (?:"[^"]+"|[0-9A-F]+) (?:"[^"]+"|[0-9A-F]+) \S+$`)
	rng := rand.New(rand.NewPCG(1, 1))
	for range 200 {
		if got := line.appendTo(nil, &values{}, rng, true); !form.Match(got) {
			t.Fatalf("%q", got)
		}
	}
}

// A misspelled hole would stand in the log in braces.
func TestNoHoleIsMisspelled(t *testing.T) {
	braces := regexp.MustCompile(`\{\w+\}`)
	for _, set := range noises {
		for _, line := range set.lines {
			for _, p := range line.enriched {
				if left := braces.FindString(p.text); left != "" {
					t.Errorf("%s: %s", line.typ, left)
				}
			}
		}
	}
}
