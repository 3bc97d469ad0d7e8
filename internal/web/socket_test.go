package web

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestListenUnix(t *testing.T) {
	path := filepath.Join(t.TempDir(), "web.sock")
	l, err := ListenUnix(path, "")
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode() != os.ModeSocket|0o660 {
		t.Errorf("its mode is %v", info.Mode())
	}
	if l.Addr().String() != path {
		t.Errorf("it is at %s", l.Addr())
	}
	if _, err := ListenUnix(path, ""); err == nil {
		t.Error("a socket that is served was replaced")
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Errorf("behind a close there is %s: %v", path, err)
	}
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(entries) != 0 {
		t.Errorf("left: %v %v", entries, err)
	}
}

// TestListenUnixLongPath: a path may be as long as one can be connected to; the
// folder in which the socket is made has a longer one.
func TestListenUnixLongPath(t *testing.T) {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	longest := filepath.Join(dir, strings.Repeat("x", maxSocketPath-len(dir)-1))
	for n := len(longest) - 30; n <= len(longest); n++ {
		path := longest[:n]
		l, err := ListenUnix(path, "")
		if err != nil {
			t.Fatalf("%d bytes: %v", n, err)
		}
		c, err := net.Dial("unix", path)
		if err != nil {
			t.Errorf("%d bytes: %v", n, err)
		} else {
			c.Close()
		}
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	}
	if _, err := ListenUnix(longest+"x", ""); err == nil || !strings.Contains(err.Error(), "bytes, and") || !strings.Contains(err.Error(), longest) {
		t.Errorf("%d bytes: %v", len(longest)+1, err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

// TestListenUnixClears: a folder that a killed service left is removed, unless it
// may be one that makes its socket right now; and nothing else.
func TestListenUnixClears(t *testing.T) {
	dir := t.TempDir()
	old := time.Now().Add(-time.Hour)
	for _, name := range []string{".virtaudit-old", ".virtaudit-new", ".virtaudit-full", "other"} {
		folder := filepath.Join(dir, name)
		if err := os.Mkdir(folder, 0o700); err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(folder, "s")
		if name == ".virtaudit-full" {
			file = filepath.Join(folder, "what isn't ours")
		}
		if err := os.WriteFile(file, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if name != ".virtaudit-new" {
			if err := os.Chtimes(folder, old, old); err != nil {
				t.Fatal(err)
			}
		}
	}
	l, err := ListenUnix(filepath.Join(dir, "api.sock"), "")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if got := strings.Join(names, " "); got != ".virtaudit-full .virtaudit-new api.sock other" {
		t.Errorf("it leaves %s", got)
	}
}

// TestListenUnixReplaces: a socket that nobody serves, and nothing else.
func TestListenUnixReplaces(t *testing.T) {
	path := filepath.Join(t.TempDir(), "web.sock")
	stale, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	stale.SetUnlinkOnClose(false)
	if err := stale.Close(); err != nil {
		t.Fatal(err)
	}
	l, err := ListenUnix(path, "")
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := ListenUnix(path, ""); err == nil {
		t.Error("a file was replaced")
	}
	if text, err := os.ReadFile(path); string(text) != "mine" {
		t.Errorf("the file is %q: %v", text, err)
	}
	if _, err := ListenUnix(path+"2", "no such group"); err == nil {
		t.Error("no error for a group that isn't")
	}
	if _, err := os.Stat(path + "2"); !os.IsNotExist(err) {
		t.Errorf("a socket without its group stays: %v", err)
	}
}
