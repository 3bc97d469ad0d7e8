//go:build linux

package integration

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// A hypervisor is a libvirtd of the test's own, which knows no guests but the
// test's.
type hypervisor struct {
	dir string // its folders and the guests' images
	pid int
}

// ownFolders puts folders of the test's in the place of libvirt's and of all
// that runs, which hides the host's guests, D-Bus and systemd.
const ownFolders = `
mount --bind "$0/run" /run
mount --bind "$0/etc" /etc/libvirt
for name in lib log cache; do mount --bind "$0/$name" "/var/$name/libvirt"; done
exec libvirtd`

// startLibvirtd starts libvirtd. A recording has to run: libvirtd asks only
// once whether the kernel audits.
func startLibvirtd(t *testing.T) *hypervisor {
	t.Helper()
	need(t, "libvirtd", "virsh", "mount", "qemu-system-x86_64", "qemu-img")
	h := &hypervisor{dir: t.TempDir()}
	for _, name := range []string{"run/libvirt", "lib", "log", "cache", "etc", "images"} {
		if err := os.MkdirAll(filepath.Join(h.dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	writeFile(t, filepath.Join(h.dir, "etc/libvirtd.conf"), lines(
		`auth_unix_rw = "none"`,
		`auth_unix_ro = "none"`, // polkit asks D-Bus
		`audit_level = 2`,       // no audit, no libvirtd
	))
	writeFile(t, filepath.Join(h.dir, "etc/qemu.conf"), lines(
		`user = "root"`,
		`group = "root"`,
		`security_driver = "none"`,
		`stdio_handler = "file"`, // without virtlogd
	))
	restoreCgroups(t, "machine") // that of guests
	cmd := exec.Command("sh", "-ec", ownFolders, h.dir)
	cmd.SysProcAttr = &syscall.SysProcAttr{Unshareflags: syscall.CLONE_NEWNS}
	background(t, "libvirtd", cmd, func() bool {
		_, err := h.try("list")
		return err == nil
	})
	h.pid = cmd.Process.Pid
	return h
}

// try runs a command of virsh.
func (h *hypervisor) try(args ...string) ([]byte, error) {
	uri := "qemu+unix:///system?socket=" + filepath.Join(h.dir, "run/libvirt/libvirt-sock")
	return output("virsh", append([]string{"-q", "-c", uri}, args...)...)
}

func (h *hypervisor) virsh(t *testing.T, args ...string) string {
	t.Helper()
	out, err := h.try(args...)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

// image makes a disk image.
func (h *hypervisor) image(t *testing.T, name string) string {
	t.Helper()
	path := filepath.Join(h.dir, "images", name)
	run(t, "qemu-img", "create", "-q", "-f", "raw", path, "1M")
	return path
}

// restoreCgroups removes groups of these names at the end, with those below them,
// where there were none.
func restoreCgroups(t *testing.T, names ...string) {
	t.Helper()
	before := cgroups(t, names)
	t.Cleanup(func() {
		for _, dir := range cgroups(t, names) {
			if slices.Contains(before, dir) {
				continue
			}
			if err := removeCgroup(dir); err != nil {
				t.Error(err)
			}
		}
	})
}

// cgroups gives the groups of such names in each hierarchy, version 2 or 1.
func cgroups(t *testing.T, names []string) []string {
	t.Helper()
	var found []string
	for _, name := range names {
		for _, pattern := range []string{"/sys/fs/cgroup/", "/sys/fs/cgroup/*/"} {
			dirs, err := filepath.Glob(pattern + name)
			if err != nil {
				t.Fatal(err)
			}
			found = append(found, dirs...)
		}
	}
	return found
}

// removeCgroup removes a group with those below it. Its files go with it.
func removeCgroup(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.IsDir() {
			if err := removeCgroup(filepath.Join(dir, e.Name())); err != nil {
				return err
			}
		}
	}
	if err := syscall.Rmdir(dir); err != nil {
		return fmt.Errorf("remove cgroup %s: %w", dir, err)
	}
	return nil
}
