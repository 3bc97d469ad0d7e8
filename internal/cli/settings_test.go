package cli

import (
	"reflect"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"github.com/virtaudit/virtaudit/internal/agent"
)

// settingsOf loads what a command line says.
func settingsOf(t *testing.T, args ...string) (agent.Config, error) {
	t.Helper()
	var f settingFlags
	cmd := &cobra.Command{Use: "x"}
	f.add(cmd)
	if err := cmd.ParseFlags(append([]string{"--node", "n"}, args...)); err != nil {
		t.Fatal(err)
	}
	return f.load()
}

// TestEverySettingIsAFlag: without any, flags leave the defaults alone.
func TestEverySettingIsAFlag(t *testing.T) {
	want, err := agent.Load("none.yaml", false, func(string) (string, bool) { return "", false })
	if err != nil {
		t.Fatal(err)
	}
	want.Node = "n"
	if err := want.Finish(); err != nil {
		t.Fatal(err)
	}
	if c, err := settingsOf(t); err != nil || !reflect.DeepEqual(c, want) {
		t.Errorf("%+v, %v, want\n%+v", c, err, want)
	}
	var f settingFlags
	cmd := &cobra.Command{Use: "x"}
	f.add(cmd)
	for i := range agent.Settings {
		s := &agent.Settings[i]
		if flag := cmd.Flags().Lookup(s.Flag()); flag == nil || flag.DefValue != s.Default {
			t.Errorf("%s: %+v", s.Name, flag)
		}
	}
}

func TestSettingFlags(t *testing.T) {
	t.Setenv("VIRTAUDIT_WINDOW", "20s")
	t.Setenv("VIRTAUDIT_SWEEP", "1m")
	c, err := settingsOf(t, "--qmp", "/a,/b", "--qmp", "/c", "--sweep", "2m", "--stdin", "--libvirt=off")
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(c.QMP, []string{"/a", "/b", "/c"}) || !reflect.DeepEqual(c.Libvirt, []string{agent.Off}) {
		t.Errorf("%q, %q", c.QMP, c.Libvirt)
	}
	if c.Sweep != 2*time.Minute || c.Window != 20*time.Second || c.LogSource != agent.SourceStdin {
		t.Errorf("%+v", c)
	}
	if _, err := settingsOf(t, "--emit", "all"); err == nil || err.Error() != `--emit: "all": there are off and missing` {
		t.Error(err)
	}
}
