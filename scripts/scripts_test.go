// Package scripts holds the shell scripts behind the Makefile, and here their
// tests: each script runs with stand-ins for the programs that it calls, and
// what it says, what it calls and how it exits is compared.
package scripts

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// sandbox is a directory of stand-ins that come first in a script's PATH. They
// can note how they were called: echo >>"$CALLS".
type sandbox struct {
	t   *testing.T
	dir string
	env []string
}

func newSandbox(t *testing.T) *sandbox {
	t.Helper()
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip("no sh")
	}
	return &sandbox{t: t, dir: t.TempDir()}
}

// program makes a stand-in of a shell script.
func (s *sandbox) program(name, script string) string {
	s.t.Helper()
	file := filepath.Join(s.dir, name)
	if err := os.WriteFile(file, []byte("#!/bin/sh\n"+script+"\n"), 0o755); err != nil {
		s.t.Fatal(err)
	}
	return file
}

// file makes an empty file, unless its name is that of a folder, and gives its path.
func (s *sandbox) file(name string) string {
	s.t.Helper()
	path := filepath.Join(s.dir, name)
	err := os.MkdirAll(filepath.Dir(path), 0o755)
	if err == nil && !strings.HasSuffix(name, "/") {
		err = os.WriteFile(path, nil, 0o644)
	}
	if err != nil {
		s.t.Fatal(err)
	}
	return path
}

func (s *sandbox) calls() string {
	s.t.Helper()
	data, err := os.ReadFile(filepath.Join(s.dir, "calls"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		s.t.Fatal(err)
	}
	return string(data)
}

// run starts a script and gives what it said on both streams, and its status.
func (s *sandbox) run(script string, args ...string) (string, int) {
	s.t.Helper()
	cmd := exec.Command("sh", append([]string{script}, args...)...)
	cmd.Env = append(os.Environ(),
		"PATH="+s.dir+string(os.PathListSeparator)+os.Getenv("PATH"),
		"CALLS="+filepath.Join(s.dir, "calls"))
	cmd.Env = append(cmd.Env, s.env...)
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		s.t.Fatal(err)
	}
	return string(out), cmd.ProcessState.ExitCode()
}

func TestRun(t *testing.T) {
	const (
		guests   = `echo '{"records": {"AVC": 3, "VIRT_CONTROL": 2}}'`
		noGuests = `echo '{"records": {"AVC": 3}}'`
		refusal  = `echo 'virtaudit: open LOG: permission denied' >&2`

		here = "The guests of this host, kept in DIR. Ctrl-C ends it.\n"
		own  = "serve --config /dev/null --log LOG --emit off --log-level warn" +
			" --store DIR/trail.db --token-file DIR/token --listen-unix DIR/api.sock --listen-tcp ADDRESS\n"
		demo = "serve --demo --listen-tcp ADDRESS\n"
	)
	for _, tc := range []struct {
		name, summary, running string
		want                   string
		status                 int
	}{
		{"guests in the log", guests, "", here + own, 0},
		{"guests that run", noGuests, "lxc/box1.pid", here + own, 0},
		{
			"guests in what can be read", guests + "; " + refusal + "; exit 1", "",
			here + "Of the log not all can be read: open LOG: permission denied\n" + own, 0,
		},
		{
			"guests that run, and an unreadable log", refusal + "; exit 1", "qemu/web1.pid",
			here + "Of the log not all can be read: open LOG: permission denied\n" + own, 0,
		},
		{"no guests", noGuests, "", "No guests here: LOG has none, and libvirt runs none.\n" + demo, 0},
		{
			"an unreadable log", refusal + "; exit 1", "qemu/dbus/x.pid",
			"No guests here: the log cannot be read (open LOG: permission denied), and libvirt runs none.\n" + demo, 0,
		},
		{"a fault of the program", "echo 'unknown command' >&2; exit 2", "", "unknown command\n", 2},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := newSandbox(t)
			s.env = []string{"LIBVIRT_RUN=" + filepath.Join(s.dir, "libvirt")}
			s.file("libvirt/" + tc.running)
			dir := filepath.Dir(s.file("run/trail.db"))
			virtaudit := s.program("virtaudit", "case $1 in summary) "+tc.summary+" ;; serve) echo \"$@\" ;; esac")
			got, status := s.run("run.sh", virtaudit, "LOG", dir, "ADDRESS")
			if want := strings.ReplaceAll(tc.want, "DIR", dir); got != want || status != tc.status {
				t.Errorf("status %d:\n%s\nwant %d:\n%s", status, got, tc.status, want)
			}
			_, err := os.Stat(filepath.Join(dir, "trail.db"))
			if serves := strings.Contains(tc.want, own); serves != errors.Is(err, os.ErrNotExist) {
				t.Errorf("of the run before: %v", err)
			}
		})
	}
}

// TestRunFails: what ends the service is what run.sh exits with.
func TestRunFails(t *testing.T) {
	s := newSandbox(t)
	s.env = []string{"LIBVIRT_RUN=" + s.dir}
	virtaudit := s.program("virtaudit", "case $1 in serve) exit 7 ;; esac")
	if got, status := s.run("run.sh", virtaudit, "LOG", filepath.Join(s.dir, "run"), "ADDRESS"); status != 7 {
		t.Errorf("status %d:\n%s", status, got)
	}
}

// debian gives a sandbox where all packages but zstd and qemu-utils are
// installed, and qemu-utils is in no release.
func debian(t *testing.T) *sandbox {
	t.Helper()
	s := newSandbox(t)
	s.env = []string{"POLICY_RC_D=" + filepath.Join(s.dir, "policy-rc.d")}
	s.program("id", "echo 0")
	s.program("dpkg-query", `case $4 in zstd|qemu-utils) exit 1 ;; *) printf installed ;; esac`)
	s.program("apt-cache", `case $2 in qemu-utils) echo 'Candidate: (none)' ;; *) echo 'Candidate: 1.5' ;; esac`)
	s.program("apt-get", `echo "$@" >>"$CALLS"
case "$*" in *install*) "$POLICY_RC_D" || echo "services: $?" >>"$CALLS" ;; esac`)
	return s
}

func TestDepsInstallsWhatIsMissing(t *testing.T) {
	s := debian(t)
	got, status := s.run("test-deps.sh")
	if want := "not in this release: qemu-utils\ninstalling for the tests: zstd\n"; got != want || status != 0 {
		t.Errorf("status %d:\n%s\nwant\n%s", status, got, want)
	}
	lines := strings.Split(strings.TrimSpace(s.calls()), "\n")
	if len(lines) != 3 || !strings.HasSuffix(lines[0], " update") ||
		!strings.Contains(lines[1], "install -y --no-install-recommends") || !strings.HasSuffix(lines[1], " zstd") {
		t.Errorf("apt-get was called so:\n%s", s.calls())
	}
	if lines[len(lines)-1] != "services: 101" {
		t.Errorf("services may start:\n%s", s.calls())
	}
	if _, err := os.Stat(filepath.Join(s.dir, "policy-rc.d")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the policy is left behind: %v", err)
	}
}

func TestDepsLeavesAnotherPolicyAlone(t *testing.T) {
	s := debian(t)
	policy := s.program("policy-rc.d", "exit 104")
	if got, status := s.run("test-deps.sh"); status != 0 {
		t.Errorf("status %d:\n%s", status, got)
	}
	if data, err := os.ReadFile(policy); err != nil || string(data) != "#!/bin/sh\nexit 104\n" {
		t.Errorf("the policy is now %q, %v", data, err)
	}
}

func TestDepsInstallsNothing(t *testing.T) {
	for _, tc := range []struct {
		name, program, script string
		want, calls           string
	}{
		{"complete", "dpkg-query", "printf installed", "", ""},
		{"not root", "id", "echo 1000", "no packages installed for the tests: not root\n", ""},
		{
			"offline", "apt-get", `echo "$@" >>"$CALLS"; echo no route >&2; exit 100`,
			"no route\nno packages installed for the tests: apt-get update failed\n",
			"-qq -o DPkg::Lock::Timeout=300 update\n",
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := debian(t)
			s.program(tc.program, tc.script)
			got, status := s.run("test-deps.sh")
			if got != tc.want || status != 0 {
				t.Errorf("status %d:\n%s\nwant\n%s", status, got, tc.want)
			}
			if s.calls() != tc.calls {
				t.Errorf("apt-get was called so:\n%s", s.calls())
			}
		})
	}
}

// page gives a sandbox with a folder of the page, whose lockfile is younger than
// what is installed, and npm.
func page(t *testing.T, npm string) (s *sandbox, web string) {
	t.Helper()
	s = newSandbox(t)
	installed := s.file("web/node_modules/.package-lock.json")
	old := time.Now().Add(-time.Hour)
	if err := os.Chtimes(installed, old, old); err != nil {
		t.Fatal(err)
	}
	web = filepath.Dir(s.file("web/package-lock.json"))
	s.program("node", "")
	s.program("npm", npm)
	return s, web
}

func TestWebDeps(t *testing.T) {
	s, web := page(t, `echo "$@" >>"$CALLS"`)
	want := "installing for the page: what " + web + "/package-lock.json pins\n"
	if got, status := s.run("web-deps.sh", web); got != want || status != 0 {
		t.Errorf("status %d: %s\nwant %s", status, got, want)
	}
	if got, want := s.calls(), "--prefix "+web+" ci --no-audit --no-fund --fetch-retries=1\n"; got != want {
		t.Errorf("npm was called so:\n%s\nwant %s", got, want)
	}
	if got, status := s.run("web-deps.sh", web); got != "" || status != 0 || strings.Count(s.calls(), "\n") != 1 {
		t.Errorf("again: status %d: %s, npm was called so:\n%s", status, got, s.calls())
	}
}

func TestWebDepsOffline(t *testing.T) {
	s, web := page(t, "echo no route >&2; exit 1")
	want := "installing for the page: what " + web + "/package-lock.json pins\nno route\n" +
		"nothing installed to build and test the page: npm ci failed\n"
	if got, status := s.run("web-deps.sh", web); got != want || status != 0 {
		t.Errorf("status %d: %s\nwant %s", status, got, want)
	}
}

func TestFuzzRunsEveryTarget(t *testing.T) {
	s := newSandbox(t)
	s.program("go", `case "$1 $2" in
"list -f") echo m/one; echo m/two ;;
"test -list") [ "$4" = m/two ] || { echo FuzzParse; echo FuzzAppend; }; echo "ok $4" ;;
*) echo "$@" >>"$CALLS"; [ -z "$FAIL" ] ;;
esac`)
	got, status := s.run("fuzz.sh", "3s")
	want := "test -run ^$ -fuzz ^FuzzParse$ -fuzztime 3s m/one\ntest -run ^$ -fuzz ^FuzzAppend$ -fuzztime 3s m/one\n"
	if status != 0 || s.calls() != want {
		t.Errorf("status %d, %s\ngo was called so:\n%s\nwant\n%s", status, got, s.calls(), want)
	}
	s.env = []string{"FAIL=yes"}
	if got, status := s.run("fuzz.sh", "3s"); status == 0 {
		t.Errorf("a finding goes unnoticed:\n%s", got)
	}
}
