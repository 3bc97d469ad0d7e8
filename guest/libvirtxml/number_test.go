package libvirtxml

import (
	"math"
	"testing"

	"github.com/virtaudit/virtaudit/guest"
)

func TestParseUint(t *testing.T) {
	for _, c := range []struct {
		text string
		base int
		want uint64
	}{
		{"0", 0, 0},
		{"00", 0, 0},
		{"010", 0, 8},
		{"0x1F", 0, 31},
		{"0Xff", 0, 255},
		{" \t\n\v\f\r+7", 0, 7},
		{"4294967295", 0, math.MaxUint32},
		{"010", 10, 10},
		{"+010", 10, 10},
	} {
		if got, err := parseUint(c.text, c.base, 32); err != nil || got != c.want {
			t.Errorf("%q in base %d: %d, %v; want %d", c.text, c.base, got, err, c.want)
		}
	}
	for _, text := range []string{"", " ", "+", "-0", "-1", "1 ", "08", "0x", "0xg", "1_0", "0b1", "0o7", "++1", "+ 1", "4294967296", "1e3", "\u00a01"} {
		if got, err := parseUint(text, 0, 32); err == nil {
			t.Errorf("%q: %d, want an error", text, got)
		}
	}
	if got, err := parseUint("0x10", 10, 32); err == nil {
		t.Errorf("hex in base 10: %d, want an error", got)
	}
}

func TestUnitBytes(t *testing.T) {
	for unit, want := range map[string]uint64{
		"b": 1, "B": 1, "byte": 1, "Bytes": 1,
		"k": 1 << 10, "K": 1 << 10, "KiB": 1 << 10, "kib": 1 << 10, "KB": 1000, "kb": 1000,
		"M": 1 << 20, "MiB": 1 << 20, "mb": 1000_000,
		"g": 1 << 30, "T": 1 << 40, "PiB": 1 << 50, "E": 1 << 60,
		"gB": 1e9, "TB": 1e12, "pb": 1e15, "EB": 1e18,
	} {
		if got, err := unitBytes(unit); err != nil || got != want {
			t.Errorf("%s: %d, %v; want %d", unit, got, err, want)
		}
	}
	for _, unit := range []string{" ", "x", "Ki", "KiBs", "ZiB", "KiB ", "bit", "kbyte", "é", "\x00"} {
		if got, err := unitBytes(unit); err == nil {
			t.Errorf("%q: %d, want an error", unit, got)
		}
	}
}

func TestMemorySize(t *testing.T) {
	for number, want := range map[string]guest.Memory{
		"0": 0, "1": 1, "1024": 1, "1025": 2, "9223372036854774784": maxMemory,
	} {
		if got, err := memorySize(number, "b"); err != nil || got != want {
			t.Errorf("%s bytes: %d KiB, %v; want %d", number, got, err, want)
		}
	}
	for _, number := range []string{"9223372036854774785", "9223372036854775807", "9223372036854775808"} {
		if got, err := memorySize(number, "b"); err == nil {
			t.Errorf("%s bytes: %d KiB, want an error", number, got)
		}
	}
}
