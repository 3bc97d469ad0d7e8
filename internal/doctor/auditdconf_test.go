package doctor

import "testing"

func TestAuditdSettings(t *testing.T) {
	const conf = "etc/audit/auditd.conf"
	set := func(from, to string) func(*fake) { return func(f *fake) { f.change(conf, from, to) } }
	try(t, "auditd.conf", map[string]tc{
		"usual":        {func(*fake) {}, OK, "/var/log/audit: 50 GiB free; auditd stops writing at 50 MiB (admin_space_left_action = SUSPEND), stops writing on a full disk (disk_full_action = SUSPEND), stops writing on a failed write (disk_error_action = SUSPEND)", ""},
		"writes none":  {set("write_logs = yes", "WRITE_LOGS = No"), Wrong, "/etc/audit/auditd.conf: write_logs = no", "write_logs = yes"},
		"old form":     {set("ENRICHED", "NOLOG"), Wrong, "write_logs = no", "ENRICHED"},
		"remote only":  {set("local_events = yes", "local_events = no"), Wrong, "local_events = no", "local_events = yes"},
		"stops full":   {set("ROTATE", "suspend"), Warning, "max_log_file_action = SUSPEND", "KEEP_LOGS"},
		"not there":    {func(f *fake) { f.remove(conf) }, Unknown, "no such file", ""},
		"not a file":   {func(f *fake) { f.remove(conf); f.write(conf+"/x", "") }, Unknown, "not a regular file", ""},
		"nearly full":  {func(f *fake) { f.free = 50 * mib }, Wrong, "under admin_space_left (50 MiB), where auditd stops (SUSPEND)", "kill -USR2 4711"},
		"getting full": {func(f *fake) { f.free = 75 * mib }, Warning, "75 MiB free, under what auditd warns at (75 MiB)", "num_logs"},
		"percent": {func(f *fake) {
			f.change(conf, "admin_space_left = 50", "admin_space_left = 10%")
			f.free = 9 * gib
		}, Wrong, "under admin_space_left (10 GiB)", "free some space"},
		"full, goes on": {func(f *fake) {
			f.change(conf, "admin_space_left_action = SUSPEND", "admin_space_left_action = SYSLOG")
			f.free = 10 * mib
		}, Warning, "under what auditd warns at (75 MiB)", "num_logs"},
		"full, stops": {func(f *fake) {
			f.change(conf, "admin_space_left_action = SUSPEND", "admin_space_left_action = SYSLOG")
			f.free = 1000
		}, Wrong, "1000 bytes free, which is none: auditd stops writing (disk_full_action)", "kill -USR2 4711"},
		"full, loses": {func(f *fake) {
			f.change(conf, "admin_space_left_action = SUSPEND", "admin_space_left_action = EMAIL")
			f.change(conf, "disk_full_action = SUSPEND", "disk_full_action = syslog")
			f.free = 0
		}, Wrong, "which is none: auditd loses records (disk_full_action)", "free some space"},
		"full, halts": {func(f *fake) {
			f.change(conf, "admin_space_left_action = SUSPEND", "admin_space_left_action = IGNORE")
			f.change(conf, "disk_full_action = SUSPEND", "disk_full_action = HALT")
			f.free = 0
		}, Wrong, "auditd stops the host", "free some space"},
		"full, rotates": {func(f *fake) {
			f.change(conf, "admin_space_left_action = SUSPEND", "admin_space_left_action = ROTATE")
			f.change(conf, "disk_full_action = SUSPEND", "disk_full_action = ROTATE")
			f.free = 0
		}, Warning, "0 bytes free, under what auditd warns at", "num_logs"},
		"other actions": {func(f *fake) {
			f.change(conf, "admin_space_left_action = SUSPEND", "admin_space_left_action = SYSLOG")
			f.change(conf, "disk_full_action = SUSPEND", "disk_full_action = rotate")
			f.change(conf, "disk_error_action = SUSPEND", "disk_error_action = SYSLOG")
		}, OK, "50 GiB free; auditd deletes the oldest log on a full disk (disk_full_action = ROTATE), loses records on a failed write (disk_error_action = SYSLOG)", ""},
		"nothing set": {func(f *fake) { f.write(conf, "") }, OK, "50 GiB free", ""},
	})
	try(t, "auditd.conf", map[string]tc{
		"no auditd": {func(f *fake) {
			f.status.PID = 0
			f.remove("etc/audit")
		}, Unknown, "there is none", "see auditd"},
	})
}
