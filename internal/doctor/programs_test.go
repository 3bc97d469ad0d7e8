package doctor

import (
	"os"
	"slices"
	"testing"

	"github.com/virtaudit/virtaudit/kaudit"
)

// link makes a symbolic link on the host.
func (f *fake) link(name, to string) {
	f.t.Helper()
	_ = os.Remove(f.path(name))
	if err := os.Symlink(to, f.path(name)); err != nil {
		f.t.Fatal(err)
	}
}

func TestSenders(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(f *fake)
		want   []string
	}{
		"runs":     {func(f *fake) { f.link("proc/4712/exe", "/opt/libvirt/libvirtd") }, []string{"/opt/libvirt/libvirtd"}},
		"replaced": {func(f *fake) { f.link("proc/4712/exe", "/usr/sbin/libvirtd (deleted)") }, []string{"/usr/sbin/libvirtd"}},
		"not auditd": {func(f *fake) {
			f.link("proc/4711/exe", "/usr/sbin/auditd")
			f.write("usr/sbin/libvirtd", "")
		}, []string{"/usr/sbin/libvirtd"}},
		"one folder": {func(f *fake) {
			f.write("usr/bin/libvirtd", "")
			f.link("usr/sbin", "bin")
		}, []string{"/usr/bin/libvirtd"}},
		"nowhere": {func(*fake) {}, []string{""}},
	} {
		f := newFake(t)
		tc.change(f)
		e := examination{host: f.Host, processes: f.processes()}
		if got := e.senders(); !slices.Equal(got, tc.want) {
			t.Errorf("%s: %q, want %q", name, got, tc.want)
		}
	}
}

// A rule about a program is about a file, not about whatever is called so.
func TestRulesOfPrograms(t *testing.T) {
	rule := func(op kaudit.Op, path string) func(*fake) {
		return func(f *fake) {
			f.write("usr/bin/libvirtd", "")
			f.link("usr/sbin", "bin")
			f.link("proc/4712/exe", "/usr/bin/libvirtd")
			c := kaudit.Condition{Field: kaudit.FieldExe, Op: op, Text: path}
			f.rules = []kaudit.Rule{{Filter: kaudit.FilterExclude, Action: kaudit.Always, Conditions: []kaudit.Condition{c}}}
		}
	}
	try(t, "rules", map[string]tc{
		"that one":       {rule(kaudit.Equal, "/usr/bin/libvirtd"), Wrong, "dropped by", "auditctl -d"},
		"over a link":    {rule(kaudit.Equal, "/usr/sbin/libvirtd"), Wrong, "dropped by: -a always,exclude -F exe=/usr/sbin/libvirtd", "auditctl -d"},
		"another":        {rule(kaudit.Equal, "/usr/local/sbin/libvirtd"), OK, "1 rule", ""},
		"one of others":  {rule(kaudit.Equal, "/usr/sbin/virtqemud"), OK, "1 rule", ""},
		"all but it":     {rule(kaudit.NotEqual, "/usr/sbin/libvirtd"), OK, "1 rule", ""},
		"all but others": {rule(kaudit.NotEqual, "/usr/local/sbin/libvirtd"), Wrong, "dropped by", "auditctl -d"},
	})
}
