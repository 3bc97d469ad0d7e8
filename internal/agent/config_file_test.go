package agent

import (
	"strings"
	"testing"
)

func TestLoadFile(t *testing.T) {
	for name, text := range map[string]string{
		"empty": "", "a comment": "# nothing\n", "null": "---\n", "a mark": "---\nnode: kvm1\n",
		"words that YAML takes for others": "proc: off\nlibvirt: off\nemit: off\nstdin: false\nretention: 0\n",
	} {
		if _, err := Load(writeFile(t, text), true, noEnv); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestFileErrors: what is wrong is named by file, line and key.
func TestFileErrors(t *testing.T) {
	for _, tc := range []struct{ text, want string }{
		{"node: a\nnodes: b\n", `line 2: there is no setting "nodes"`},
		{"node: a\n\nnode: b\n", "line 3: node is set in line 1 already"},
		{"# x\nsweep: often\n", `line 2: sweep: "often" is no duration such as 30s, 10m or 90d`},
		{"qmp:\n  - /a\n  - [b]\n", "line 2: qmp: item 2 of the list is no text"},
		{"node: a\nlibvirt: http://x\n", `line 2: libvirt: libvirt URI "http://x": unknown driver "http", there are qemu and lxc`},
		{"libvirt:\n- qemu:///system\n- qemu:///system\n", `line 2: libvirt: libvirt URI "qemu:///system": its driver is watched already`},
		{"qmp: \"[\"\n", `line 1: qmp: "[": syntax error in pattern`},
		{"qmp:\n  a: b\n", "line 2: qmp: neither a value nor a list of them"},
		{"store: [a]\n", "line 1: store: not one value"},
		{"a: &x 1\nnode: *x\n", `line 1: there is no setting "a"`},
		{"node: &x n\nstore: *x\n", "line 2: store: not one value"},
		{"[store]: a\n", `line 1: there is no setting ""`},
		{"- store\n", "line 1: no settings of the form NAME: VALUE"},
		{"store\n", "line 1: no settings of the form NAME: VALUE"},
		{"node: a\n---\nnode: b\n", "more than one document"},
		{"node: \"a\n", "line 2: found unexpected end of stream"},
		{"node: a\nqmp: [\n", "line 2: did not find expected node content"},
		{"#" + strings.Repeat("x", maxConfig) + "\n", "more than 1 MiB"},
	} {
		file := writeFile(t, tc.text)
		_, err := Load(file, true, noEnv)
		if err == nil || err.Error() != file+": "+tc.want {
			t.Errorf("%.40q: %v, want %s", tc.text, err, tc.want)
		}
	}
}

// FuzzLoadFile: no file makes it panic, and what is taken is finished.
func FuzzLoadFile(f *testing.F) {
	f.Add("store: /a\nqmp: [a, b]\n")
	f.Add("a: &a [*a]\n")
	f.Add("? [x]\n: y\n")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := Load(writeFile(t, text), true, noEnv)
		if err == nil && c.Store == "" {
			t.Error("no store")
		}
	})
}
