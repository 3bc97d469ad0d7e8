package doctor

import (
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"

	"github.com/virtaudit/virtaudit/kaudit"
)

const somebody = 65534

// asSomebody runs f, in which files are open to a user as to anyone. Only the
// thread is changed, which nobody else gets to use.
func asSomebody(t *testing.T, f func()) {
	t.Helper()
	if os.Geteuid() != 0 {
		f()
		return
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := syscall.Setfsuid(somebody); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := syscall.Setfsuid(0); err != nil {
			t.Fatal(err)
		}
	}()
	f()
}

// Whoever may look at nothing is told so, and what it would take.
func TestUnprivileged(t *testing.T) {
	f := newFake(t)
	f.statusErr, f.rulesErr = kaudit.ErrNotPermitted, kaudit.ErrNotPermitted
	f.process("self", "virtaudit", somebody, "0000000000000000")
	for dir := f.Root; dir != os.TempDir() && dir != "/"; dir = filepath.Dir(dir) {
		if err := os.Chmod(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, closed := range []string{"etc/audit", "etc/libvirt", "var/log/audit"} {
		path := f.path(closed)
		if err := os.Chmod(path, 0); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = os.Chmod(path, 0o755) })
	}
	want := map[string]State{"permissions": Warning, "namespaces": OK, "libvirt": OK, "auditd": OK}
	asSomebody(t, func() {
		for name, c := range f.examine() {
			state, known := want[name]
			if !known {
				state = Unknown
			}
			if c.State != state || state != OK && c.Advice == "" {
				t.Errorf("%+v, want %s", c, state)
			}
		}
	})
}
