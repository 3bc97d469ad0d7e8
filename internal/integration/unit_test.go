//go:build linux

package integration

import (
	"bytes"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// unitDir is where the systemd unit and its drop-ins are.
const unitDir = "../../dist/systemd"

// A unit is what the service's unit says, with some drop-ins: the values of each
// setting, those of several lines together.
type unit map[string][]string

// readUnit reads the unit and drop-ins: emit.conf, proc.conf.
func readUnit(t testing.TB, dropIns ...string) unit {
	t.Helper()
	u := unit{}
	for _, name := range append([]string{"virtaudit.service"}, dropIns...) {
		text, err := os.ReadFile(filepath.Join(unitDir, name))
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			key, value, ok := strings.Cut(strings.TrimSpace(line), "=")
			if ok && !strings.HasPrefix(key, "#") {
				u[key] = append(u[key], strings.Fields(value)...)
			}
		}
	}
	return u
}

// as gives a command line that runs a program with exactly the user, groups and
// capabilities that the unit gives it. Where the host doesn't have the user, a
// number that is nobody's stands for it.
func (u unit) as(t testing.TB, program string, args ...string) *exec.Cmd {
	t.Helper()
	need(t, "setpriv")
	needRoot(t)
	var groups, ambient []string
	for _, name := range u["SupplementaryGroups"] {
		g, err := user.LookupGroup(name)
		if err != nil {
			t.Fatal(err)
		}
		groups = append(groups, g.Gid)
	}
	for _, c := range u["AmbientCapabilities"] {
		ambient = append(ambient, "+"+strings.ToLower(strings.TrimPrefix(c, "CAP_")))
	}
	set := "-all," + strings.Join(ambient, ",")
	uid, gid := u.user()
	line := []string{
		"--reuid", uid, "--regid", gid, "--groups", strings.Join(groups, ","), "--no-new-privs",
		"--inh-caps", set, "--ambient-caps", set, "--bounding-set", set, "--", program,
	}
	return exec.Command("setpriv", append(line, args...)...)
}

// noUser is a number that no user has.
const noUser = 64_711

func (u unit) user() (uid, gid string) {
	if found, err := user.Lookup(u["User"][0]); err == nil {
		return found.Uid, found.Gid
	}
	return strconv.Itoa(noUser), strconv.Itoa(noUser)
}

// TestUnitCapabilities: each drop-in adds exactly what its task takes.
func TestUnitCapabilities(t *testing.T) {
	for _, tc := range []struct{ dropIns, want []string }{
		{nil, []string{"CAP_AUDIT_READ"}},
		{[]string{"emit.conf"}, []string{"CAP_AUDIT_READ", "CAP_AUDIT_WRITE"}},
		{[]string{"proc.conf"}, []string{"CAP_AUDIT_READ", "CAP_SYS_PTRACE", "CAP_DAC_READ_SEARCH"}},
	} {
		u := readUnit(t, tc.dropIns...)
		for _, key := range []string{"AmbientCapabilities", "CapabilityBoundingSet"} {
			if !slices.Equal(u[key], tc.want) {
				t.Errorf("%v: %s=%v, want %v", tc.dropIns, key, u[key], tc.want)
			}
		}
	}
}

// TestUnitSettings: what must be there is, and nothing that breaks the audit
// sockets or hides from the service what guests hold.
func TestUnitSettings(t *testing.T) {
	u := readUnit(t, "emit.conf", "proc.conf")
	for key, want := range map[string]string{
		"Type": "notify", "User": "virtaudit", "Group": "virtaudit", "SupplementaryGroups": "adm",
		"ProtectSystem": "strict", "StateDirectory": "virtaudit", "StateDirectoryMode": "0700",
		"RuntimeDirectory": "virtaudit", "NoNewPrivileges": "yes", "UMask": "0077",
		"Environment": "SQLITE_TMPDIR=%S/virtaudit VIRTAUDIT_EMIT=missing",
	} {
		if got := strings.Join(u[key], " "); got != want {
			t.Errorf("%s=%s, want %s", key, got, want)
		}
	}
	if len(u["WatchdogSec"]) != 1 {
		t.Error("no watchdog")
	}
	for _, key := range []string{
		"PrivateUsers", "PrivateNetwork", "NetworkNamespacePath", "JoinsNamespaceOf", "DynamicUser", "PrivatePIDs",
		"RootDirectory", "RootImage", "PrivateTmp", "PrivateDevices", "PrivateMounts", "ProtectProc", "ProcSubset",
		"InaccessiblePaths", "TemporaryFileSystem",
	} {
		if u[key] != nil {
			t.Errorf("%s=%v must not be there", key, u[key])
		}
	}
	for _, family := range []string{"AF_UNIX", "AF_NETLINK", "AF_INET", "AF_INET6"} {
		if !slices.Contains(u["RestrictAddressFamilies"], family) {
			t.Errorf("no %s", family)
		}
	}
}

// TestUnitVerified: systemd finds no fault with the unit and its drop-ins, nor
// with the user's and the folder's.
func TestUnitVerified(t *testing.T) {
	need(t, "systemd-analyze", "systemd-sysusers")
	dir := t.TempDir()
	copyTo(t, filepath.Join(dir, "virtaudit.service"), "virtaudit.service")
	copyTo(t, filepath.Join(dir, "virtaudit.service.d", "emit.conf"), "emit.conf")
	copyTo(t, filepath.Join(dir, "virtaudit.service.d", "proc.conf"), "proc.conf")
	verify := func() string {
		// Faults are told, and the exit status is 0.
		out, err := exec.Command("systemd-analyze", "verify", "--man=no", filepath.Join(dir, "virtaudit.service")).CombinedOutput()
		if err != nil {
			t.Fatalf("systemd-analyze: %v: %s", err, out)
		}
		return string(out)
	}
	if said := verify(); said != "" {
		t.Error(said)
	}
	wrong := filepath.Join(dir, "virtaudit.service.d", "wrong.conf")
	if err := os.WriteFile(wrong, []byte("[Service]\nNoSuchSetting=1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if said := verify(); !strings.Contains(said, "NoSuchSetting") {
		t.Errorf("of a wrong setting systemd-analyze says %q", said)
	}

	root := t.TempDir()
	copyTo(t, filepath.Join(root, "usr/lib/sysusers.d/virtaudit.conf"), "virtaudit.sysusers")
	if out, err := exec.Command("systemd-sysusers", "--root", root, "--dry-run").CombinedOutput(); err != nil ||
		!strings.Contains(string(out), "virtaudit") {
		t.Errorf("systemd-sysusers: %v: %s", err, out)
	}
}

// copyTo copies a file of ours, with a program that is there.
func copyTo(t *testing.T, to, name string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(unitDir, name))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		t.Fatal(err)
	}
	text = bytes.ReplaceAll(text, []byte("/usr/local/bin/virtaudit"), []byte("/bin/true"))
	if err := os.WriteFile(to, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestUnitUser: a program that the unit's helper starts has what the unit says
// and no more.
func TestUnitUser(t *testing.T) {
	for _, tc := range []struct {
		dropIns []string
		bits    string
	}{
		{nil, "0000002000000000"},                                // 37
		{[]string{"emit.conf"}, "0000002020000000"},              // and 29
		{[]string{"emit.conf", "proc.conf"}, "0000002020080004"}, // and 19, 2
	} {
		out, err := readUnit(t, tc.dropIns...).as(t, "cat", "/proc/self/status").CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		status := string(out)
		for _, set := range []string{"CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"} {
			if !strings.Contains(status, set+":\t"+tc.bits+"\n") {
				t.Errorf("%v: %s is not %s:\n%s", tc.dropIns, set, tc.bits, status)
			}
		}
		if strings.Contains(status, "\nUid:\t0\t") || !strings.Contains(status, "\nNoNewPrivs:\t1\n") {
			t.Errorf("%s", status)
		}
	}
}
