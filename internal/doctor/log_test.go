package doctor

import (
	"strings"
	"testing"
	"time"

	"github.com/virtaudit/virtaudit/kaudit"
)

const liveLog = "var/log/audit/audit.log"

func TestLog(t *testing.T) {
	try(t, "log", map[string]tc{
		"rotated": {func(*fake) {}, OK, "/var/log/audit/audit.log: 2 files, 9054 bytes, since 2026-09-01 14:13:20 UTC", ""},
		"others beside it": {func(f *fake) {
			for _, name := range []string{".2.gz", ".-1", ".0", ".1x", "2", "-20260101", ".99999999"} {
				f.write(liveLog+name, "x")
			}
		}, OK, ": 2 files,", ""},
		"none":       {func(f *fake) { f.remove(liveLog) }, Wrong, "there is none", "see auditd"},
		"no folder":  {func(f *fake) { f.remove("var/log/audit") }, Wrong, "there is none", "see auditd"},
		"not a file": {func(f *fake) { f.remove(liveLog); f.write(liveLog+"/x", "") }, Wrong, "not a regular file", "log_file"},
		"empty":      {func(f *fake) { f.write(liveLog, ""); f.write(liveLog+".1", "") }, Wrong, "empty", "see auditd"},
		"just rotated": {func(f *fake) {
			f.write(liveLog, "")
			f.now = time.Unix(logEnd-logDays*43200, 0)
		}, OK, "2 files", ""},
		"silent": {
			func(f *fake) { f.now = f.now.Add(2 * day) }, Warning,
			"; nothing since 2026-09-21 14:13:20 UTC, though auditd runs and the kernel audits", "kill -USR2 4711",
		},
		"silent, audit is off": {func(f *fake) {
			f.now = f.now.Add(2 * day)
			f.status.Enabled = kaudit.Off
		}, OK, "2 files", ""},
		"silent, no auditd": {func(f *fake) {
			f.now = f.now.Add(2 * day)
			f.status.PID = 0
		}, OK, "2 files", ""},
		"other text": {func(f *fake) {
			f.remove(liveLog + ".1")
			f.write(liveLog, strings.Repeat("Lorem ipsum\n", 10000))
		}, Wrong, "no audit record: none found", "log_file"},
		"begins within a line": {func(f *fake) { f.write(liveLog+".1", "3.000:4): pid=1\n"+virtLine(logEnd-86400, 1)) }, OK, "since 2026-09-20 14:13:20", ""},
	})
}

// Rotations are in the order of their numbers, not of their names.
func TestLogOrder(t *testing.T) {
	f := newFake(t)
	f.write(liveLog+".10", virtLine(logEnd-100*86400, 1))
	f.write(liveLog+".2", virtLine(logEnd-50*86400, 1))
	l := f.findLogs(settings{})
	first, err := l.first()
	if err != nil || first.Time().Unix() != logEnd-100*86400 {
		t.Errorf("the first record is of %v, %v", first, err)
	}
	last, err := l.last()
	if err != nil || last.Time().Unix() != logEnd {
		t.Errorf("the last record is of %v, %v", last, err)
	}
}

// The last record is found behind what isn't one.
func TestLastRecord(t *testing.T) {
	f := newFake(t)
	f.write(liveLog, virtLine(logEnd, 1)+strings.Repeat("x\n", 1000)+"type=VIRT_CONTROL msg=audit(17")
	if last, err := f.findLogs(settings{}).last(); err != nil || last.Time().Unix() != logEnd {
		t.Errorf("%v, %v", last, err)
	}
}
