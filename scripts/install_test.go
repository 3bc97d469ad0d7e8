package scripts

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// root is where make install puts files, for a test.
type root struct {
	t    *testing.T
	dir  string
	args []string
}

func newRoot(t *testing.T, prefix string) root {
	t.Helper()
	if testing.Short() {
		t.Skip("-short is given")
	}
	for _, program := range []string{"make", "bash"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("no %s", program)
		}
	}
	dir := t.TempDir()
	return root{t, dir, []string{"-s", "-C", "..", "VERSION=v9", "PREFIX=" + prefix, "DESTDIR=" + dir, "BIN=" + t.TempDir()}}
}

func (r root) make(target string) {
	r.t.Helper()
	cmd := exec.Command("make", append(slices.Clone(r.args), target)...)
	// The make that runs this test has told of its own flags.
	cmd.Env = slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "MAKE") || strings.HasPrefix(v, "MFLAGS") })
	if out, err := cmd.CombinedOutput(); err != nil || len(out) > 0 {
		r.t.Fatalf("make %s: %v\n%s", target, err, out)
	}
}

// files gives all files, but man pages of single commands.
func (r root) files() []string {
	r.t.Helper()
	var found []string
	err := filepath.WalkDir(r.dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && !strings.Contains(path, "/virtaudit-") {
			found = append(found, strings.TrimPrefix(path, r.dir))
		}
		return err
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return found
}

func (r root) read(name string) string {
	r.t.Helper()
	text, err := os.ReadFile(filepath.Join(r.dir, name))
	if err != nil {
		r.t.Fatal(err)
	}
	return string(text)
}

func TestInstall(t *testing.T) {
	r := newRoot(t, "/usr")
	r.make("install")
	want := []string{
		"/etc/audit/plugins.d/virtaudit.conf",
		"/etc/virtaudit/config.yaml",
		"/usr/bin/virtaudit",
		"/usr/lib/systemd/system/virtaudit.service",
		"/usr/lib/sysusers.d/virtaudit.conf",
		"/usr/lib/tmpfiles.d/virtaudit.conf",
		"/usr/share/bash-completion/completions/virtaudit",
		"/usr/share/fish/vendor_completions.d/virtaudit.fish",
		"/usr/share/man/man1/virtaudit.1",
		"/usr/share/virtaudit/emit.conf",
		"/usr/share/virtaudit/proc.conf",
		"/usr/share/zsh/site-functions/_virtaudit",
	}
	if got := r.files(); !slices.Equal(got, want) {
		t.Errorf("%q, want\n%q", got, want)
	}
	if unit := r.read(want[3]); !strings.Contains(unit, "\nExecStart=/usr/bin/virtaudit serve\n") {
		t.Errorf("%s", unit)
	}
	if plugin := r.read(want[0]); !strings.Contains(plugin, "\npath = /usr/bin/virtaudit\n") || !strings.Contains(plugin, "\nactive = no\n") {
		t.Errorf("%s", plugin)
	}

	changed := filepath.Join(r.dir, want[1])
	if err := os.WriteFile(changed, []byte("node: kvm1\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	r.make("install")
	r.make("uninstall")
	if got := r.files(); !slices.Equal(got, want[1:2]) || r.read(want[1]) != "node: kvm1\n" {
		t.Errorf("uninstall leaves %q", got)
	}
}

// TestInstallElsewhere: a prefix that is a user's own has its settings there.
func TestInstallElsewhere(t *testing.T) {
	r := newRoot(t, "/opt/virtaudit")
	r.make("install")
	for _, name := range r.files() {
		if !strings.HasPrefix(name, "/opt/virtaudit/") {
			t.Errorf("%s is not below the prefix", name)
		}
	}
	r.make("uninstall")
	if got := r.files(); len(got) != 0 {
		t.Errorf("uninstall leaves %q", got)
	}
}
