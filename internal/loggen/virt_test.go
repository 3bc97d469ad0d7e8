package loggen

import "testing"

// As libaudit encodes.
func TestEncode(t *testing.T) {
	for value, want := range map[string]string{
		"plain":       `"plain"`,
		"with space":  "77697468207370616365",
		`quo"te`:      "71756F227465",
		"apos'trophe": `"apos'trophe"`,
		`back\slash`:  `"back\slash"`,
		"tab\there":   "7461620968657265",
		"café":        "636166C3A9",
		"del\x7f":     "64656C7F",
		"eq=sign":     `"eq=sign"`,
		"":            `""`,
		"a%20b":       `"a%20b"`,
	} {
		if got := encode(value); got != want {
			t.Errorf("encode(%q) = %s, want %s", value, got, want)
		}
	}
}

func TestChange(t *testing.T) {
	if got, want := change("rng", "", "/dev/random"), `old-rng="?" new-rng="/dev/random"`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := amount("mem", 0, 65536), "old-mem=0 new-mem=65536"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
