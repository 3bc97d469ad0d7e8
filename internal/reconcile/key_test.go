package reconcile

import (
	"slices"
	"strings"
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

// TestBlurred: a file whose name isn't UTF-8 is the one that QEMU names with U+FFFD,
// and no other is.
func TestBlurred(t *testing.T) {
	open := fact.Thing{Kind: "file", ID: fact.Plain("/srv/a\\b\xff\xfe.img")}
	for named, want := range map[string]bool{
		"/srv/a\\b\uFFFD\uFFFD.img": true,
		"/srv/a\\b\uFFFD.img":       true,
		"/srv/a\\b.img":             false,
		"/srv/b\uFFFD.img":          false,
	} {
		qmp := fact.Thing{Kind: "disk", ID: named}
		if got := slices.Equal(aliases(&open), aliases(&qmp)); got != want {
			t.Errorf("%q and %q are the same: %t", open.ID, named, got)
		}
	}
	sc := &scene{}
	sc.started(0)
	sc.first(fact.QMP, 0, 1*s, base(thing("disk", "/srv/\uFFFD.img")))
	sc.first(fact.Proc, -1, 2*s, []fact.Thing{silent("file", "/a.img"), silent("file", fact.Plain("/srv/\xff.img"))})
	sc.tick(120 * s)
	got, _ := derive(t, sc.facts)
	for _, told := range got.told() {
		if strings.HasPrefix(told, "undeclared") {
			t.Errorf("finding %q", told)
		}
	}
}
