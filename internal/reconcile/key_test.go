package reconcile

import (
	"slices"
	"testing"

	"github.com/virtaudit/virtaudit/internal/fact"
)

func TestKeysOfOneThing(t *testing.T) {
	for _, tc := range []struct{ kind, a, b string }{
		{"net", "52:54:00:AB:00:01", "52:54:00:ab:00:01"},
		{"evdev", "/dev//input/event0", "/dev/input/event0"},
		{"disk", "/srv/\xff\\.img", `/srv/\xff\\.img`},
		{"dev", "0000:01:00.0", "0000:01:00.0"},
	} {
		if a, b := keyOf(tc.kind, tc.a, ""), keyOf(tc.kind, tc.b, ""); a != b {
			t.Errorf("%v and %v", a, b)
		}
	}
	if keyOf("disk", "/A.img", "") == keyOf("disk", "/a.img", "") {
		t.Error("paths differ in case")
	}
}

func TestAliases(t *testing.T) {
	for _, tc := range []struct {
		thing fact.Thing
		want  string
	}{
		{fact.Thing{ID: "nbd://h:10809/x"}, "h:10809"},
		{fact.Thing{ID: "nbd:///run/nbd.sock"}, "/run/nbd.sock"},
		{fact.Thing{ID: "tcp:127.0.0.1:8000"}, "127.0.0.1:8000"},
		{fact.Thing{ID: "52:54:00:00:00:01", Detail: map[string]string{"tap": "vnet0"}}, "vnet0"},
		{fact.Thing{ID: "/dev/vfio/7", Names: []string{"0000:01:00.0"}}, "0000:01:00.0"},
		{fact.Thing{ID: "/srv//a.img"}, "/srv/a.img"},
	} {
		if got := aliases(&tc.thing); !slices.Contains(got, tc.want) {
			t.Errorf("%+v: %q lacks %q", tc.thing, got, tc.want)
		}
	}
}

func TestToldOps(t *testing.T) {
	for _, tc := range []struct{ kind, text, want string }{
		{"lifecycle", "lifecycle event=suspended detail=paused", OpSuspend},
		{"lifecycle", "lifecycle event=stopped detail=destroyed", "stopped"},
		{"reboot", "reboot", OpReset},
		{"BLOCK_JOB_COMPLETED", "", OpBlockJob},
		{"DEVICE_DELETED", "", "device-deleted"},
		{"metadata", "metadata type=title", "metadata"},
	} {
		if got := toldOp(&fact.Telling{Kind: tc.kind, Text: tc.text}); got != tc.want {
			t.Errorf("%s %s is %q, want %q", tc.kind, tc.text, got, tc.want)
		}
	}
}
