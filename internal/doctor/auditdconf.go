package doctor

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// stopping are the actions by which auditd stops writing.
var stopping = []string{"suspend", "single", "halt"}

// auditdSettings tells whether auditd's configuration lets it write.
func (e *examination) auditdSettings() finding {
	d := e.daemon
	switch {
	case errors.Is(d.configErr, fs.ErrNotExist) && d.name != "auditd":
		return finding{Unknown, d.configAt + ": there is none", "see auditd"}
	case d.configErr != nil:
		return finding{Unknown, d.configAt + ": " + reason(d.configErr), "run this as root"}
	case d.config.word("write_logs") == "no" || d.config.word("log_format") == "nolog":
		return finding{Wrong, d.configAt + ": write_logs = no", "set write_logs = yes and log_format = ENRICHED there, and restart auditd"}
	case d.config.word("local_events") == "no":
		return finding{Wrong, d.configAt + ": local_events = no: auditd leaves this host's records alone", "set local_events = yes there, and restart auditd"}
	case d.config.word("max_log_file_action") == "suspend":
		return finding{
			Warning, d.configAt + ": max_log_file_action = SUSPEND: auditd stops when the log is full",
			"set max_log_file_action = ROTATE or KEEP_LOGS there, and restart auditd",
		}
	}
	return e.diskSpace()
}

// full is how little space is as good as none.
const full = mib

// diskSpace tells how far auditd is from what it does when space runs out.
func (e *examination) diskSpace() finding {
	dir := filepath.Dir(logPath(e.daemon.config))
	free, total, err := e.host.Space(e.host.path(dir))
	if err != nil {
		return finding{Unknown, dir + ": " + reason(err), "run this as root"}
	}
	config := e.daemon.config
	f := ok(fmt.Sprintf("%s: %s free", dir, size(free)))
	limit, action := config.limit("admin_space_left", total), config.word("admin_space_left_action")
	low := config.limit("space_left", total)
	switch {
	case slices.Contains(stopping, action) && free <= limit:
		f.state, f.advice = Wrong, fmt.Sprintf("free some space, then make auditd go on: kill -USR2 %d", e.daemon.pid)
		f.detail += fmt.Sprintf(", under admin_space_left (%s), where auditd stops (%s)", size(limit), strings.ToUpper(action))
	case free < full && config.word("disk_full_action") != "rotate":
		f.state, f.advice = Wrong, fmt.Sprintf("free some space, then make auditd go on: kill -USR2 %d", e.daemon.pid)
		f.detail += ", which is none: auditd " + losing(config.word("disk_full_action")) + " (disk_full_action)"
	case free <= max(low, limit):
		f.state, f.advice = Warning, "free some space, or keep fewer logs: num_logs in "+e.daemon.configAt
		f.detail += fmt.Sprintf(", under what auditd warns at (%s)", size(max(low, limit)))
	default:
		f.detail += e.stops(limit)
	}
	return f
}

// losing says what an action does to records.
func losing(action string) string {
	switch action {
	case "suspend", "":
		return "stops writing"
	case "single", "halt":
		return "stops the host"
	case "rotate":
		return "deletes the oldest log"
	}
	return "loses records" // it may tell somebody, and tries to go on
}

// stops says when and how auditd stops or loses records, as far as that is set.
func (e *examination) stops(limit uint64) string {
	var texts []string
	say := func(key, when string) {
		if action := e.daemon.config.word(key); action != "" {
			texts = append(texts, fmt.Sprintf("%s %s (%s = %s)", losing(action), when, key, strings.ToUpper(action)))
		}
	}
	if limit > 0 && slices.Contains(stopping, e.daemon.config.word("admin_space_left_action")) {
		say("admin_space_left_action", "at "+size(limit))
	}
	say("disk_full_action", "on a full disk")
	say("disk_error_action", "on a failed write")
	if len(texts) == 0 {
		return ""
	}
	return "; auditd " + strings.Join(texts, ", ")
}

// limit gives a number of bytes that is set in MiB or in percent of the disk.
func (s settings) limit(key string, total uint64) uint64 {
	value, percent := strings.CutSuffix(s[key], "%")
	n, err := strconv.ParseUint(value, 10, 32)
	switch {
	case err != nil:
		return 0
	case percent:
		return total / 100 * min(n, 100)
	}
	return n * mib
}

// number gives a setting that is a number; 0 where it is none.
func (s settings) number(key string) uint64 {
	n, err := strconv.ParseUint(s[key], 10, 32)
	if err != nil {
		return 0
	}
	return n
}
