package doctor

import (
	"strings"
	"testing"
)

func TestRotation(t *testing.T) {
	const conf = "etc/audit/auditd.conf"
	set := func(from, to string) func(*fake) { return func(f *fake) { f.change(conf, from, to) } }
	// filled makes a log that spans some hours and has some MiB.
	filled := func(hours, mibs int64) func(*fake) {
		return func(f *fake) {
			f.remove(liveLog + ".1")
			padding := strings.Repeat(strings.Repeat("x", 1023)+"\n", int(mibs)<<10)
			f.write(liveLog, virtLine(logEnd-hours*3600, 1)+padding+virtLine(logEnd, 2))
		}
	}
	try(t, "rotation", map[string]tc{
		"slow":           {func(*fake) {}, OK, "kept for about 10 years and more: 5 files of 8 MiB", ""},
		"two weeks":      {filled(48, 4), OK, "about 15 days: 5 files of 8 MiB, 2048 KiB a day", ""},
		"three days":     {filled(24, 10), Warning, "about 3 days", "num_logs"},
		"hours":          {filled(24, 20), Warning, "about 38 hours: 5 files of 8 MiB, 20 MiB a day", "max_log_file"},
		"too young":      {filled(23, 1), Unknown, "too early to tell: the log spans 23 hours only", "a day"},
		"clock set back": {filled(-48, 1), Unknown, "spans 0 hours", "a day"},
		"keeps":          {set("ROTATE", "KEEP_LOGS"), OK, "never deleted", ""},
		"grows":          {set("ROTATE", "IGNORE"), OK, "isn't set to rotate", ""},
		"one file":       {set("num_logs = 5", "num_logs = 1"), OK, "isn't set to rotate", ""},
		"odd number":     {set("num_logs = 5", "num_logs = five"), OK, "isn't set to rotate", ""},
		"no log":         {func(f *fake) { f.remove(liveLog) }, Unknown, "no log", "see log"},
		"no record":      {func(f *fake) { f.write(liveLog, "x\n"); f.remove(liveLog + ".1") }, Unknown, "none found", "a day"},
		"no conf":        {func(f *fake) { f.remove(conf) }, Unknown, "/etc/audit/auditd.conf: no such file", "see auditd.conf"},
	})
}
