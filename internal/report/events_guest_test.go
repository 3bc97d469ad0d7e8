package report

import "testing"

func TestNaming(t *testing.T) {
	var n naming
	n.see("", "11111111-a", "web")
	n.see("", "11111111-a", "web")
	n.see("", "22222222-b", "twin")
	n.see("", "33333333-c", "twin")
	n.see("", "", "twin") // a record that was cut before its uuid
	if n.nodes {
		t.Error("there is no named host")
	}
	n.see("h1", "22222222-b", "twin")
	if !n.nodes {
		t.Error("there is a named host")
	}
	for _, tc := range []struct {
		node, uuid, name string
		number           int
		want, full       string
	}{
		{"", "", "", 0, "-", "-"},
		{"", "11111111-a", "web", 2, "web#2", "web#2 (11111111-a)"},
		{"", "11111111-a", "web", 0, "web", "web (11111111-a)"},
		{"", "", "web", 0, "web", "web"},
		{"", "22222222-b", "twin", 1, "twin#1 (22222222…)", "twin#1 (22222222-b)"},
		{"h1", "22222222-b", "twin", 1, "twin#1", "twin#1 (22222222-b)"},
		{"", "44444444-d", "", 1, "uuid 44444444-d#1", "uuid 44444444-d#1"},
		{"", "\x1b", "a, \u202eb", 1, `"a, \u202eb"#1`, `"a, \u202eb"#1 (\x1b)`},
	} {
		n.showUUID = false
		if got := n.title(tc.node, tc.uuid, tc.name, tc.number); got != tc.want {
			t.Errorf("%+v: %s", tc, got)
		}
		n.showUUID = true
		if got := n.title(tc.node, tc.uuid, tc.name, tc.number); got != tc.full {
			t.Errorf("%+v with its uuid: %s", tc, got)
		}
	}
}
