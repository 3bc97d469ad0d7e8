package doctor

import (
	"fmt"
	"time"
)

const (
	day = 24 * time.Hour
	// leastSpan is what a log must span to tell how fast it grows.
	leastSpan = day
	// leastDays is how long a record should be kept.
	leastDays = 7
)

// rotation tells how long a record stays before auditd deletes it.
func (e *examination) rotation() finding {
	d, config := e.daemon, e.daemon.config
	switch {
	case d.configErr != nil:
		return finding{Unknown, d.configAt + ": " + reason(d.configErr), "see auditd.conf"}
	case e.logs.err != nil:
		return finding{Unknown, "no log that could be read", "see log"}
	}
	action, files := config.word("max_log_file_action"), config.number("num_logs")
	switch {
	case action == "keep_logs":
		return ok("records are never deleted: max_log_file_action = KEEP_LOGS")
	case action != "rotate" || files < 2:
		return ok("auditd deletes no records: it isn't set to rotate")
	}
	// After a rotation one file less than all is full.
	keeps := (files - 1) * config.number("max_log_file") * mib
	bytesADay, err := e.logs.pace()
	if err != nil {
		return finding{Unknown, "too early to tell: " + err.Error(), "ask again when the log spans a day"}
	}
	days := float64(keeps) / bytesADay
	f := ok(fmt.Sprintf("a record is kept for about %s: %d files of %d MiB, %s a day",
		daysText(days), files, config.number("max_log_file"), size(uint64(bytesADay))))
	if days < leastDays {
		f.state = Warning
		f.advice = "raise num_logs or max_log_file in " + d.configAt + ", or copy the logs elsewhere"
	}
	return f
}

// pace gives how many bytes a day the log has grown by.
func (l logs) pace() (float64, error) {
	first, err := l.first()
	if err != nil {
		return 0, err
	}
	last, err := l.last()
	if err != nil {
		return 0, err
	}
	span := last.Time().Sub(first.Time())
	if span < leastSpan {
		return 0, fmt.Errorf("the log spans %s only", count(max(0, int(span.Hours())), "hour"))
	}
	return max(1, float64(l.size)/(float64(span)/float64(day))), nil
}

func daysText(days float64) string {
	switch {
	case days < 2:
		return count(int(days*24), "hour")
	case days > 3650:
		return "10 years and more"
	}
	return count(int(days), "day")
}
