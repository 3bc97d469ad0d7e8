package doctor

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/virtaudit/virtaudit/kaudit"
)

// fake is a host in a folder. It begins as one on which all is well.
type fake struct {
	Host
	t         *testing.T
	status    kaudit.Status
	statusErr error
	rules     []kaudit.Rule
	rulesErr  error
	free      uint64
	now       time.Time
}

const fakeTotal = 100 * gib

// logDays is how many days back the fake host's log reaches, and logEnd when it
// ends.
const (
	logDays = 20
	logEnd  = 1_790_000_000
)

func newFake(t *testing.T) *fake {
	t.Helper()
	f := &fake{
		t: t, free: 50 * gib, now: time.Unix(logEnd, 0).Add(time.Hour),
		status: kaudit.Status{Enabled: kaudit.On, PID: 4711, BacklogLimit: 8192},
		rules:  []kaudit.Rule{{Filter: kaudit.FilterExclude, Action: kaudit.Always, Conditions: []kaudit.Condition{msgType(kaudit.Equal, 1107)}}},
	}
	f.Host = Host{
		Root:   t.TempDir(),
		Status: func(context.Context) (kaudit.Status, error) { return f.status, f.statusErr },
		Rules:  func(context.Context) ([]kaudit.Rule, error) { return f.rules, f.rulesErr },
		Space:  func(string) (uint64, uint64, error) { return f.free, fakeTotal, nil },
		Now:    func() time.Time { return f.now },
	}
	f.write("proc/cmdline", "BOOT_IMAGE=/vmlinuz root=/dev/vda1 audit=1\n")
	f.process("self", "virtaudit", 0, "000001ffffffffff")
	f.process("1", "systemd", 0, "000001ffffffffff")
	f.process("4711", "auditd", 0, "000001ffffffffff")
	f.process("4712", "libvirtd", 0, "000001ffffffffff")
	f.process("4713", "qemu-system-x86", 64055, "0000000000000000")
	f.write("proc/4711/cmdline", "/sbin/auditd\x00-n\x00")
	f.write("proc/net/netlink", netlinkTable())
	f.write("etc/audit/auditd.conf", auditdConf)
	f.write("etc/audit/audit.rules", "## made by augenrules\n-D\n-b 8192\n-a always,exclude -F msgtype=USER_AVC\n")
	f.write("etc/audit/rules.d/audit.rules", "-D\n-b 8192\n-a always,exclude -F msgtype=USER_AVC\n")
	f.write("etc/libvirt/libvirtd.conf", "#audit_level = 2\naudit_level = 1 # the default\n")
	f.write("var/log/audit/audit.log.1", logText(logEnd-logDays*86400, logEnd-logDays*43200, 1))
	f.write("var/log/audit/audit.log", logText(logEnd-logDays*43200, logEnd, 1000)+virtLine(logEnd, 2000))
	return f
}

const auditdConf = `#
# This file controls the configuration of the audit daemon
#
local_events = yes
write_logs = yes
log_file = /var/log/audit/audit.log
log_format = ENRICHED
max_log_file = 8
num_logs = 5
max_log_file_action = ROTATE
space_left = 75
space_left_action = SYSLOG
admin_space_left = 50
admin_space_left_action = SUSPEND
disk_full_action = SUSPEND
disk_error_action = SUSPEND
`

// logText gives the records of programs over a time, one each six hours.
func logText(from, to, serial int64) string {
	var b strings.Builder
	for at := from; at < to; at += 6 * 3600 {
		fmt.Fprintf(&b, "type=USER_START msg=audit(%d.000:%d): pid=1 uid=0 auid=0 ses=1 msg='op=PAM:session_open res=success'\n", at, serial)
		serial++
	}
	return b.String()
}

func virtLine(at, serial int64) string {
	return fmt.Sprintf(`type=VIRT_CONTROL msg=audit(%d.000:%d): pid=4712 uid=0 auid=4294967295 ses=4294967295 msg='virt=kvm op=start reason=booted vm="web" uuid=118733ed-b658-3e22-a2cb-4fe5cb3ddf79 vm-pid=4713 exe="/usr/sbin/libvirtd" hostname=? addr=? terminal=? res=success'`+"\n", at, serial)
}

// netlinkTable makes /proc/net/netlink, with these addresses listening to
// audit beside sockets that don't.
func netlinkTable(listeners ...int) string {
	table := "sk               Eth Pid        Groups   Rmem     Wmem     Dump  Locks    Drops    Inode\n" +
		"00000000c2e9ed7a 9   0          00000000 0        0        0     2        0        6       \n" +
		"00000000c2e9ed7b 15  1          00000001 0        0        0     2        0        7       \n" +
		"00000000c2e9ed7c 9   4711       00000000 0        0        0     2        0        8       \n"
	for _, pid := range listeners {
		table += fmt.Sprintf("00000000c2e9ed7d 9   %-10d 00000001 0        0        0     2        0        9       \n", pid)
	}
	return table
}

func (f *fake) write(name, text string) {
	f.t.Helper()
	path := f.path(name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		f.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		f.t.Fatal(err)
	}
}

func (f *fake) remove(name string) {
	f.t.Helper()
	if err := os.RemoveAll(f.path(name)); err != nil {
		f.t.Fatal(err)
	}
}

// change replaces a part of a file.
func (f *fake) change(name, from, to string) {
	f.t.Helper()
	text, err := f.read(name)
	if err != nil || !strings.Contains(text, from) {
		f.t.Fatalf("%s has no %q: %v", name, from, err)
	}
	f.write(name, strings.Replace(text, from, to, 1))
}

// process makes a folder of /proc.
func (f *fake) process(pid, name string, uid int, caps string) {
	f.t.Helper()
	dir := "proc/" + pid
	f.write(dir+"/comm", name+"\n")
	f.write(dir+"/status", fmt.Sprintf("Name:\t%s\nUid:\t%d\t%[2]d\t%[2]d\t%[2]d\nCapEff:\t%s\n", name, uid, caps))
	f.namespace(pid, "user", firstUserNamespace)
	f.namespace(pid, "pid", firstPIDNamespace)
}

func (f *fake) namespace(pid, kind, name string) {
	f.t.Helper()
	link := f.path("proc", pid, "ns", kind)
	if err := os.MkdirAll(filepath.Dir(link), 0o755); err != nil {
		f.t.Fatal(err)
	}
	_ = os.Remove(link)
	if err := os.Symlink(name, link); err != nil {
		f.t.Fatal(err)
	}
}

// examine gives the checks by name.
func (f *fake) examine() map[string]Check {
	byName := map[string]Check{}
	for _, c := range Examine(f.t.Context(), f.Host) {
		byName[c.Name] = c
	}
	return byName
}

// A case is what a change to the host on which all was well makes of a check.
type tc struct {
	change func(f *fake)
	state  State
	detail string // a part of it
	advice string // a part of it
}

// try makes the changes one by one, each on a host of its own.
func try(t *testing.T, check string, cases map[string]tc) {
	t.Helper()
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			f := newFake(t)
			c.change(f)
			got, ok := f.examine()[check]
			if !ok || got.State != c.state || !strings.Contains(got.Detail, c.detail) || !strings.Contains(got.Advice, c.advice) {
				t.Errorf("%+v; want %s, %q, %q", got, c.state, c.detail, c.advice)
			}
			if (got.Advice == "") != (got.State == OK) {
				t.Errorf("%s with the advice %q", got.State, got.Advice)
			}
			if strings.Contains(got.Detail+got.Advice, "\n") || strings.Contains(got.Detail+got.Advice, f.Root) {
				t.Errorf("%q, %q are no lines about the host", got.Detail, got.Advice)
			}
		})
	}
}

func TestAllIsWell(t *testing.T) {
	found := Examine(t.Context(), newFake(t).Host)
	var names []string
	for _, c := range found {
		names = append(names, c.Name)
		if c.State != OK || c.Detail == "" || c.Advice != "" {
			t.Errorf("%+v", c)
		}
	}
	if len(names) != len(checks) || len(slices.Compact(slices.Sorted(slices.Values(names)))) != len(checks) {
		t.Errorf("the checks are %q", names)
	}
	if Worst(found) != OK {
		t.Errorf("worst is %s", Worst(found))
	}
}

// A host of which nothing can be read is examined all the same.
func TestNothingThere(t *testing.T) {
	failure := errors.New("kernel: some failure")
	h := Host{
		Root:   t.TempDir(),
		Status: func(context.Context) (kaudit.Status, error) { return kaudit.Status{}, failure },
		Rules:  func(context.Context) ([]kaudit.Rule, error) { return nil, failure },
		Space:  func(string) (uint64, uint64, error) { return 0, 0, failure },
	}
	for _, c := range Examine(t.Context(), h) {
		if c.State == Wrong && c.Name != "log" || c.State != OK && c.Advice == "" {
			t.Errorf("%+v", c)
		}
	}
}

func TestWorst(t *testing.T) {
	states := []State{OK, Unknown, Warning, Wrong}
	for i := range states {
		var found []Check
		for _, s := range states[:i+1] {
			found = append(found, Check{State: s})
		}
		if got := Worst(found); got != states[i] {
			t.Errorf("of %v the worst is %s", states[:i+1], got)
		}
	}
}
