package doctor

import (
	"maps"
	"testing"
)

func TestParseSettings(t *testing.T) {
	got := parseSettings("# a = 1\n\n B = 2\nb=3 \nplain\nc = x = y\n#d=4")
	if want := (settings{"b": "3", "c": "x = y"}); !maps.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestLimit(t *testing.T) {
	for value, want := range map[string]uint64{"75": 75 * mib, "5%": 5, "900%": 100, "": 0, "x": 0, "-1": 0, "99999999999": 0} {
		if got := (settings{"space_left": value}).limit("space_left", 100); got != want {
			t.Errorf("%q: %d, want %d", value, got, want)
		}
	}
}

func TestSize(t *testing.T) {
	for n, want := range map[uint64]string{
		0: "0 bytes", 10239: "10239 bytes", 10 * kib: "10 KiB", 10*mib - 1: "10239 KiB", 10 * mib: "10 MiB", 76 * gib: "76 GiB",
	} {
		if got := size(n); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
}
