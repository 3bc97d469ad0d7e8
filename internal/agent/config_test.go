package agent

import (
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

func noEnv(string) (string, bool) { return "", false }

func envOf(m map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) { v, ok := m[name]; return v, ok }
}

// writeFile gives the path of a new file.
func writeFile(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "config.yaml")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestDefaults(t *testing.T) {
	c, err := Load(filepath.Join(t.TempDir(), "none.yaml"), false, noEnv)
	if err != nil {
		t.Fatal(err)
	}
	want := Config{
		Store: "/var/lib/virtaudit/trail.db", Log: "/var/log/audit", LogSource: SourceAuto,
		Libvirt: []string{Auto}, Proc: Auto, Sweep: 30 * time.Second, Window: 10 * time.Second, Emit: Off,
		ListenUnix: "/run/virtaudit/api.sock", LogLevel: slog.LevelInfo, LogFormat: LogText,
	}
	if !reflect.DeepEqual(c, want) {
		t.Errorf("%+v, want\n%+v", c, want)
	}
	if err := c.Finish(); err != nil {
		t.Fatal(err)
	}
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	if c.Node != host || c.TokenFile != "/var/lib/virtaudit/token" {
		t.Errorf("node %q, token %q", c.Node, c.TokenFile)
	}
}

// others are values, other than by default, of all settings, and what they make.
var others = map[string]string{
	"store": "/srv/t.db", "log": "/srv/audit.log", "log_source": "multicast", "stdin": "true", "node": "kvm7",
	"libvirt": "qemu:///system,lxc:///", "qmp": "/run/vm/*.qmp,/run/b.qmp", "proc": "off",
	"sweep": "1m30s", "window": "20s", "emit": "missing",
	"listen_unix": "/run/x.sock", "listen_group": "ops", "listen_tcp": "[::1]:80", "token_file": "/srv/token",
	"retention": "90d", "log_level": "debug", "log_format": "json",
}

var otherConfig = Config{
	Store: "/srv/t.db", Log: "/srv/audit.log", LogSource: SourceMulticast, stdin: true, Node: "kvm7",
	Libvirt: []string{"qemu:///system", "lxc:///"}, QMP: []string{"/run/vm/*.qmp", "/run/b.qmp"}, Proc: Off,
	Sweep: 90 * time.Second, Window: 20 * time.Second, Emit: EmitMissing,
	ListenUnix: "/run/x.sock", ListenGroup: "ops", ListenTCP: "[::1]:80", TokenFile: "/srv/token",
	Retention: 90 * 24 * time.Hour, LogLevel: slog.LevelDebug, LogFormat: LogJSON,
}

// TestEveryWay sets each setting by the file, the environment and as flags do.
func TestEveryWay(t *testing.T) {
	var file strings.Builder
	env := map[string]string{}
	for i := range Settings {
		s := &Settings[i]
		value, ok := others[s.Name]
		if !ok || value == s.Default {
			t.Fatalf("%s has no other value here", s.Name)
		}
		env[s.Env()] = value
		if s.List {
			file.WriteString(s.Name + ":\n  - " + strings.ReplaceAll(value, ",", "\n  - ") + "\n")
		} else {
			file.WriteString(s.Name + ": '" + value + "'\n")
		}
	}
	byFile, err := Load(writeFile(t, file.String()), true, noEnv)
	if err != nil || !reflect.DeepEqual(byFile, otherConfig) {
		t.Errorf("by file %+v, %v", byFile, err)
	}
	byEnv, err := Load("none.yaml", false, envOf(env))
	if err != nil || !reflect.DeepEqual(byEnv, otherConfig) {
		t.Errorf("by environment %+v, %v", byEnv, err)
	}
	byFlag, err := Load("none.yaml", false, noEnv)
	if err != nil {
		t.Fatal(err)
	}
	for i := range Settings {
		if err := Settings[i].Set(&byFlag, others[Settings[i].Name]); err != nil {
			t.Error(err)
		}
	}
	if !reflect.DeepEqual(byFlag, otherConfig) {
		t.Errorf("by flags %+v", byFlag)
	}
}

func TestEnvironmentWins(t *testing.T) {
	file := writeFile(t, "node: a\nwindow: 20s\nlibvirt: qemu:///system\nqmp: []\nretention:\n")
	c, err := Load(file, true, envOf(map[string]string{"VIRTAUDIT_NODE": "b", "VIRTAUDIT_LIBVIRT": "off"}))
	if err != nil {
		t.Fatal(err)
	}
	if c.Node != "b" || c.Window != 20*time.Second || !reflect.DeepEqual(c.Libvirt, []string{Off}) || c.Retention != 0 {
		t.Errorf("the flags, the environment and the file together: %+v", c)
	}
}

func TestEnvironmentErrors(t *testing.T) {
	_, err := Load("none.yaml", false, envOf(map[string]string{"VIRTAUDIT_EMIT": "all"}))
	if err == nil || err.Error() != `VIRTAUDIT_EMIT: "all": there are off and missing` {
		t.Error(err)
	}
}

func TestMissingFile(t *testing.T) {
	_, err := Load("none.yaml", true, noEnv)
	if err == nil || !strings.Contains(err.Error(), "open none.yaml: no such file or directory") {
		t.Error(err)
	}
}

func TestStdin(t *testing.T) {
	c, err := Load("none.yaml", false, envOf(map[string]string{"VIRTAUDIT_STDIN": "1"}))
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Finish(); err != nil || c.LogSource != SourceStdin {
		t.Errorf("log_source of a plugin: %q, %v", c.LogSource, err)
	}
	c.LogSource = SourceFile
	if err := c.Finish(); err == nil || err.Error() != "stdin and log_source file contradict each other" {
		t.Error(err)
	}
}

// TestCheckStore: a mistyped folder isn't made; that of the default is, wherever
// it isn't there yet.
func TestCheckStore(t *testing.T) {
	dir := t.TempDir()
	for store, good := range map[string]bool{
		DefaultStore: true, "trail.db": true, filepath.Join(dir, "trail.db"): true, filepath.Join(dir, "typo", "trail.db"): false,
	} {
		c := Config{Store: store}
		if err := c.CheckStore(); (err == nil) != good || err != nil && !strings.Contains(err.Error(), store) {
			t.Errorf("store %s: %v", store, err)
		}
	}
}
