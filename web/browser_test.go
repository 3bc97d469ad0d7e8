package web

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/hex"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// needBrowser skips where there is no Chromium, or no Node.
func needBrowser(t testing.TB) (node string) {
	t.Helper()
	if testing.Short() {
		t.Skip("the browser takes its time")
	}
	node = needNode(t)
	if _, err := os.Stat(cmp.Or(os.Getenv("CHROMIUM"), "/usr/bin/chromium")); err != nil {
		t.Skipf("there is no Chromium, which CHROMIUM can name: %v", err)
	}
	return node
}

// browse runs tests of the page, all where none is named, as subtests. env is
// theirs beside the environment. Pictures are left in test-output.
func browse(t *testing.T, output string, env []string, names ...string) {
	t.Helper()
	node := needBrowser(t)
	args := append([]string{"test/run.mjs", "test", "--test-reporter=tap"}, names...)
	cmd := exec.CommandContext(t.Context(), node, args...)
	cmd.Env = append(append(os.Environ(), "TEST_OUTPUT="+filepath.Join("test-output", output)), env...)
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	results, notes, bad := readTAP(bytes.NewReader(out))
	if bad != nil || len(results) == 0 {
		t.Fatalf("%v, %v: no results\n%s%s", err, bad, out, said.Bytes())
	}
	t.Log(strings.Join(notes, "\n"))
	report(t, results)
	if err != nil && !t.Failed() {
		t.Errorf("%v\n%s", err, said.Bytes())
	}
}

// TestPage tests the page over a made-up host of 10,000 guests, and over a service
// that follows a log which grows.
func TestPage(t *testing.T) {
	t.Parallel()
	browse(t, "mock", nil)
}

// TestPageOfDemo looks at every view of the shipped trail.
func TestPageOfDemo(t *testing.T) {
	t.Parallel()
	needBrowser(t)
	browse(t, "demo", append(serve(t, "--demo"), "VIRTAUDIT_SHARED=/run/vm/egd.sock /dev/hwrng"), "views")
}

// hostile is a name that shows whether names stay text.
const hostile = "<img src=x onerror=alert(1)>"

// TestPageOfLogs looks at every view of a log of real guests, one of which is
// called otherwise than it was.
func TestPageOfLogs(t *testing.T) {
	t.Parallel()
	needBrowser(t)
	log, err := os.ReadFile("../testdata/demo/audit.log")
	if err != nil {
		t.Fatal(err)
	}
	upper := func(name string) []byte { return bytes.ToUpper([]byte(hex.EncodeToString([]byte(name)))) }
	named := bytes.ReplaceAll(log, upper("mail 1"), upper(hostile))
	if bytes.Equal(named, log) {
		t.Fatal("there is no guest whose name can be replaced")
	}
	dir := t.TempDir()
	for _, err := range []error{
		os.Mkdir(filepath.Join(dir, "log"), 0o755),
		os.WriteFile(filepath.Join(dir, "log", "audit.log"), named, 0o600),
		os.WriteFile(filepath.Join(dir, "config.yaml"), nil, 0o600),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	env := serve(t, "--config", filepath.Join(dir, "config.yaml"), "--store", filepath.Join(dir, "trail.db"),
		"--log", filepath.Join(dir, "log"), "--log-source", "file", "--node", "kvm1", "--libvirt", "off", "--proc", "off",
		"--listen-unix", "", "--listen-tcp", "127.0.0.1:0")
	browse(t, "logs", append(env, "VIRTAUDIT_GUEST="+hostile), "views")
}

// serve runs the service until the test ends, and gives what tells the page's
// tests where it answers.
func serve(t *testing.T, args ...string) (env []string) {
	t.Helper()
	program := filepath.Join(t.TempDir(), "virtaudit")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-buildvcs=false", "-o", program, "../cmd/virtaudit").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	var said bytes.Buffer
	cmd := exec.Command(program, append([]string{"serve"}, args...)...)
	cmd.Stderr = &said
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(cmd.Process.Signal(syscall.SIGINT), cmd.Wait()); err != nil {
			t.Errorf("virtaudit serve ended by Ctrl-C: %v\n%s", err, said.Bytes())
		}
	})
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if page, token, ok := strings.Cut(lines.Text(), "/#token="); ok {
			url := strings.TrimPrefix(page, "open ")
			return []string{"VIRTAUDIT_URL=" + url, "VIRTAUDIT_TOKEN=" + token}
		}
	}
	t.Fatalf("virtaudit serve told no address: %s", said.Bytes())
	return nil
}
