package doctor

import (
	"testing"

	"github.com/virtaudit/virtaudit/kaudit"
)

func TestAuditd(t *testing.T) {
	stopped := func(f *fake) {
		f.status.PID = 0
		f.remove("proc/4711")
	}
	try(t, "auditd", map[string]tc{
		"runs": {func(*fake) {}, OK, "running, process 4711", ""},
		"with journald": {
			func(f *fake) { f.write("proc/net/netlink", netlinkTable(1)) }, OK, "process 4711; systemd-journald listens too", "",
		},
		"with several": {func(f *fake) {
			f.process("99", "auditbeat", 0, "0")
			f.write("proc/net/netlink", netlinkTable(99, -4711, 99, 77))
		}, OK, "auditbeat, a process listens too", ""},
		"not started": {stopped, Wrong, "not running", "systemctl enable --now auditd"},
		"journald alone": {func(f *fake) {
			stopped(f)
			f.write("proc/net/netlink", netlinkTable(1))
		}, Warning, "not running; systemd-journald listens", "journalctl"},
		"another program": {func(f *fake) { f.write("proc/4711/comm", "go-audit\n") }, Warning, "go-audit, process 4711", "FILE"},
		"gone":            {func(f *fake) { f.remove("proc/4711") }, Wrong, "process 4711 takes the records, and can't be found", "restart"},
		"not told, runs":  {func(f *fake) { f.statusErr = kaudit.ErrNotPermitted }, OK, "process 4711", ""},
		"not told, stopped": {func(f *fake) {
			stopped(f)
			f.statusErr = kaudit.ErrNotPermitted
		}, Wrong, "not running", "start it"},
		"processes hidden": {func(f *fake) {
			stopped(f)
			f.statusErr = kaudit.ErrNotPermitted
			f.remove("proc/1")
		}, Unknown, "can't be seen", "root"},
		"broken table": {func(f *fake) { f.write("proc/net/netlink", "sk\n0 9 1 zz\n0 9\n") }, OK, "running", ""},
	})
}

// auditd's own configuration counts, wherever it is.
func TestConfigDir(t *testing.T) {
	f := newFake(t)
	f.write("proc/4711/cmdline", "auditd\x00-n\x00-c\x00/srv/audit\x00")
	f.write("srv/audit/auditd.conf", "log_file = /srv/audit/a.log\n")
	f.write("srv/audit/a.log", virtLine(logEnd, 1))
	if c := f.examine()["log"]; c.State != OK || c.Detail != "/srv/audit/a.log: 1 file, 260 bytes, since 2026-09-21 14:13:20 UTC" {
		t.Errorf("%+v", c)
	}
}
