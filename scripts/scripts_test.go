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
		refusal  = `echo 'open LOG: permission denied' >&2`
	)
	for _, tc := range []struct {
		name, summary, report string
		want                  string
		status                int
	}{
		{
			"guests", guests, "exit 0",
			"The guests of LOG:\nreport LOG\n", 0,
		},
		{
			"guests, and the report fails", guests, "exit 2",
			"The guests of LOG:\nreport LOG\n", 2,
		},
		{
			"guests in what can be read", guests + "; exit 1", "exit 1",
			"The guests of LOG, as far as it can be read:\nreport LOG\n", 0,
		},
		{
			"no guests", noGuests, "exit 0",
			"The guests of testdata/demo/audit.log, as LOG has none:\nreport testdata/demo/audit.log\n", 0,
		},
		{
			"unreadable", refusal + "; exit 1", "exit 0",
			"The guests of testdata/demo/audit.log, as LOG cannot be read (open LOG: permission denied):\nreport testdata/demo/audit.log\n", 0,
		},
		{
			"a fault of the program", "echo 'unknown command' >&2; exit 2", "exit 0",
			"unknown command\n", 2,
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := newSandbox(t)
			virtaudit := s.program("virtaudit", "case $1 in summary) "+tc.summary+" ;; report) echo \"$@\"; "+tc.report+" ;; esac")
			got, status := s.run("run.sh", virtaudit, "LOG")
			if got != tc.want || status != tc.status {
				t.Errorf("status %d:\n%s\nwant %d:\n%s", status, got, tc.status, tc.want)
			}
		})
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
