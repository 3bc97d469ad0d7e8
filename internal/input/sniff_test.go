package input

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"
)

func TestIsBinary(t *testing.T) {
	random := make([]byte, 4096)
	for i := range random {
		random[i] = byte(rand.Uint32())
	}
	utf16 := strings.ReplaceAll(line("1"), "", "\x00")
	for name, b := range map[string][]byte{
		"random": random,
		"UTF-16": []byte(strings.ReplaceAll(utf16, "audit", "AUDIT")),
		"wtmp":   []byte("\x02\x00\x00\x00\x00\x00~\x00\x00\x00~~\x00reboot\x00\x00\x005.10\x00\x00"),
	} {
		if !isBinary(b) {
			t.Errorf("%s is taken for text", name)
		}
	}
	for name, b := range map[string][]byte{
		"enriched":         []byte("msg='vm=\"a\" res=success'\x1dUID=\"root\" AUID=\"unset\"\n"),
		"crash":            append([]byte("Nov 22 h1 systemd: booting the machine\n"), make([]byte, 4000)...),
		"random and stamp": append(bytes.Clone(random), "msg=audit(1"...),
	} {
		if isBinary(b) {
			t.Errorf("%s is taken for binary", name)
		}
	}
}

func TestHasStamp(t *testing.T) {
	for s, want := range map[string]bool{
		"audit(1": true, "x audit(9.1:2): ": true, "audit(x audit(7": true,
		"": false, "audit(": false, "audit(x": false, "audi(1": false, "audit(audit(": false,
	} {
		if hasStamp([]byte(s)) != want {
			t.Errorf("hasStamp(%q) = %v", s, !want)
		}
	}
}
