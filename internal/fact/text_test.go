package fact

import "testing"

func TestPlain(t *testing.T) {
	for in, want := range map[string]string{
		"":                  "",
		`/a\b`:              `/a\b`,
		"/ä\n":              "/ä\n",
		"\ufffd":            "\ufffd",
		"/a\xff\\b":         `/a\xff\\b`,
		"\xc3":              `\xc3`,
		"\\\xe4\xe4/\ufffd": `\\\xe4\xe4/` + "\ufffd",
	} {
		if got := Plain(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
