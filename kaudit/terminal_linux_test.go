package kaudit

import "testing"

func TestSince56(t *testing.T) {
	for release, want := range map[string]bool{
		"6.18.44-fc-v669": true, "5.6.0": true, "5.10.0-8-amd64": true, "10.0": true,
		"5.5.19": false, "4.18.0-553.el8.x86_64": false, "3.10.0": false, "": false, "6": false, "x.y": false,
	} {
		if got := since56(release); got != want {
			t.Errorf("%q answers the probe: %t, want %t", release, got, want)
		}
	}
}
