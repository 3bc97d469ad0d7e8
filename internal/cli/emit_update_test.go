package cli

import (
	"reflect"
	"testing"

	"github.com/virtaudit/virtaudit/guest"
)

func TestStep(t *testing.T) {
	for text, want := range map[string]step{
		"0:1":                    {true, 0, 1},
		"4:2":                    {true, 4, 2},
		"18446744073709551615:0": {true, 1<<64 - 1, 0},
	} {
		var s step
		if err := s.Set(text); err != nil || s != want || s.String() != text {
			t.Errorf("%q: %v, error %v", text, s, err)
		}
	}
	for _, text := range []string{"", ":", "1", "1:", ":1", "1:2:3", "-1:2", "1: 2", "1:18446744073709551616", "a:b"} {
		var s step
		if err := s.Set(text); err == nil || s.given {
			t.Errorf("%q is taken for %v", text, s)
		}
	}
}

// The parts of two devices go together by what they are.
func TestPaired(t *testing.T) {
	mac1, mac2 := guest.Interface{MAC: "52:54:00:00:00:01"}, guest.Interface{MAC: "52:54:00:00:00:02"}
	pci := guest.HostDevice{Type: guest.HostPCI, Address: "0000:01:00.0"}
	log := guest.File{Use: guest.FileLog, Path: "/log"}
	serial := guest.Serial{Source: guest.Chardev{Type: guest.ChardevFile, Path: "/a"}}
	update := guest.Change{Op: guest.Update, Old: mac1, New: mac2}
	for name, tc := range map[string]struct {
		old, now []guest.Resource
		want     []guest.Change
		same     bool
	}{
		"nothing":           {nil, nil, nil, true},
		"one":               {[]guest.Resource{mac1}, []guest.Resource{mac2}, []guest.Change{update}, true},
		"something lost":    {[]guest.Resource{mac1, pci}, []guest.Resource{mac2}, []guest.Change{update, {Op: guest.Detach, Old: pci}}, true},
		"something came":    {[]guest.Resource{mac1}, []guest.Resource{pci, mac2}, []guest.Change{update, {Op: guest.Attach, New: pci}}, true},
		"another kind":      {[]guest.Resource{mac1}, []guest.Resource{serial}, nil, false},
		"nothing to file":   {nil, []guest.Resource{log}, nil, false},
		"the same, and log": {[]guest.Resource{serial}, []guest.Resource{serial, log}, []guest.Change{{Op: guest.Update, Old: serial, New: serial}, {Op: guest.Attach, New: log}}, true},
	} {
		got, same := paired(tc.old, tc.now)
		if same != tc.same || same && !reflect.DeepEqual(got, tc.want) {
			t.Errorf("%s: %v, of one kind: %t; want %v, %t", name, got, same, tc.want, tc.same)
		}
	}
}
