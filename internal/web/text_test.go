package web

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"
)

func FuzzText(f *testing.F) {
	for _, s := range []string{"", "plain", "\xff", `\xff`, "a\xc3\x28\\xff", "日本", "\ufffd", "<script>\x00\u2028"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		b, err := json.Marshal(Text(s))
		if err != nil {
			t.Fatal(err)
		}
		var back string
		if err := json.Unmarshal(b, &back); err != nil || back != showable(s) || strings.ContainsAny(string(b), "<>&\u2028") {
			t.Fatalf("%q gives %s, read as %q: %v", s, b, back, err)
		}
		if utf8.ValidString(s) && back != s {
			t.Fatalf("%q is shown as %q", s, back)
		}
		if !utf8.ValidString(s) && !strings.Contains(s, `\`) && meant(back) != s {
			t.Fatalf("%q is shown as %q, which is taken for %q", s, back, meant(back))
		}
	})
}

// TestNamesThatAreNotUTF8: what an answer shows of such a resource finds it.
func TestNamesThatAreNotUTF8(t *testing.T) {
	s := newServer(t, testConfig(demo(t)))
	found := ask(t, s, "/api/v1/search?q=/d%ff")["resources"].([]any)
	if len(found) != 1 {
		t.Fatalf("found: %v", found)
	}
	shown := found[0].(object)["id"].(string)
	if shown != `/d\xff/=1` {
		t.Errorf("it is shown as %q", shown)
	}
	held := items(ask(t, s, "/api/v1/holdings?resource="+url.QueryEscape(shown)))
	if len(held) != 1 || held[0]["id"] != shown || held[0]["name"] != hostile {
		t.Errorf("held: %v", held)
	}
}
