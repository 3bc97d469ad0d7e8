package cli

import "testing"

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
