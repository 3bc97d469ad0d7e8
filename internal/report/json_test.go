package report

import (
	"encoding/hex"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/virtaudit/virtaudit/internal/trail"
)

func TestAppendString(t *testing.T) {
	for _, tc := range []struct{ in, want string }{
		{"", `""`},
		{`a"b\c`, `"a\"b\\c"`},
		{"\x1b\n\x7f", `"\u001b\u000a\u007f"`},
		{"日本 🙂", `"日本 🙂"`},
		{"\u202e\u009b", `"\u202e\u009b"`},
		{"\U000e0041", `"\udb40\udc41"`},
		{"a\xffb", "\"a\ufffdb\""},
	} {
		if got := string(appendString(nil, tc.in)); got != tc.want {
			t.Errorf("%q: %s, want %s", tc.in, got, tc.want)
		}
	}
}

// FuzzJSONString: other programs read what was meant, or find it in hex.
func FuzzJSONString(f *testing.F) {
	for _, s := range []string{"", "a", "\x00\x1f\"\\", "\xff", "\ufffd", "\U000e0041\u2028", "日本"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var j jsonText
		j.open('{')
		j.string("name", s)
		j.close('}')
		var got struct {
			Name string
			Hex  *string `json:"name_hex"`
		}
		if err := json.Unmarshal(j.b, &got); err != nil {
			t.Fatalf("%q: %v: %s", s, err, j.b)
		}
		if got.Name != strings.ToValidUTF8(s, "\ufffd") && utf8.ValidString(s) {
			t.Fatalf("%q is read as %q", s, got.Name)
		}
		switch {
		case utf8.ValidString(s):
			if got.Hex != nil {
				t.Fatalf("%q has hex beside it", s)
			}
		case got.Hex == nil || *got.Hex != hex.EncodeToString([]byte(s)):
			t.Fatalf("%q: its bytes aren't beside it: %s", s, j.b)
		}
		for _, r := range string(j.b) {
			if !shown(r) {
				t.Fatalf("%q gives %q, which a terminal would obey or hide", s, r)
			}
		}
	})
}

func TestProof(t *testing.T) {
	a, b := trail.Moment{Millis: 1000, Serial: 1}, trail.Moment{Millis: 2000, Serial: 2}
	for _, tc := range []struct {
		moments []trail.Moment
		want    string
	}{
		{nil, `"proof":[]`},
		{[]trail.Moment{{}, {}}, `"proof":[]`},
		{[]trail.Moment{a, {}}, `"proof":["1.000:1"]`},
		{[]trail.Moment{{}, b}, `"proof":["2.000:2"]`},
		{[]trail.Moment{a, b}, `"proof":["1.000:1","2.000:2"]`},
		{[]trail.Moment{a, a}, `"proof":["1.000:1"]`},
	} {
		var j jsonText
		j.proof(tc.moments...)
		if got := string(j.b); got != tc.want {
			t.Errorf("%v: %s, want %s", tc.moments, got, tc.want)
		}
	}
}
