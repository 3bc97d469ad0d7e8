package libvirt

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestParseURI(t *testing.T) {
	for uri, want := range map[string]Endpoint{
		"qemu:///system":                        {URI: "qemu:///system", Sockets: []string{"/run/libvirt/virtqemud-sock-ro", "/run/libvirt/libvirt-sock-ro"}, PIDs: "/run/libvirt/qemu"},
		"lxc:///":                               {URI: "lxc:///system", Sockets: []string{"/run/libvirt/virtlxcd-sock-ro", "/run/libvirt/libvirt-sock-ro"}, PIDs: "/run/libvirt/lxc"},
		"qemu+unix:///system?socket=/tmp/a%20b": {URI: "qemu:///system", Sockets: []string{"/tmp/a b"}, PIDs: "/run/libvirt/qemu"},
	} {
		e, err := ParseURI(uri, "", false)
		if err != nil || e.URI != want.URI || !slices.Equal(e.Sockets, want.Sockets) || e.PIDs != want.PIDs {
			t.Errorf("%s: %+v, %v; want %+v", uri, e, err, want)
		}
	}
	for uri, reason := range map[string]string{
		"qemu+ssh://host/system":     "only this host",
		"qemu://host/system":         "only this host",
		"qemu+tcp:///system":         "only this host",
		"qemu:///session":            "want /system",
		"qemu:///":                   "want /system",
		"xen:///system":              `unknown driver "xen"`,
		"/run/libvirt/libvirt-sock":  "want /system",
		"qemu:///system?socket=sock": "absolute path",
		"qemu:///system?socket=":     "absolute path",
		"qemu:///system?mode=direct": "the only option is socket",
		"qemu:///system?socket=%zz":  "invalid URL escape",
		"qemu:///%zz":                "invalid URL escape",
		"":                           "want /system",
	} {
		if e, err := ParseURI(uri, "", false); err == nil || !strings.Contains(err.Error(), reason) {
			t.Errorf("%q: %+v, %v; want %s", uri, e, err, reason)
		}
	}
	e, err := ParseURI("lxc:///system", "/tmp/libvirt", true)
	if want := []string{"/tmp/libvirt/virtlxcd-sock", "/tmp/libvirt/libvirt-sock"}; err != nil || !slices.Equal(e.Sockets, want) {
		t.Errorf("the sockets for reading and writing in a folder: %v, %v; want %v", e.Sockets, err, want)
	}
}

func TestReadPID(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"good": "1234\n", "empty": "", "text": "x", "negative": "-1", "long": strings.Repeat("1", 100), "huge": "4294967296",
	} {
		if err := os.WriteFile(filepath.Join(dir, name+".pid"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		want := 0
		if name == "good" {
			want = 1234
		}
		if pid := readPID(dir, name); pid != want {
			t.Errorf("%s: %d, want %d", name, pid, want)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "it&apos;s &lt;&amp;.pid"), []byte("7"), 0o600); err != nil {
		t.Fatal(err)
	}
	if pid := readPID(dir, "it's <&"); pid != 7 {
		t.Errorf("a name that libvirt writes as in XML: %d, want 7", pid)
	}
	if pid := readPID(filepath.Join(dir, "sub"), "../good"); pid != 0 {
		t.Errorf("a name led out of the folder to %d", pid)
	}
	if pid := readPID("", "good"); pid != 0 {
		t.Errorf("without a folder: %d", pid)
	}
}

func TestRunID(t *testing.T) {
	for xml, want := range map[string]int{
		"<domain type='kvm' id='7'>\n<name>": 7,
		"<domain id='12' type='kvm'>":        12,
		"<domain type='kvm'><x id='3'/>":     0,
		"<domain type='kvm' xid='3'>":        0,
		"<domain type='kvm' id='-1'>":        0,
		"<domain type='kvm' id='x'>":         0,
		"<domain type='kvm' id='7'":          0,
		"":                                   0,
	} {
		if id, runs := runID(xml); id != want || runs != (want != 0) {
			t.Errorf("%s: %d, %t", xml, id, runs)
		}
	}
}
