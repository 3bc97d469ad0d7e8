//go:build linux

package integration

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// A printer is what a process prints, while it runs.
type printer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (p *printer) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.Write(b)
}

func (p *printer) String() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.String()
}

// TestGuestUnauthorized: a guest on QEMU's user networking reaches the host's
// loopback, and with it the service's API, which gives it nothing but 401.
func TestGuestUnauthorized(t *testing.T) {
	need(t, "qemu-system-x86_64", "curl")
	if _, err := os.Stat("/usr/lib/ipxe/qemu/efi-virtio.rom"); err != nil {
		t.Skipf("no iPXE (Debian package ipxe-qemu): %v", err)
	}
	port, said := serveTCP(t)
	url := fmt.Sprintf("http://10.0.2.2:%s/api/v1/status", port)
	wire := filepath.Join(t.TempDir(), "wire.pcap")
	screen := bootFrom(t, url, wire)
	defer func() {
		if t.Failed() {
			t.Logf("the guest's screen: %q", screen)
		}
	}()
	shows := func(what string) bool { return strings.Contains(strings.ReplaceAll(screen.String(), "\r\n", ""), what) }
	eventually(t, 2*patience, "the guest asks", func() bool { return shows(url + "...") })
	// iPXE's number of the error that is 401.
	eventually(t, patience, "the guest is refused", func() bool { return shows(url + "... Permission denied (http://ipxe.org/020c61") })
	packets, err := os.ReadFile(wire)
	if err != nil {
		t.Fatal(err)
	}
	for _, words := range []string{"GET /api/v1/status HTTP/1.1", "HTTP/1.1 401 Unauthorized", "Www-Authenticate: Bearer"} {
		if !bytes.Contains(packets, []byte(words)) {
			t.Errorf("on the guest's wire there is no %q", words)
		}
	}
	if token := tokenOf(t, said); bytes.Contains(packets, []byte(token)) {
		t.Error("the guest got the token")
	}
	for _, what := range []string{"guests", "status"} {
		code := run(t, "curl", "-sS", "-o", os.DevNull, "-w", "%{http_code}", "http://127.0.0.1:"+port+"/api/v1/"+what)
		if string(code) != "401" {
			t.Errorf("without the token %s gives %s", what, code)
		}
	}
}

// serveTCP runs a service that listens on the loopback.
func serveTCP(t *testing.T) (port string, said *printer) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ = net.SplitHostPort(l.Addr().String())
	l.Close()
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "audit.log"), "")
	said = &printer{}
	cmd := exec.Command(string(build(t)), "serve", "--config", os.DevNull, "--store", filepath.Join(dir, "trail.db"),
		"--log", filepath.Join(dir, "audit.log"), "--log-source", "file", "--libvirt", "off", "--proc", "off",
		"--listen-unix", shortPath(t, "api.sock"), "--listen-tcp", "127.0.0.1:"+port)
	cmd.Stdout, cmd.Stderr = said, said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		if err := cmd.Wait(); err != nil {
			t.Errorf("the service: %v: %s", err, said)
		}
	})
	eventually(t, patience, "the service listens", func() bool { return strings.Contains(said.String(), "token=") })
	return port, said
}

func tokenOf(t *testing.T, said *printer) string {
	t.Helper()
	_, rest, _ := strings.Cut(said.String(), "token=")
	token, _, _ := strings.Cut(rest, "\n")
	if token == "" {
		t.Fatalf("no token: %s", said)
	}
	return token
}

// bootFrom starts a machine that boots from a URL, and gives what it shows. What
// goes over its wire is written to a file.
func bootFrom(t *testing.T, url, wire string) *printer {
	t.Helper()
	screen := &printer{}
	// With -nographic the firmware shows on the serial line what it does on a screen.
	cmd := exec.Command("qemu-system-x86_64", "-M", "pc", "-accel", "tcg", "-m", "64", "-nographic", "-no-reboot",
		"-boot", "n", "-netdev", "user,id=n,bootfile="+url, "-device", "virtio-net-pci,netdev=n",
		"-object", "filter-dump,id=dump,netdev=n,file="+wire)
	cmd.Stdout, cmd.Stderr = screen, screen
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	return screen
}
